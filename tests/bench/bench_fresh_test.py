#!/usr/bin/env python3
"""`scripts/test` on a machine with nothing installed and an empty ccache, --fast in the same clone, then a second clone with that ccache.
Needs root, and the ports of `scripts/services` free."""
import json
import re
import subprocess
import sys
import time

from fresh_machine import FreshMachine


def timed(machine, *words, folder):
    began = time.monotonic()
    process = machine.start("env", "CI=true", *words, folder=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    last = ""
    for line in process.stdout:
        sys.stderr.write(line)
        last = line if re.match(r"\d+ passed, \d+ failed", line) else last
    if process.wait() != 0:
        raise RuntimeError(f"{' '.join(words)}: {last or 'no count'}")
    return (time.monotonic() - began) / 60, last.strip()


def row(name, minutes, told):
    print(json.dumps({"row": name, "ours": round(minutes, 1), "unit": "min", "note": told}), flush=True)


def main():
    with FreshMachine() as machine:
        row("test_from_nothing_min", *timed(machine, "scripts/test", folder="/root/harvest"))
        row("test_fast_min", *timed(machine, "scripts/test", "--fast", folder="/root/harvest"))
        machine.clone("/root/again")
        row("test_warm_min", *timed(machine, "scripts/test", folder="/root/again"))


if __name__ == "__main__":
    main()
