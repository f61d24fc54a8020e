#!/usr/bin/env python3
"""A new user's first minutes on a machine with nothing installed: `scripts/run` until bots have ended a match, a load test against it, the same
with kill -9 in the middle, and the replay of what was played. Needs root."""
import json
import signal
import subprocess
import threading
import time

from fresh_machine import FreshMachine, wait_for_line

CTL = "build/release/harvestctl"
LOAD = (CTL, "loadtest", "run", "smoke", "--bots", "200", "--duration", "60s", "--verify", "-o", "json")


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def play(machine):
    """`scripts/run` up to the line that says how to stop; whatever else it prints is read and dropped."""
    began = time.monotonic()
    game = machine.start("scripts/run", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = wait_for_line(game, r"Ctrl-C", 1800)
    threading.Thread(target=game.stdout.read, daemon=True).start()
    return game, lines, time.monotonic() - began


def ended_matches(machine):
    return machine.run(CTL, "admin", "match", "list", "--state", "ended", "-o", "name").split()


def unfinished(machine):
    """Ids of matches; the bots of `scripts/run` always play some."""
    listed = json.loads(machine.run(CTL, "admin", "match", "list", "--limit", "1000", "-o", "json"))["items"]
    return {match["id"] for match in listed if match["state"] in ("made", "playing")}


def wait(what, timeout, of):
    until = time.monotonic() + timeout
    while not (value := of()):
        if time.monotonic() > until:
            raise RuntimeError(f"not within {timeout} s: {what}")
        time.sleep(0.5)
    return value


def report_of(load, told):
    line = next((line for line in told.splitlines() if line.startswith("{")), None)
    if line is None:
        raise RuntimeError(f"the load test ended with {load.returncode} and no report:\n{told[-3000:]}")
    return json.loads(line)


def load_with(machine, meanwhile):
    load = machine.start(*LOAD, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    meanwhile()
    told, _ = load.communicate(timeout=300)
    report = report_of(load, told)
    claims = [claim for claim in report["thresholds"] if claim["threshold"].startswith("verify")]
    held = sum(claim["passed"] for claim in claims)
    return report, f"exit {load.returncode}, {report['errors']} errors, {held} of {len(claims)} claims hold"


def main():
    with FreshMachine() as machine:
        began = time.monotonic()
        game, lines, ready = play(machine)
        wait("a match ended", 300, lambda: ended_matches(machine))
        packages = next((line.split()[2] for line in lines if "== installing" in line), "0")
        row("fresh_first_match_s", round(time.monotonic() - began), "s", note=f"{packages} packages, then the build; ready after {ready:.0f} s")

        report, told = load_with(machine, lambda: None)
        row("fresh_matches", report["matches_finished"], "matches in 60 s", note=told)
        row("fresh_errors", report["errors"], "errors")

        def kill_and_start():
            nonlocal again, started, interrupted
            time.sleep(25)
            machine.signal(game, signal.SIGKILL)
            game.wait(30)
            again, _, started = play(machine)
            interrupted = unfinished(machine)

        again, started, interrupted = None, 0.0, set()
        report, told = load_with(machine, kill_and_start)
        wait("every match resumed or settled", 180, lambda: not interrupted & unfinished(machine))
        row("fresh_killed_matches", report["matches_finished"], "matches in 60 s",
            note=f"{told}; the second `scripts/run` was ready after {started:.1f} s, and all {len(interrupted)} matches that went on have ended")
        row("fresh_killed_errors", report["errors"], "errors")

        matches = ended_matches(machine)[:20]
        proved = sum(json.loads(machine.run(CTL, "admin", "replay", match, "-o", "json"))["verdict"] == "verified" for match in matches)
        row("fresh_replayed", proved / len(matches), f"of {len(matches)} matches")
        machine.signal(again, signal.SIGINT)
        if again.wait(60) != 0:
            raise RuntimeError(f"Ctrl-C ended `scripts/run` with {again.returncode}")


if __name__ == "__main__":
    main()
