#!/usr/bin/env python3
"""Start-up, idle memory and size of the real binary."""
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from node_yardstick import ColyseusServer
from harvest_system import BINARY, System


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def rss_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0


def colyseus_start():
    with ColyseusServer() as server:
        return server.start_ms


def starts(system, count):
    """Milliseconds until it is ready, and its memory a second later, of each; it is stopped before and after."""
    times, memory = [], []
    for _ in range(count):
        began = time.monotonic()
        system.start()
        times.append((time.monotonic() - began) * 1000)
        time.sleep(1)
        memory.append(rss_mb(system.process.pid))
        system.stop()
    return times, memory


def by_players(system):
    """How the start takes the size of what is there: {players: milliseconds a player}."""
    costs = {}
    for players in (100, 1_000, 10_000):
        system.start()
        system.run("admin", "seed", "--players", str(players), "--max-affected", str(players), "--reason", "bench", "--yes", "--timeout", "600s", timeout=600)
        system.stop()
        costs[players] = statistics.median(starts(system, 5)[0]) / players
    return costs


def main():
    with System("--bots", "0") as system:
        system.stop()
        colyseus_start()  # fetches it
        times, memory, others = [], [], []
        for _ in range(7):
            started, resident = starts(system, 1)
            times, memory, others = times + started, memory + resident, [*others, colyseus_start()]
        mine, yardstick = statistics.median(times), statistics.median(others)
        row("start_ms", round(mine, 1), "ms", yardstick=round(yardstick, 1), ratio=round(mine / yardstick, 2),
            note=f"beside an empty Colyseus; median of {len(times)} starts, {min(times):.0f}–{max(times):.0f} ms, from exec to the line that says ready")
        row("idle_rss_mb", round(statistics.median(memory), 1), "MB")
        print(json.dumps({"growth": "start_ms", "by": "players", "costs": by_players(system)}), flush=True)
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, BINARY], check=True)
        row("binary_mb", round(os.path.getsize(stripped.name) / 1e6, 1), "MB")


if __name__ == "__main__":
    main()
