"""A bad network between clients and servers on this machine, made to order (fault_proxy.cpp)."""
import json
import os
import pathlib
import random
import subprocess

from harvest_system import BINARY

PROGRAM = os.environ.get("HARVEST_FAULT_PROXY", str(pathlib.Path(BINARY).parent / "fault_proxy"))


class FaultProxy:
    """Each route is (udp or tcp, port to listen on, port of the server). HARVEST_FAULT_SEED gives a run's dice again."""

    def __init__(self, *routes):
        self.seed = os.environ.get("HARVEST_FAULT_SEED", str(random.randrange(2**32)))
        self.words = [PROGRAM, self.seed, *(str(word) for route in routes for word in route)]

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the fault proxy does not start")
        print(f"faults by seed {self.seed}")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def order(self, command):
        answer = self.ask(command)
        if answer != "ok":
            raise RuntimeError(f"{command}: {answer}")

    def counts(self):
        return json.loads(self.ask("counts"))
