"""Runs the benchmark programs and writes tests/bench/RESULTS.md from the JSON lines that they print:
{"row": "https_get", "ours": 61000, "yardstick": 60000, "ratio": 1.02, "unit": "requests/CPU-s", "note": "…"}.
A line {"growth": "https_get", "by": "connections", "rates": {"6": 60000, "64": 61000, "640": 58000}} tells how a row's cost grows with
the work: `rates` of operations, or what each one `costs`, at a tenth of the size and ten times as much.
Budgets and the reason of a row that stays under its budget stand in tests/bench/budgets.json."""
import datetime
import json
import math
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/release"
RESULTS = ROOT / "tests/bench/RESULTS.md"
STORE = ROOT / "tests/bench/results.json"
NIGHTLY = ROOT / "tests/bench/nightly.json"
BUDGETS = json.loads((ROOT / "tests/bench/budgets.json").read_text())

# Programs that print Google Benchmark's own JSON: benchmark -> (counter, row, unit) of it.
GOOGLE = {
    "bench_battle": {"replays": [("commands", "replay", "commands/CPU-s")]},
    "bench_instance": {"command_to_push/views:0": [("commands", "battle_in_process", "commands/CPU-s")],
                       "command_to_push/views:1": [("commands", "battle_in_process_views", "commands/CPU-s")],
                       "allocations_in_memory": [("allocations", "room_allocation", "allocations/CPU-s")],
                       "allocations_durable": [("allocations", "room_allocation_durable", "allocations/s")]},
}

# Seconds that a program may take; those told here are long, and run only when named.
LONG = {"bench_fresh_run": 3600, "bench_fresh_test": 4 * 3600}


def exponent(growth):
    """Of the cost of all the work by its size (least squares on logarithms): 1 where each piece costs the same, however many there are.
    None where some size was too small to be measured."""
    costs = {float(size): 1 / rate if rate > 0 else 0 for size, rate in growth["rates"].items()} if "rates" in growth else {
        float(size): cost for size, cost in growth["costs"].items()}
    if len(costs) < 2 or min(costs.values()) <= 0:
        return None
    points = [(math.log(size), math.log(size * cost)) for size, cost in costs.items()]
    x, y = (sum(each) / len(points) for each in zip(*points))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def grown(row, growth):
    sizes = [int(size) for size in growth.get("rates", growth.get("costs"))]
    if exponent(growth) is None:
        return row
    return row | {"exponent": round(exponent(growth), 2), "by": f"{min(sizes):,}–{max(sizes):,} {growth['by']}"}


