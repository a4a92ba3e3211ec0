# SPDX-License-Identifier: Apache-2.0
"""A Slurm of one node on loopback, in a folder of its own, for as long as a test needs it: munged, slurmctld, slurmd of Debian's slurm-wlm."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

CONF = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmdPort={slurmd}
AuthType=auth/munge
AuthInfo=socket={dir}/munge.socket
CryptoType=crypto/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool
SlurmctldPidFile={dir}/slurmctld.pid
SlurmdPidFile={dir}/slurmd.pid
SlurmctldLogFile={dir}/slurmctld.log
SlurmdLogFile={dir}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
MailProg=/bin/true
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=2048 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
PROGRAMS = "munged slurmctld slurmd sbatch squeue scancel sinfo".split()


def find(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def ports(n):
    """n ports of loopback that are free now."""
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    out = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return out


class Slurm:
    def __init__(self, folder, cpus=2):
        missing = [p for p in PROGRAMS if not find(p)]
        if missing:
            raise RuntimeError(f"{' '.join(missing)} not there; install slurm-wlm and munge")
        self.dir, self.running = pathlib.Path(folder), []
        for sub in ("state", "spool"):
            (self.dir / sub).mkdir(parents=True)
        os.chmod(self.dir, 0o711)
        self.key = self.dir / "munge.key"
        self.key.write_bytes(os.urandom(128))
        self.key.chmod(0o400)
        import pwd
        ctld, slurmd = ports(2)
        conf = self.dir / "slurm.conf"
        conf.write_text(CONF.format(host=socket.gethostname().split(".")[0], dir=self.dir, ctld=ctld, slurmd=slurmd, cpus=cpus,
                                    user=pwd.getpwuid(os.getuid()).pw_name))
        self.env = {**os.environ, "SLURM_CONF": str(conf)}

    def start(self, name, *args):
        with open(self.dir / f"{name}.out", "wb") as log:
            self.running.append(subprocess.Popen([find(name), *args], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.env,
                                                 start_new_session=True))

    def __enter__(self):
        try:
            self.start("munged", "--foreground", "--force", f"--socket={self.dir}/munge.socket", f"--key-file={self.key}",
                       f"--pid-file={self.dir}/munged.pid", f"--seed-file={self.dir}/munge.seed", f"--log-file={self.dir}/munged.log")
            self.wait(lambda: (self.dir / "munge.socket").exists(), "munged")
            self.start("slurmctld", "-D")
            self.start("slurmd", "-D")
            self.wait(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%T", check=False), "the node")
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for p in reversed(self.running):
            p.send_signal(signal.SIGTERM)
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()

    def wait(self, ready, what, seconds=60):
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                logs = "".join(f"\n{p.name}: {p.read_text(errors='replace')[-1500:]}" for p in sorted(self.dir.glob("*.log")))
                raise RuntimeError(f"{what}: not ready in {seconds} s{logs}")
            time.sleep(0.1)

    def ask(self, name, *args, check=True, **more):
        p = subprocess.run([find(name), *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**self.env, **more}, text=True)
        if check and p.returncode:
            raise RuntimeError(f"{name} {' '.join(args)}: {p.stderr[-500:]}")
        return p.stdout

    def drained(self, seconds=120):
        """Waits until no job is left."""
        self.wait(lambda: not self.ask("squeue", "-h").strip(), "jobs", seconds)
