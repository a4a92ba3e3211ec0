# SPDX-License-Identifier: Apache-2.0
"""For tests: a nats-server with JetStream in a folder of its own on loopback, and as much of a client as looking at it needs."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time


def free_port(host="127.0.0.1"):
    with socket.socket() as s:
        s.bind((host, 0))
        return s.getsockname()[1]


class Server:
    """One nats-server. conf: lines of its configuration beside address and storage."""

    def __init__(self, folder, conf="", host="127.0.0.1", port=None, name="n1", prefix=()):
        self.folder, self.host, self.port, self.prefix = pathlib.Path(folder), host, port or free_port(host), list(prefix)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "server.conf"
        self.file.write_text(f'server_name: {name}\nlisten: "{host}:{self.port}"\njetstream {{ store_dir: "{self.folder / "store"}" }}\n{conf}\n')
        self.process = None

    @property
    def url(self):
        return f"nats://{self.host}:{self.port}"

    def start(self, wait=True):
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen([*self.prefix, "nats-server", "-c", str(self.file)], stdout=log, stderr=log)
        if wait:
            until = time.monotonic() + 20
            while time.monotonic() < until:
                if self.process.poll() is not None:
                    break
                try:
                    socket.create_connection((self.host, self.port), 1).close()
                    return self
                except OSError:
                    time.sleep(0.05)
            raise SystemExit(f"nats-server does not start: {(self.folder / 'server.log').read_text()[-2000:]}")
        return self

    def stop(self, sig=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            self.process.wait(20)
        self.process = None


class Client:
    """Speaks the protocol of NATS by itself: no library is needed for the tests."""

    def __init__(self, host, port, user=None, password=None):
        self.s = socket.create_connection((host, port), 10)
        self.s.settimeout(20)
        self.f = self.s.makefile("rb")
        self.info = json.loads(self.f.readline().split(b" ", 1)[1])
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "python", "version": "0"}
        if user:
            options |= {"user": user, "pass": password}
        self.send(b"CONNECT " + json.dumps(options).encode() + b"\r\nPING\r\n")
        self.n = 0
        self.inbox = "_INBOX." + os.urandom(8).hex()
        self.send(f"SUB {self.inbox}.* 1\r\n".encode())

    def send(self, data):
        self.s.sendall(data)

    def close(self):
        self.f.close()
        self.s.close()

    def publish(self, subject, body=b"", headers=None, reply=""):
        if headers:
            head = b"NATS/1.0\r\n" + b"".join(f"{k}: {v}\r\n".encode() for k, v in headers.items()) + b"\r\n"
            self.send(f"HPUB {subject} {reply} {len(head)} {len(head) + len(body)}\r\n".encode() + head + body + b"\r\n")
        else:
            self.send(f"PUB {subject} {reply} {len(body)}\r\n".encode() + body + b"\r\n")

    def message(self):
        """(subject, reply, headers, body) of the next one."""
        while True:
            line = self.f.readline()
            if not line:
                raise SystemExit("the queue closed the connection")
            words = line.split()
            if words[0] == b"PING":
                self.send(b"PONG\r\n")
            elif words[0] == b"-ERR":
                raise SystemExit(line.decode())
            elif words[0] in (b"MSG", b"HMSG"):
                sizes = 1 if words[0] == b"MSG" else 2
                reply = words[3].decode() if len(words) == 4 + sizes else ""
                data = self.f.read(int(words[-1]) + 2)[:-2]
                head = int(words[-2]) if sizes == 2 else 0
                return words[1].decode(), reply, data[:head].decode(), data[head:]

    def request(self, subject, body=b"", headers=None):
        self.n += 1
        self.publish(subject, body, headers, f"{self.inbox}.{self.n}")
        while True:
            to, _, _, data = self.message()
            if to == f"{self.inbox}.{self.n}":
                return json.loads(data) if data else None

    def stream(self, name):
        """State of a stream; None: there is none."""
        info = self.request(f"$JS.API.STREAM.INFO.{name}")
        return info.get("state") if info else None

    def consumer(self, stream, name="workers"):
        return self.request(f"$JS.API.CONSUMER.INFO.{stream}.{name}")

    def pull(self, stream, n, name="workers"):
        """Takes n messages and acknowledges none: (reply, headers, body)."""
        self.n += 1
        to = f"{self.inbox}.{self.n}"
        self.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}", json.dumps({"batch": n, "expires": 5000000000}).encode(), None, to)
        out = []
        while len(out) < n:
            subject, reply, head, data = self.message()
            if head.startswith(("NATS/1.0 4", "NATS/1.0 5")):
                break
            if reply.startswith("$JS.ACK"):
                out.append((reply, head, data))
        return out
