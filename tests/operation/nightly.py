"""scripts/nightly in earnest, with a few simulated evenings: it goes on where it stopped, however it stopped, and what failed is
tried again until it passes."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("HARVESTCTL", str(ROOT / "build/release/harvestctl"))).resolve().parent


class Nightly(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory(prefix="harvest-nightly-")
        self.addCleanup(work.cleanup)
        self.folder = pathlib.Path(work.name)

    def command(self, *words, programs=PROGRAMS):
        return [str(ROOT / "scripts/nightly"), "--no-build", "--programs", str(programs), "--dir", str(self.folder), *words]

    def nightly(self, *words, code=0, **options):
        done = subprocess.run(self.command(*words, **options), capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def state(self):
        return json.loads((self.folder / "state.json").read_text())["steps"]["seeds"]

    def test_it_goes_on_where_it_stopped(self):
        said = self.nightly("--budget", "1s", "seeds")
        done = self.state()["done"]
        self.assertRegex(said, r"   ok    seeds 1\.\.\d+ \(\d+ s\)   \d+ of 10,000 seeds, round 1\n")
        self.assertGreaterEqual(done, 10)
        self.assertIn(f"{done} passed in all, 0 failures", said)
        self.assertIn(f": {done} of 10,000 seeds, round 1", self.nightly("--list"))

        # Killed in the middle of a piece, it has that piece before it again.
        running = subprocess.Popen(self.command("--budget", "60s", "seeds"), stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.assertIn("60 s of seeds", running.stdout.readline())
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        self.assertEqual(self.state()["done"], done)
        said = self.nightly("--budget", "1s", "seeds")
        self.assertRegex(said, rf"seeds {done + 1}\.\.")
        self.assertGreater(self.state()["done"], done)
        self.assertEqual(self.state()["next"], self.state()["done"] + 1)

    def test_what_failed_is_tried_again_until_it_passes(self):
        said = self.nightly("--budget", "1s", "seeds", programs=self.folder, code=1)  # no program is there
        self.assertRegex(said, r"FAIL  seeds 1\.\.10 .*\n +HARVEST_SIM_SEED=1 HARVEST_SIM_SEEDS=10 ")
        self.assertIn("failed and not passed since: seeds 1..10", said)
        self.assertTrue((self.folder / "failed/seeds-1.log").exists())
        said = self.nightly("--budget", "1s", "seeds")
        self.assertRegex(said, r"ok    seeds 1\.\.10 \(\d+ s\), which had failed")
        self.assertNotIn("not passed since", said)
        totals = json.loads((self.folder / "nightly.json").read_text())["seeds"]
        self.assertEqual(totals["failures"], 1)
        self.assertGreaterEqual(totals["units"], 10)

    def test_interrupted_it_says_how_far_it_is(self):
        running = subprocess.Popen(self.command("--budget", "60s", "seeds"), stdout=subprocess.PIPE, text=True)
        self.addCleanup(running.kill)
        running.stdout.readline()
        another = subprocess.run(self.command("--budget", "1s", "seeds"), capture_output=True, text=True, timeout=60)
        self.assertIn("another scripts/nightly runs", another.stderr)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=90)[0]
        self.assertIn("== interrupted after", said)
        self.assertTrue(re.search(r"^0 pieces passed, 0 failed$", said, re.M), said)

    def test_what_it_does_not_know(self):
        done = subprocess.run(self.command("sedes"), capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no step 'sedes': they are seeds, cuts", done.stderr)
        for text in ("2", "two hours", ""):
            done = subprocess.run(self.command("--budget", text), capture_output=True, text=True, timeout=60)
            self.assertIn("is no duration", done.stderr)


if __name__ == "__main__":
    if not (PROGRAMS / "sim").exists():
        sys.exit(77)  # this preset builds none
    unittest.main(verbosity=2)
