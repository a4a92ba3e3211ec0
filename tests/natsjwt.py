# SPDX-License-Identifier: Apache-2.0
"""For tests: an operator, accounts and users of nats-server in its decentralized form (signed JWTs, credentials files), made here with openssl's
Ed25519, so that no `nsc` is needed."""
import base64
import json
import os
import pathlib
import subprocess
import time

OPERATOR, ACCOUNT, USER, SEED = 14 << 3, 0, 20 << 3, 18 << 3


def crc16(data):
    """CRC-16/XMODEM, at the end of every key."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021) & 0xFFFF if crc & 0x8000 else crc << 1
    return crc


def key_text(head, raw):
    data = bytes(head) + raw
    return base64.b32encode(data + crc16(data).to_bytes(2, "little")).decode().rstrip("=")


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    """A pair of keys in a folder; `public` and `seed` as NATS writes them."""

    def __init__(self, folder, kind):
        self.file = pathlib.Path(folder) / f"key-{os.urandom(4).hex()}.pem"
        der = lambda *a: subprocess.run(["openssl", "pkey", "-in", self.file, "-outform", "DER", *a], check=True, capture_output=True).stdout
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file], check=True, capture_output=True)
        self.kind = kind
        self.public = key_text([kind], der("-pubout")[-32:])
        self.seed = key_text([SEED | kind >> 5, (kind & 31) << 3], der()[-32:])

    def sign(self, data):
        message = self.file.with_suffix(".msg")
        message.write_bytes(data)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", message], check=True,
                              capture_output=True).stdout

    def token(self, subject, name, claims, expires=0):
        """A JWT in which this key says `claims` of the key `subject`."""
        head = {"typ": "JWT", "alg": "ed25519-nkey"}
        body = {"jti": os.urandom(16).hex(), "iat": int(time.time()), "iss": self.public, "name": name, "sub": subject.public,
                "nats": dict(claims, version=2)}
        if expires:
            body["exp"] = int(expires)
        text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}"
        return f"{text}.{b64(self.sign(text.encode()))}"


class Operator:
    """An operator with one account that may use JetStream; conf: what a server needs to know of them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key, self.system, self.account = Key(folder, OPERATOR), Key(folder, ACCOUNT), Key(folder, ACCOUNT)
        none = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
        stored = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
        operator = self.key.token(self.key, "test", {"type": "operator"})
        system = self.key.token(self.system, "SYS", {"type": "account", "limits": none})
        account = self.key.token(self.account, "NEWS", {"type": "account", "limits": none | stored})
        self.conf = (f'operator: "{operator}"\nsystem_account: {self.system.public}\nresolver: MEMORY\n'
                     f'resolver_preload: {{ {self.system.public}: "{system}"\n {self.account.public}: "{account}" }}\n')

    def creds(self, name, publish, subscribe, by=None, expires=0):
        """A credentials file of a user that may do just that; by: the account's key that signs."""
        user, path = Key(self.folder, USER), self.folder / f"{name}.creds"
        claims = {"type": "user", "pub": {"allow": publish}, "sub": {"allow": subscribe}, "subs": -1, "data": -1, "payload": -1}
        token = (by or self.account).token(user, name, claims, expires)
        rule = lambda word, what: f"-----{word} NATS USER {what}-----"
        path.write_text("\n".join([rule("BEGIN", "JWT"), token, "------END NATS USER JWT------", "", "-----BEGIN USER NKEY SEED-----", user.seed,
                                   "------END USER NKEY SEED------", ""]))
        path.chmod(0o600)
        return path, user.seed
