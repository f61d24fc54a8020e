#!/usr/bin/env python3
"""What a person sees: 200 bots of `loadtest run smoke` on one `serve all`, and 200 that also farm while the process is killed
with -9 and started again; afterwards inventories, ledger and every match are checked."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harvest_system import QUICK_CONTENT, System, wait_until  # noqa: E402

BOTS = "200"


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def unfinished(system):
    listed = system.json("admin", "match", "list", "--limit", "1000")["items"]
    return [match for match in listed if match["state"] in ("made", "playing")]


def report_of(out):
    return json.loads(next(line for line in out.read_text().splitlines() if line.startswith("{")))


def claims(report):
    held = [claim for claim in report["thresholds"] if claim["threshold"].startswith("verify")]
    return f"{sum(claim['passed'] for claim in held)} of {len(held)} claims hold"


def smoke():
    with System() as system:
        report = system.json("loadtest", "run", "smoke", "--bots", BOTS, "--duration", "60s", "--verify", timeout=240)
    p99 = next(action["response_p99_ms"] for action in report["actions"] if action["action"] == "battle.command")
    row("smoke_matches", report["matches_finished"], "matches in 60 s", note=f"{report['verdict']}, {claims(report)}")
    row("smoke_errors", report["errors"], "errors")
    row("smoke_command_p99_ms", round(p99, 1), "ms")


def killed():
    system = System()
    system.arguments += QUICK_CONTENT
    with system:
        out = system.work / "loadtest.out"
        load = system.background("loadtest", "run", "mixed", "--verify", "--bots", BOTS, "--duration", "45s", "-o", "json", out=out)
        down = []
        for _ in range(2):
            time.sleep(15)
            began = time.monotonic()
            system.kill()
            system.start()
            down.append(time.monotonic() - began)
        code = load.wait(240)
        wait_until(lambda: not unfinished(system), 120, "every match resumed or settled")
        report = report_of(out)
    row("killed_matches", report["matches_finished"], "matches in 45 s",
        note=f"exit {code}, {report['errors']} errors, killed twice, ready again after {max(down) * 1000:.0f} ms, "
             f"the longest cut {report['longest_cut_ms']:.0f} ms, {claims(report)}, no match left unfinished")
    row("killed_errors", report["errors"], "errors")


if __name__ == "__main__":
    smoke()
    killed()
