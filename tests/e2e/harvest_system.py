"""Starts the real binary for end-to-end tests and talks to it as an operator would."""
import fcntl
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("HARVESTCTL", str(ROOT / "build/release/harvestctl"))
# The game with crops that grow in seconds.
QUICK_CONTENT_DIR = ROOT / "config/loadtest/quick"
QUICK_CONTENT = ["--set", f"content_dir={QUICK_CONTENT_DIR}"]
# A lone client soon meets a bot of the house that does not think long.
QUICK_HOUSE_BOTS = ["--set", "match.bot_after=1s", "--set", "instance.bot_think=20ms"]


def lowest_ephemeral_port():
    """Ports from here up go to outgoing connections, at any moment."""
    return int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


# What the tests that run now have taken: a line "first count pid" each.
TAKEN = pathlib.Path(tempfile.gettempdir()) / "harvest-e2e-ports"


def free_range(count=40):
    """The first of `count` neighbouring ports that nobody uses, for --ports-from; never the same port twice, in any test that runs.

    All that `serve all` binds lies in the first 40: its children take N+10 up, ten each."""
    with open(TAKEN, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        taken = [each for each in (tuple(map(int, line.split())) for line in file) if pathlib.Path(f"/proc/{each[2]}").exists()]
        first = next(first for first in candidates(count) if not any(first < at + size and at < first + count for at, size, _ in taken)
                     and unused(first, count))
        file.truncate(0)
        file.writelines(f"{at} {size} {pid}\n" for at, size, pid in [*taken, (first, count, os.getpid())])
    return first


def candidates(count):
    for _ in range(500):
        yield random.randrange(20000, min(lowest_ephemeral_port(), 60000) - count, 10)
    raise RuntimeError("no free ports")


def unused(first, count):
    held = []
    try:
        for port in range(first, first + count):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                held.append(socket.socket(socket.AF_INET, kind))
                held[-1].bind(("127.0.0.1", port))
    except OSError:
        return False
    finally:
        for each in held:
            each.close()
    return True


def bare_environment():
    """Without what would set something of the binary, or tests alone read."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HARVEST_", "XDG_"))}


class System:
    """One `serve all`. With a data directory it can be killed and started again on the same ports."""

    def __init__(self, *arguments, data_dir=None, home=None):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="harvest-e2e-"))
        self.home = pathlib.Path(home) if home else self.work / "home"
        self.home.mkdir(exist_ok=True)
        self.data_dir = data_dir or self.work / "data"
        self.first_port = free_range()
        self.arguments = list(arguments)
        self.env = dict(bare_environment(), HOME=str(self.home), NO_COLOR="1")
        self.log_path = self.work / "log.jsonl"
        self.process = None
        self.ready = None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()  # no server outlives a start that failed
            raise

    def __exit__(self, *_):
        self.close()

    def command(self):
        base = [BINARY, "serve", "all", "--ports-from", str(self.first_port), "-o", "json"]
        if "--ephemeral" not in self.arguments:
            base += ["--data-dir", str(self.data_dir)]
        return base + self.arguments

    def start(self, timeout=60):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log, env=self.env, cwd=ROOT,
                                            start_new_session=True)
        line = self._first_object(timeout)
        self.ready = json.loads(line)
        return self

    def _first_object(self, timeout):
        text, until = "", time.monotonic() + timeout
        os.set_blocking(self.process.stdout.fileno(), False)
        while time.monotonic() < until:
            select.select([self.process.stdout], [], [], 0.1)
            chunk = self.process.stdout.read()
            if chunk:
                text += chunk.decode()
                try:
                    json.loads(text)
                    return text
                except ValueError:
                    pass
            if self.process.poll() is not None:
                raise RuntimeError(f"serve ended with {self.process.returncode}:\n{self.log()[-3000:]}")
        raise RuntimeError(f"serve is not ready after {timeout} s:\n{self.log()[-3000:]}")

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def ca_file(self):
        """The servers' self-signed certificate, which is its own CA."""
        return str(pathlib.Path(self.ready["data_dir"]) / "keys/tls.crt")

    def port(self, daemon, transport):
        for door in self.ready["doors"]:
            if door["daemon"] == daemon and door["transport"] == transport:
                return int(door["port"])
        raise KeyError(f"no door {daemon}/{transport} in {self.ready['doors']}")

    def run(self, *words, timeout=120, check=True):
        """harvestctl WORDS… in this system's home; gives the finished process."""
        done = subprocess.run([BINARY, *words], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise RuntimeError(f"harvestctl {' '.join(words)} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
                               f"\nlog: {self.log()[-2000:]}")
        return done

    def json(self, *words, **options):
        return json.loads(self.run(*words, "-o", "json", **options).stdout)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port('admin', 'http')}/metrics") as reply:
            return reply.read().decode()

    def background(self, *words, out):
        with open(out, "w") as file:
            return subprocess.Popen([BINARY, *words], env=self.env, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)

    def kill(self):
        """As a power cut for the process: no chance to say good-bye."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self, timeout=60):
        """SIGTERM; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process:
            self.process.stdout.close()
        shutil.rmtree(self.work, ignore_errors=True)


def check_explained(test, system, *where, most=5):
    """The events alone explain what people, not house bots or merchants, have in the store."""
    matches = system.json("admin", "match", "list", "--state", "ended", "--limit", "500", *where)["items"]
    people = sorted({seat["player"] for match in matches for seat in match["seats"] if not seat.get("bot")})
    test.assertGreater(len(people), 0)
    for player in random.sample(people, min(most, len(people))):
        done = system.run("admin", "replay", "--player", player, *where, "-o", "json", check=False)
        test.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        test.assertEqual(report["verdict"], "equal")
        test.assertGreater(int(report["events"]), 0)
        test.assertGreater(len(report["items"]), 2)


def ended_matches(system, limit=500):
    return system.json("admin", "match", "list", "--state", "ended", "--limit", str(limit))["items"]


def as_people(system, scenario):
    """Path of a scenario of config/loadtest whose bots are counted as people."""
    path = system.work / f"{scenario}_people.yaml"
    path.write_text((ROOT / f"config/loadtest/{scenario}.yaml").read_text() + "stand_for_people: true\n")
    return str(path)


def wait_until(condition, timeout, what):
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {timeout} s: {what}")
