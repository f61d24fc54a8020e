"""Yardsticks that npm has: their packages are fetched once, to the user's cache, and their programs (yardsticks/*.cjs) run beside them."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harvest_system import free_range  # noqa: E402

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "harvest/bench"
COLYSEUS = ("@colyseus/core@0.16.26", "@colyseus/ws-transport@0.16.5", "@colyseus/schema@3.0.76", "colyseus.js@0.16.22")
SHOWDOWN = ("pokemon-showdown@0.11.10",)
BOARDGAME = ("boardgame.io@0.50.2",)


def program(name, packages):
    """Where yardsticks/NAME lies beside its packages."""
    modules = CACHE / packages[0].strip("@").replace("/", "-")
    if not (modules / "node_modules/.package-lock.json").exists():
        modules.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(modules), *packages], check=True)
    shutil.copy(ROOT / "tests/bench/yardsticks" / name, modules)
    return modules / name


def figure(name, packages, *arguments, flags=(), timeout=120):
    """The number that it prints."""
    done = subprocess.run(["node", *flags, str(program(name, packages)), *map(str, arguments)], stdout=subprocess.PIPE, text=True, timeout=timeout, check=True)
    return float(done.stdout)


class ColyseusServer:
    """A server of battle rooms in clear; `start_ms` is how long it took to be ready."""

    def __enter__(self):
        server = program("colyseus_server.cjs", COLYSEUS)
        self.port = free_range(1)
        began = time.monotonic()
        self.process = subprocess.Popen(["node", str(server), str(self.port)], stdout=subprocess.PIPE)
        self.process.stdout.readline()  # "ready"
        self.start_ms = (time.monotonic() - began) * 1000
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
