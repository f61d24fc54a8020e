"""Runs steps piece by piece until the budget is used up, and remembers after each piece how far it is (see scripts/nightly).
A step has a number of units to do in a round (seeds, cuts, kills …); the step that is least far comes next. A piece takes as
many units as fit, by the time that its last ones took (the first one is small). A test that skips has shown nothing: that counts as a failure."""
import argparse
import ctypes
import dataclasses
import datetime
import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import bench

ROOT = pathlib.Path(__file__).resolve().parents[2]
E2E = "tests/e2e/test_"


@dataclasses.dataclass
class Step:
    name: str
    promises: str
    what: str
    unit: str
    count: int       # of a round
    least: int       # of a piece
    most: int
    guess: float     # seconds a unit, before one was measured
    command: object  # (first, units, run) -> words
    environment: object = lambda first, units: {}
    builds: bool = False


def python(name, *tests):
    return lambda first, units, run: ["python3", f"{E2E}{name}.py", *tests]


STEPS = [
    Step("seeds", "T9", "simulated evenings, each seed another", "seeds", 10_000, 10, 500, 0.6,
         lambda first, units, run: [run.programs / "sim", "T9: evenings of any size*"],
         lambda first, units: {"HARVEST_SIM_SEED": first, "HARVEST_SIM_SEEDS": units}),
    Step("cuts", "T1b", "power cuts at random moments of a run under load", "cuts", 1000, 200, 500, 0.4,
         python("power_cut", "PowerCut.test_nothing_acknowledged_is_lost"), lambda first, units: {"HARVEST_POWER_CUTS": units}),
    Step("kills", "T1, T14", "kill -9 under load, then start again", "kills", 1000, 5, 10, 12, python("kill"),
         lambda first, units: {"HARVEST_KILLS": units, "HARVEST_KILL_SEED": first}),
    Step("broker_kills", "T6", "kill -9 of Kafka while events flow", "kills", 20, 2, 10, 30,
         python("faults", "Faults.test_the_broker_is_killed_again_and_again"), lambda first, units: {"HARVEST_BROKER_KILLS": units}),
    Step("servers", "T7, T11, T33", "PostgreSQL, Kafka, Redis and daemons killed, stopped, emptied", "s of each fault", 60, 60, 60, 13,
         python("faults", "Faults.test_every_server_fails_under_load", "Faults.test_each_daemon_stops_for_a_while"),
         lambda first, units: {"HARVEST_FAULT_SECONDS": units}),
    Step("network", "T7, T28", "a bad network between the game and its servers", "s of each fault", 60, 60, 60, 10,
         python("bad_network", "BadNetwork.test_streams"), lambda first, units: {"HARVEST_FAULT_SECONDS": units}),
    Step("battles", "T15", "battles with the same hashes in every compiler, optimisation and locale", "battles", 10_000, 10_000, 10_000, 0.1,
         lambda first, units, run: ["tests/unit/game/determinism/check.sh", str(units), run.folder / "determinism", "all", str(first)], builds=True),
    Step("shuffles", "T17", "matches whose chance is proved by another program", "matches", 10_000, 10_000, 10_000, 0.06,
         lambda first, units, run: ["tests/unit/game/verify_shuffle.py", run.programs / "battle_hashes", "config/game", str(units), str(first)]),
    Step("sanitized", "–", "every e2e test and stock client with AddressSanitizer and UBSan", "runs", 1, 1, 1, 1800,
         lambda first, units, run: ["scripts/test", "--only", "sanitized"], builds=True),
    Step("separate", "–", "every file compiled by itself, with -Wshadow", "builds", 1, 1, 1, 3000,
         lambda first, units, run: ["scripts/test", "--only", "separate"], builds=True),
    Step("fuzz", "T36", "every fuzzer from its kept corpus (build/corpus)", "s of each fuzzer", 600, 15, 60, 12,
         lambda first, units, run: ["scripts/test", "--only", "fuzz"], lambda first, units: {"HARVEST_FUZZ_SECONDS": units}, builds=True),
]
SKIPPED = re.compile(r"\bskipped=\d|\*\*\*Skipped|\b[1-9]\d* skipped\b")


