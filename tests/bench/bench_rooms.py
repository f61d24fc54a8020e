#!/usr/bin/env python3
"""Battle commands of the real binary (whole matches by bots without think time, TLS, rules, battle log on disk, both seats'
views) against a Colyseus room that only relays in clear: commands per CPU-second of the server's whole process."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harvest_system import System, free_range  # noqa: E402

MODULES = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "harvest/bench"
PACKAGES = ["@colyseus/core@0.16.26", "@colyseus/ws-transport@0.16.5", "@colyseus/schema@3.0.76", "colyseus.js@0.16.22"]
ROUNDS, SECONDS, BOTS = 5, 8, 64
SCENARIO = {"name": "rooms", "bots": BOTS, "duration": f"{SECONDS}s", "join_over": "100ms", "enet_percent": 0, "level": "random",
            "think_median": "0ms", "chat_percent": 0, "cut_percent": 0, "thresholds": ["errors: rate < 0.1%"]}


def cpu_seconds(pid):
    return sum(int((task / "schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def ours(system, folder, bots=BOTS):
    scenario = folder / f"rooms-{bots}.yaml"
    scenario.write_text(json.dumps(SCENARIO | {"bots": bots})) # JSON is YAML
    before = cpu_seconds(system.process.pid)
    report = system.json("loadtest", "run", str(scenario), timeout=120)
    used = cpu_seconds(system.process.pid) - before
    return next(row["count"] for row in report["actions"] if row["action"] == "battle.command") / used


def theirs():
    if not (MODULES / "node_modules/@colyseus").exists():
        MODULES.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(MODULES), *PACKAGES], check=True)
    for script in ("colyseus_server.cjs", "colyseus_load.cjs"):
        shutil.copy(ROOT / "tests/bench/yardsticks" / script, MODULES)
    port = free_range(1)
    server = subprocess.Popen(["node", str(MODULES / "colyseus_server.cjs"), str(port)], stdout=subprocess.PIPE)
    try:
        server.stdout.readline() # "ready"
        done = subprocess.run(["node", str(MODULES / "colyseus_load.cjs"), str(port), str(server.pid), str(BOTS // 2), str(SECONDS // 2)],
                              capture_output=True, text=True, timeout=60, check=True)
        return float(done.stdout)
    finally:
        server.kill()
        server.wait()


def main():
    with tempfile.TemporaryDirectory(prefix="harvest-bench-") as folder, System("--bots", "0", "--set", "instance.command_burst=1000000", "--set",
                                                                           "connsrv.op_burst_factor=1000") as system:
        folder = pathlib.Path(folder)
        pairs = [(ours(system, folder), theirs()) for _ in range(ROUNDS)]
        mine, yardstick = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
        print(json.dumps({"row": "battle_push", "ours": round(mine, 1), "yardstick": round(yardstick, 1), "ratio": round(mine / yardstick, 3),
                          "unit": "commands/CPU-s"}), flush=True)
        sizes = {bots: ours(system, folder, bots) for bots in (BOTS // 10, BOTS, BOTS * 10)}
    print(json.dumps({"growth": "battle_push", "by": "bots", "rates": sizes}), flush=True)


if __name__ == "__main__":
    main()
