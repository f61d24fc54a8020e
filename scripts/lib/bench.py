"""Runs the benchmark programs and writes tests/bench/RESULTS.md from the JSON lines that they print:
{"row": "https_get", "ours": 61000, "yardstick": 60000, "ratio": 1.02, "unit": "requests/CPU-s", "note": "…"}.
Budgets and the reason of a row that stays under its budget stand in tests/bench/budgets.json."""
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/release"
RESULTS = ROOT / "tests/bench/RESULTS.md"
STORE = ROOT / "tests/bench/results.json"
NIGHTLY = ROOT / "tests/bench/nightly.json"
BUDGETS = json.loads((ROOT / "tests/bench/budgets.json").read_text())

# Programs that print Google Benchmark's own JSON: benchmark -> (counter, row, unit) of it.
GOOGLE = {
    "bench_battle": {"random_battles": [("battles", "battle_engine", "battles/CPU-s"), ("commands", "battle_commands", "commands/CPU-s")],
                     "replays": [("commands", "replay", "commands/CPU-s")]},
    "bench_instance": {"command_to_push/views:0": [("commands", "battle_in_process", "commands/CPU-s")],
                       "command_to_push/views:1": [("commands", "battle_in_process_views", "commands/CPU-s")],
                       "allocations_in_memory": [("allocations", "room_allocation", "allocations/CPU-s")],
                       "allocations_durable": [("allocations", "room_allocation_durable", "allocations/s")]},
}


def run(program):
    """The rows that a program prints, with the command to repeat them."""
    google = GOOGLE.get(program.name)
    command = [str(program)] + (["--benchmark_format=json", f"--benchmark_filter={'|'.join(google)}"] if google else [])
    print(f"   {program.name}", flush=True)
    env = dict(os.environ, HARVESTCTL=str(BUILD / "harvestctl"))
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    rows = [] if google else [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if google and done.returncode == 0:
        for measured in json.loads(done.stdout)["benchmarks"]:
            rows += [{"row": name, "ours": round(measured[counter]), "unit": unit}
                     for key, counters in google.items() if measured["name"].startswith(key) for counter, name, unit in counters]
    if done.returncode != 0:
        print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
        print(f"   {program.name} ended with {done.returncode}", file=sys.stderr)
    for row in rows:
        row["command"] = f"scripts/bench {program.stem.removeprefix('bench_')}"
        print(f"      {row['row']:<34} {figure(row.get('ours')):>12} {row.get('unit', ''):<18} ratio {figure(row.get('ratio'))}", flush=True)
    return rows


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


def write(rows):
    lines = ["# Measured", "",
             "Written by `scripts/bench`: each row is run beside its yardstick in the same minutes, interleaved, and rates are per CPU-second of",
             "the process measured (user + system), which survives a noisy machine. The last column is the command that repeats the row.", "",
             f"Machine: {platform.machine()}, {os.cpu_count()} cores; {datetime.date.today().isoformat()}.", "",
             "| row | ours | yardstick | ratio | budget | | repeat |", "|---|---:|---:|---:|---:|---|---|"]
    reasons = []
    for name, budget in BUDGETS.items():
        row = rows.get(name)
        if row is None:
            reasons.append(f"- **{budget['work']}**: not measured. {budget.get('reason', '')}".rstrip())
            continue
        verdict = met(row, budget)
        mark = {True: "met", False: "**under**", None: ""}[verdict]
        lines.append(f"| {budget['work']} | {figure(row.get('ours'))} {row.get('unit', '')} | {figure(row.get('yardstick'))} | "
                     f"{figure(row.get('ratio'))} | {goal(budget)} | {mark} | `{row['command']}` |")
        if verdict is False:
            reasons.append(f"- **{budget['work']}**: {budget.get('reason', 'no reason is known yet.')}")
        if row.get("note"):
            reasons.append(f"- {budget['work']}: {row['note']}")
    others = [row for name, row in rows.items() if name not in BUDGETS]
    if others:
        lines += ["", "Also measured, without a budget:", "", "| row | ours | yardstick | ratio | repeat |", "|---|---:|---:|---:|---|"]
        lines += [f"| {row['row']} | {figure(row.get('ours'))} {row.get('unit', '')} | {figure(row.get('yardstick'))} | {figure(row.get('ratio'))} | `{row['command']}` |"
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
    if wanted:
        programs = [p for p in programs if p.stem.removeprefix("bench_") in wanted]
    if not programs:
        sys.exit("no such benchmark")
    rows = json.loads(STORE.read_text()) if STORE.exists() else {}
    for program in programs:
        for row in run(program):
            rows[row["row"]] = row
        # After each program, so that a run that is cut keeps what it has measured.
        STORE.write_text(json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        write(rows)
    print(f"== {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