def duration(text):
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", text)
    if not text or not found:
        raise argparse.ArgumentTypeError(f"'{text}' is no duration: 2h, 90m, 30s")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


def spoken(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def interrupted_with_its_parent():
    """No piece outlives the run that began it, however that ends."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def write_json(path, value):
    """Whole or not at all: a run may be cut off anywhere."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    os.replace(fresh, path)


class Run:
    def __init__(self, folder, programs, steps, until):
        self.folder, self.programs, self.steps, self.until = folder, programs, steps, until
        self.began = time.monotonic()
        self.totals_file = ROOT / "tests/bench/nightly.json" if folder == ROOT / "build/nightly" else folder / "nightly.json"
        (folder / "failed").mkdir(parents=True, exist_ok=True)
        self.state_file = folder / "state.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {"steps": {}, "open": []}
        self.totals = json.loads(self.totals_file.read_text()) if self.totals_file.exists() else {}
        self.begun = self.passed = self.failures = 0
        self.interrupted = False

    def of(self, step):
        return self.state["steps"].setdefault(step.name, {"done": 0, "rounds": 0, "next": 1, "rate": step.guess, "measured": False})

    def progress(self, step):
        mine = self.of(step)
        return mine["rounds"] + mine["done"] / step.count

    def left(self):
        return self.until - time.monotonic()

    def next_piece(self):
        """The step that is least far and has a piece that fits; the first piece of a run needs not fit, or a slow one never comes."""
        for step in sorted(self.steps, key=self.progress):
            mine = self.of(step)
            wanted = min(step.count - mine["done"], step.most if mine["measured"] else step.least)
            units = max(min(wanted, int(self.left() / mine["rate"])), min(step.least, wanted))
            if units * mine["rate"] <= self.left() or self.begun == 0 and self.left() > 0:
                return step, mine["next"], units
        return None

    def execute(self, step, first, units, log):
        """True or False, or None where it was cut off: that piece comes again."""
        environment = dict(os.environ, HARVESTCTL=str(self.programs / "harvestctl"), HARVEST_FAULT_PROXY=str(self.programs / "fault_proxy"),
                           PYTHONDONTWRITEBYTECODE="1", **{name: str(value) for name, value in step.environment(first, units).items()})
        words = [str(word) for word in step.command(first, units, self)]
        changed = " ".join(f"{name}={value}" for name, value in step.environment(first, units).items())
        self.repeat = f"{changed} {' '.join(repr(word) if ' ' in word else word for word in words)}".strip()
        with open(log, "w") as out:
            out.write(f"{self.repeat}\n")
            out.flush()
            try:
                running = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                                           preexec_fn=interrupted_with_its_parent)
            except OSError as error:
                out.write(f"{error}\n")
                return False
            try:
                code = running.wait(max(self.left(), units * self.of(step)["rate"]) + 60)
            except (subprocess.TimeoutExpired, KeyboardInterrupt) as cut:
                self.interrupted = isinstance(cut, KeyboardInterrupt)
                self.end(running)
                return None
        return code == 0 and not SKIPPED.search(log.read_text(errors="replace"))

    @staticmethod
    def end(running):
        """Tests put away what they have started when they are interrupted."""
        for number, patience in ((signal.SIGINT, 60), (signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            try:
                os.killpg(running.pid, number)
                running.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                return

    def piece(self, step, first, units, again=False):
        log = self.folder / f"{step.name}.log"
        began = time.monotonic()
        passed = self.execute(step, first, units, log)
        took = time.monotonic() - began
        self.begun += 1
        what = f"{step.name} {first}..{first + units - 1}"
        if passed is None:
            print(f"   cut   {what} ({took:.0f} s): it comes again", flush=True)
            return
        mine, total = self.of(step), self.totals.setdefault(step.name, {"units": 0, "failures": 0})
        kept = [each for each in self.state["open"] if each[:3] != [step.name, first, units]]
        if not passed:
            self.failures += 1
            total["failures"] += 1
            saved = self.folder / "failed" / f"{step.name}-{first}.log"
            log.replace(saved)
            kept.append([step.name, first, units])
            print(f"   FAIL  {what} ({took:.0f} s)\n         {self.repeat}\n         {saved}", flush=True)
            print("".join(f"         | {line}\n" for line in saved.read_text(errors='replace').splitlines()[-8:]), end="", flush=True)
        self.state["open"] = kept
        if not again:
            mine.update(done=mine["done"] + units, next=first + units, rate=max(took / units, 0.001) if passed else mine["rate"], measured=True)
            if mine["done"] >= step.count:
                mine.update(done=0, rounds=mine["rounds"] + 1)
        if passed:
            self.passed += 1
            total["units"] += units
            print(f"   ok    {what} ({took:.0f} s){', which had failed' if again else ''}   {self.told(step)}", flush=True)
        total.update(unit=step.unit, what=step.what, promises=step.promises, last=datetime.date.today().isoformat())
        write_json(self.state_file, self.state)
        write_json(self.totals_file, self.totals)
        if self.totals_file.parent == bench.RESULTS.parent:
            bench.write_nightly()

    def told(self, step):
        mine = self.of(step)
        return f"{mine['done']:,} of {step.count:,} {step.unit}, round {mine['rounds'] + 1}"

    def go(self):
        try:
            self.all_that_fits()
        except KeyboardInterrupt:
            self.interrupted = True

    def all_that_fits(self):
        for name, first, units in list(self.state["open"]):
            step = next((each for each in self.steps if each.name == name), None)
            if step and self.left() > 0 and not self.interrupted:
                self.piece(step, first, units, again=True)
        while not self.interrupted and (chosen := self.next_piece()):
            self.piece(*chosen)

    def summary(self):
        spent = time.monotonic() - self.began
        print(f"== {'interrupted after' if self.interrupted else 'took'} {spoken(spent)}; scripts/nightly goes on from here")
        for step in self.steps:
            total = self.totals.get(step.name, {"units": 0, "failures": 0})
            print(f"   {step.name:<13} {self.told(step):<42} {total['units']:,} passed in all, {total['failures']} failures")
        for name, first, units in self.state["open"]:
            print(f"   failed and not passed since: {name} {first}..{first + units - 1}   {self.folder / 'failed' / f'{name}-{first}.log'}")
        print(f"{self.passed} pieces passed, {self.failures} failed")


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("steps", nargs="*")
    parser.add_argument("--budget", type=duration, default=7200)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--dir", type=pathlib.Path, default=ROOT / "build/nightly")
    parser.add_argument("--spent", type=int, default=0)
    given = parser.parse_args()
    names = [step.name for step in STEPS]
    for name in given.steps:
        if name not in names:
            parser.error(f"no step '{name}': they are {', '.join(names)}")
    steps = [step for step in STEPS if (not given.steps or step.name in given.steps) and not (given.no_build and step.builds)]
    run = Run(given.dir.resolve(), given.programs.resolve(), steps, time.monotonic() + given.budget - given.spent)
    if given.list:
        for step in steps:
            print(f"{step.name:<13} {step.promises:<13} {step.what}: {run.told(step)}")
        return 0
    lock = open(run.folder / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"error: another scripts/nightly runs in {run.folder}")
    print(f"== {spoken(given.budget)} of {', '.join(step.name for step in steps)}", flush=True)
    run.go()
    run.summary()
    return 1 if run.state["open"] else 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it, and all that it starts
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    sys.exit(main())
