"""A distributed system of real processes over the real servers of scripts/services, with names of its own on them."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

from harvest_system import BINARY, QUICK_CONTENT_DIR, QUICK_HOUSE_BOTS, ROOT, free_range

ORDER = ["gateway", "connsrv", "auth", "match", "instance", "chat", "metrics"]


def distributed_settings(servers=os.environ):
    """config/distributed.yaml with a schema, topics and keys of this run alone, on the servers that HARVEST_TEST_… name."""
    mark = f"e2e{os.getpid()}{random.randrange(10**6)}"
    for name in ("HARVEST_TEST_POSTGRES", "HARVEST_TEST_REDIS", "HARVEST_TEST_KAFKA"):
        if name not in servers:
            raise RuntimeError(f"{name} is not set: scripts/services up && eval \"$(scripts/services env)\"")
    return {"store.kind": "postgres", "store.dsn": "env:HARVESTE2E_POSTGRES", "store.schema": mark, "event_log.kind": "kafka",
            "kafka.brokers": servers["HARVEST_TEST_KAFKA"], "kafka.prefix": mark + ".", "shared.kind": "redis",
            "redis.url": "env:HARVESTE2E_REDIS", "redis.prefix": mark + ":"}


def environment(home, servers=os.environ):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HARVEST_", "XDG_"))}
    env.update(HOME=str(home), NO_COLOR="1", HARVESTE2E_POSTGRES=servers["HARVEST_TEST_POSTGRES"],
               HARVESTE2E_REDIS=servers["HARVEST_TEST_REDIS"])
    return env


class Cluster:
    """One process a daemon, as many of each as `counts` says; `more` settings besides."""

    def __init__(self, counts, more=None):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="harvest-cluster-"))
        (self.work / "home").mkdir()
        self.env = environment(self.work / "home")
        self.counts = counts
        self.processes = {}
        first = {name: free_range(30) for name in ("rpc", "admin", "rest", "connsrv", "instance")}
        self.admin_port = first["admin"]
        self.rest_port = first["rest"]
        self.wss_port = first["connsrv"] + 1
        settings = {**distributed_settings(), **(more or {})}
        settings.update({"content_dir": str(QUICK_CONTENT_DIR), "rpc.port": first["rpc"], "admin.port": first["admin"], "gateway.port": first["rest"],
                         "connsrv.udp.port": first["connsrv"], "connsrv.tcp.port": first["connsrv"] + 1,
                         "instance.udp.port": first["instance"], "instance.tcp.port": first["instance"] + 1})
        tree = {}
        for key, value in settings.items():
            at = tree
            *above, name = key.split(".")
            for part in above:
                at = at.setdefault(part, {})
            at[name] = value
        for order, name in enumerate(ORDER[:-1]): # nobody calls metrics
            tree["rpc"][name] = [f"{name}-{i}@127.0.0.1:{first['rpc'] + order + 10 * i}" for i in range(counts.get(name, 1))]
        self.config = self.work / "harvest.yaml"
        self.config.write_text(json.dumps(tree)) # JSON is YAML

    def __enter__(self):
        try:
            return self._start_all()
        except BaseException:
            self.__exit__()  # no server outlives a start that failed
            raise

    def _start_all(self):
        keys = str(self.work / "data/keys/rpc")
        os.makedirs(self.work / "data", mode=0o700)
        self.run("admin", "key", "ca", "init", "--dir", keys)
        for name in ORDER:
            self.run("admin", "key", "ca", "issue", name, "--dir", keys)
        for name in ["auth", "match", "instance", "chat", "metrics", "connsrv", "gateway"]:
            for index in range(self.counts.get(name, 1)):
                self.start(f"{name}-{index}")
                self.wait_ready(f"{name}-{index}")
        return self

    def __exit__(self, *_):
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.work, ignore_errors=True)

    def start(self, slot):
        name = slot.rsplit("-", 1)[0]
        log = open(self.work / f"{slot}.log", "ab")
        command = [BINARY, "serve", name, "--id", slot, "--config", str(self.config), "--data-dir", str(self.work / "data")]
        self.processes[slot] = subprocess.Popen(command + QUICK_HOUSE_BOTS, stdout=log, stderr=log, env=self.env, cwd=ROOT)
        log.close()

    def wait_ready(self, slot, timeout=40):
        name, index = slot.rsplit("-", 1)
        url = f"http://127.0.0.1:{self.admin_port + ORDER.index(name) + 10 * int(index)}/readyz"
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if self.processes[slot].poll() is not None:
                raise RuntimeError(f"{slot} ended with {self.processes[slot].returncode}:\n{self.log(slot)[-3000:]}")
            try:
                with urllib.request.urlopen(url, timeout=2) as reply:
                    if reply.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"{slot} is not ready after {timeout} s:\n{self.log(slot)[-3000:]}")

    def kill(self, slot):
        self.processes[slot].send_signal(signal.SIGKILL)
        self.processes[slot].wait()

    def log(self, slot):
        path = self.work / f"{slot}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def run(self, *words, timeout=180, check=True):
        done = subprocess.run([BINARY, *words], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise RuntimeError(f"harvestctl {' '.join(words)} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def background(self, *words, out):
        with open(out, "w") as file:
            return subprocess.Popen([BINARY, *words], env=self.env, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)

    def json(self, *words, **options):
        return json.loads(self.run(*words, "-o", "json", **options).stdout)
