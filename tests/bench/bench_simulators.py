#!/usr/bin/env python3
"""The battle engine (`bench_battle`: random legal play, the log of every command, the state's hash after it) in turns with two of the field:
Pokémon Showdown's simulator by battles, boardgame.io by moves, each per CPU-second."""
import json
import statistics
import subprocess

from node_yardstick import BOARDGAME, ROOT, SHOWDOWN, figure

ROUNDS = 5
UNITS = {"battle_engine": "battles", "battle_commands": "commands"}


def ours():
    """{matches: rates} of every size."""
    done = subprocess.run([str(ROOT / "build/release/bench_battle"), "--benchmark_filter=random_battles", "--benchmark_format=json"], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return {int(each["size"]): each for each in json.loads(done.stdout)["benchmarks"]}


def theirs():
    return {"battle_engine": figure("showdown_battles.cjs", SHOWDOWN, 100), "battle_commands": figure("boardgame_moves.cjs", BOARDGAME, 40_000)}


def main():
    rounds = [(ours(), theirs()) for _ in range(ROUNDS)]
    sizes = sorted(rounds[0][0])
    for name, unit in UNITS.items():
        rates = {size: statistics.median(mine[size][unit] for mine, _ in rounds) for size in sizes}
        mine, yardstick = rates[sizes[len(sizes) // 2]], statistics.median(others[name] for _, others in rounds)
        print(json.dumps({"row": name, "ours": round(mine), "yardstick": round(yardstick, 1), "ratio": round(mine / yardstick), "unit": f"{unit}/CPU-s"}))
        print(json.dumps({"growth": name, "by": "matches", "rates": rates}), flush=True)


if __name__ == "__main__":
    main()
