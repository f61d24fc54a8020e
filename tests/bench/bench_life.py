#!/usr/bin/env python3
"""100 bots live a player's whole life for five minutes on a game with fast crops (`config/loadtest/quick`), and the same with
kill -9 in the middle: how often each kind of action was done, and whether what the bots were told holds at the end."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harvest_system import QUICK_CONTENT, System  # noqa: E402

SECONDS = 300
LOAD = ("loadtest", "run", "mixed", "--verify", "--bots", "100", "--duration", f"{SECONDS}s", "-o", "json",
        "--threshold", "actions: least >= 100", "--threshold", "actions: count >= 10000")


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def lived(killed):
    system = System(*QUICK_CONTENT)
    with system:
        out = system.work / "loadtest.out"
        load = system.background(*LOAD, out=out)
        if killed:
            time.sleep(SECONDS / 2)
            system.kill()
            system.start()
        code = load.wait(SECONDS + 300)
        report = json.loads(next(line for line in out.read_text().splitlines() if line.startswith("{")))
        sound = system.json("admin", "ledger", "check")["sound"]
    measured = {claim["threshold"]: claim["measured"] for claim in report["thresholds"]}
    held = [claim for claim in report["thresholds"] if claim["threshold"].startswith("verify")]
    name = "life_killed" if killed else "life"
    row(f"{name}_actions", float(measured["actions: count >= 10000"]), "actions",
        note=f"exit {code}, {report['matches_finished']} matches, {report['errors']} errors, "
             f"{sum(claim['passed'] for claim in held)} of {len(held)} claims hold, the ledger is {'sound' if sound else 'not sound'}")
    row(f"{name}_least", float(measured["actions: least >= 100"]), "actions")


if __name__ == "__main__":
    lived(killed=False)
    lived(killed=True)
