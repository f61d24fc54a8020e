#!/usr/bin/env python3
"""Battle commands of the real binary (whole matches by bots without think time, TLS, rules, battle log on disk, both seats'
views) against a Colyseus room that only relays in clear: commands per CPU-second of the server's whole process."""
import json
import pathlib
import statistics
import tempfile

from node_yardstick import COLYSEUS, ColyseusServer, figure
from harvest_system import System

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
    with ColyseusServer() as server:
        return figure("colyseus_load.cjs", COLYSEUS, server.port, server.process.pid, BOTS // 2, SECONDS // 2)


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
