#!/usr/bin/env python3
"""Two processes of each daemon over real PostgreSQL, Kafka and Redis carry 300 bots that farm, play and chat, while one
process of each kind is killed with -9 and started again; afterwards inventories, ledger and every match are checked. And
the same on `serve all` over the servers. Needs: scripts/services up && eval "$(scripts/services env)"."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from cluster import ORDER, Cluster, distributed_settings, environment  # noqa: E402
from harvest_system import QUICK_CONTENT, QUICK_HOUSE_BOTS, System, wait_until  # noqa: E402

BOTS, DURATION = "300", "120s"
LOAD = ("loadtest", "run", "mixed", "--verify", "--bots", BOTS, "--duration", DURATION, "-o", "json")


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def unfinished(system, *where):
    listed = system.json("admin", "match", "list", "--limit", "5000", *where)["items"]
    return [match for match in listed if match["state"] in ("made", "playing")]


def tell(prefix, out, code, down):
    report = json.loads(next(line for line in out.read_text().splitlines() if line.startswith("{")))
    held = [claim for claim in report["thresholds"] if claim["threshold"].startswith("verify")]
    row(f"{prefix}_matches", report["matches_finished"], "matches in 120 s",
        note=f"exit {code}, {report['errors']} errors, {len(down)} kills, ready again after {max(down) * 1000:.0f} ms at most, "
             f"the longest cut {report['longest_cut_ms']:.0f} ms, {sum(claim['passed'] for claim in held)} of {len(held)} claims hold, "
             "no match left unfinished")
    row(f"{prefix}_errors", report["errors"], "errors", note=", ".join(f"{kind['count']} {kind['what']}" for kind in report["errors_by_kind"]))


def apart():
    with Cluster({name: 2 for name in ORDER}) as cluster:
        out = cluster.work / "loadtest.out"
        load = cluster.background(*LOAD, "--context", "gateway-0", out=out)
        down = []
        time.sleep(20)
        for name in ORDER:
            began = time.monotonic()
            cluster.kill(f"{name}-0")
            cluster.start(f"{name}-0")
            cluster.wait_ready(f"{name}-0")
            down.append(time.monotonic() - began)
            time.sleep(10)
        code = load.wait(400)
        wait_until(lambda: not unfinished(cluster, "--context", "gateway-0"), 120, "every match resumed or settled")
        tell("cluster", out, code, down)


def together():
    settings = [word for key, value in distributed_settings().items() for word in ("--set", f"{key}={value}")]
    system = System(*settings, *QUICK_HOUSE_BOTS)
    system.env.update({key: value for key, value in environment(system.home).items() if key.startswith("HARVESTE2E_")})
    system.arguments += QUICK_CONTENT
    with system:
        out = system.work / "loadtest.out"
        load = system.background(*LOAD, out=out)
        time.sleep(40)
        began = time.monotonic()
        system.kill()
        system.start()
        down = [time.monotonic() - began]
        code = load.wait(400)
        wait_until(lambda: not unfinished(system), 120, "every match resumed or settled")
        tell("servers", out, code, down)


if __name__ == "__main__":
    apart()
    together()