def google_rows(google, benchmarks):
    """Of what Google Benchmark measured. Of one that ran at several sizes (name/size), the row has the size in the middle."""
    rows = []
    for key, counters in google.items():
        measured = [each for each in benchmarks if each["name"].startswith(key)]
        for counter, name, unit in counters:
            at = measured[len(measured) // 2]
            rows.append({"row": name, "ours": round(at[counter]), "unit": unit})
            if len(measured) > 1:
                rows.append({"growth": name, "by": at["label"], "rates": {str(int(each["size"])): each[counter] for each in measured}})
    return rows


def speed():
    """What the machine does now: thousands of ES256 verifications a second, by openssl's own figure. None where it does not tell."""
    told = subprocess.run(["openssl", "speed", "-seconds", "1", "ecdsap256"], capture_output=True, text=True).stdout.split()
    return round(float(told[-1]) / 1000, 1) if told else None


failed = []  # programs that ended badly


def run(program):
    """The rows that a program prints, each as soon as it is there, with the command to repeat them; once more with its growth."""
    google = GOOGLE.get(program.name)
    command = [str(program)] + (["--benchmark_format=json", f"--benchmark_filter={'|'.join(google)}"] if google else [])
    print(f"   {program.name}", flush=True)
    env = dict(os.environ, HARVESTCTL=str(BUILD / "harvestctl"))
    told = {"speed": speed(), "command": f"scripts/bench {program.stem.removeprefix('bench_')}"}
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        watch = threading.Timer(LONG.get(program.stem, 900), process.kill)
        watch.start()
        try:
            rows = {}
            for line in google_rows(google, json.load(process.stdout)["benchmarks"]) if google else parsed(process.stdout):
                name = line.get("row") or line["growth"]
                rows[name] = line | told if "row" in line else grown(rows[name], line) if name in rows else None
                if rows[name]:
                    yield rows[name]
        finally:
            watch.cancel()
            process.kill() if sys.exc_info()[0] else None
            if process.wait() != 0:
                failed.append(program.name)
                errors.seek(0)
                print(errors.read()[-4000:], f"   {program.name} ended with {process.returncode}", sep="\n", file=sys.stderr)


def parsed(lines):
    return (json.loads(line) for line in lines if line.startswith("{"))


def tell(row):
    print(f"      {row['row']:<34} {figure(row.get('ours')):>12} {row.get('unit', ''):<18} ratio {figure(row.get('ratio'))}"
          + (f", cost grows with exponent {row['exponent']} over {row['by']}" if "by" in row else ""), flush=True)


def figure(value):
    if value is None:
        return "-"
    if isinstance(value, list):
        return " / ".join(figure(each) for each in value)
    if isinstance(value, str):
        return value
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def met(row, budget):
    """True, False, or None where the budget names no number."""
    value = row.get("ratio") if budget.get("of", "ratio") == "ratio" else row.get("ours")
    if value is None:
        return None
    if "at_least" in budget:
        return value >= budget["at_least"]
    if "at_most" in budget:
        return value <= budget["at_most"]
    return None


def goal(budget):
    text = f"≥ {figure(budget['at_least'])}" if "at_least" in budget else f"≤ {figure(budget['at_most'])}" if "at_most" in budget else "-"
    return text + ("×" if budget.get("of", "ratio") == "ratio" else "")


def growth_of(row):
    return f"{row['exponent']:.2f}, {row['by']}" if "by" in row else ""


def speed_of(row):
    return figure(row.get("speed")) if row.get("speed") else ""


def write(rows):
    lines = ["# Measured", "",
             "Written by `scripts/bench`: each row is run beside its yardstick in the same minutes, interleaved, and rates are per CPU-second of",
             "the process measured (user + system), which survives a noisy machine. `grows` is the exponent of the whole cost by the size of the",
             "work: 1 where each piece costs the same, however many there are; `speed` is what the machine did just before: thousands of ES256",
             "verifications a second by `openssl speed` (23 where none is told). The last column is the command that repeats the row.", "",
             f"Machine: {platform.machine()}, {os.cpu_count()} cores; {datetime.date.today().isoformat()}.", "",
             "| row | ours | yardstick | ratio | budget | | grows | speed | repeat |", "|---|---:|---:|---:|---:|---|---|---:|---|"]
    reasons = []
    for name, budget in BUDGETS.items():
        row = rows.get(name)
        if row is None:
            reasons.append(f"- **{budget['work']}**: not measured. {budget.get('reason', '')}".rstrip())
            continue
        verdict = met(row, budget)
        mark = {True: "met", False: "**under**", None: ""}[verdict]
        lines.append(f"| {budget['work']} | {figure(row.get('ours'))} {row.get('unit', '')} | {figure(row.get('yardstick'))} | "
                     f"{figure(row.get('ratio'))} | {goal(budget)} | {mark} | {growth_of(row)} | {speed_of(row)} | `{row['command']}` |")
        if verdict is False:
            reasons.append(f"- **{budget['work']}**: {budget.get('reason', 'no reason is known yet.')}")
        if row.get("note"):
            reasons.append(f"- {budget['work']}: {row['note']}")
    others = [row for name, row in rows.items() if name not in BUDGETS]
    if others:
        lines += ["", "Also measured, without a budget:", "", "| row | ours | yardstick | ratio | grows | speed | repeat |", "|---|---:|---:|---:|---|---:|---|"]
        lines += [f"| {row['row']} | {figure(row.get('ours'))} {row.get('unit', '')} | {figure(row.get('yardstick'))} | {figure(row.get('ratio'))} | {growth_of(row)} | {speed_of(row)} | `{row['command']}` |"
                  for row in others]
    if reasons:
        lines += ["", "## Rows under their budget, and the way to it", "", *reasons]
    RESULTS.write_text("\n".join(lines + nightly()) + "\n")


def write_nightly():
    """Changes that section alone: nothing else was measured anew."""
    measured = RESULTS.read_text().split("\n\n## Nightly\n")[0].rstrip("\n")
    RESULTS.write_text("\n".join([measured, *nightly()]) + "\n")


def nightly():
    """What scripts/nightly has shown so far, over all its runs."""
    if not NIGHTLY.exists():
        return []
    totals = json.loads(NIGHTLY.read_text())
    return ["", "## Nightly", "", "By `scripts/nightly`, over all its runs: how much of each test passed, and how many pieces failed.", "",
            "| promises | what | passed | pieces failed | last | repeat |", "|---|---|---:|---:|---|---|"] + [
            f"| {total['promises']} | {total['what']} | {total['units']:,} {total['unit']} | {total['failures']} | {total['last']} | "
            f"`scripts/nightly {name}` |" for name, total in sorted(totals.items())]


def main():
    wanted = sys.argv[1:]
    programs = sorted(p for p in BUILD.glob("bench_*") if os.access(p, os.X_OK) and p.is_file())
    programs += sorted((ROOT / "tests/bench").glob("bench_*.py"))
    programs = [p for p in programs if (p.stem.removeprefix("bench_") in wanted if wanted else p.stem not in LONG)]
    if not programs:
        sys.exit("no such benchmark")
    rows = json.loads(STORE.read_text()) if STORE.exists() else {}
    for program in programs:
        for row in run(program):
            tell(row)
            rows[row["row"]] = row
            # At once, so that a run that is cut keeps what it has measured.
            STORE.write_text(json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
            write(rows)
    print(f"== {RESULTS.relative_to(ROOT)}")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
