"""Bots live a player's whole life on a game with fast crops: every kind of action that a scenario's life comes to is done, and
what the bots were told holds at the end."""
import json
import re
import unittest

from harvest_system import QUICK_CONTENT, ROOT, System, as_people


def unhurried(system, scenario):
    """Path of a scenario of config/loadtest without its limits on time: this machine may build and test other things meanwhile."""
    text = (ROOT / f"config/loadtest/{scenario}.yaml").read_text()
    path = system.work / f"{scenario}_unhurried.yaml"
    path.write_text(re.sub(r'^  - ".*< \d+ms"\n', "", text, flags=re.M))
    return str(path)


class WholeLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System("--ephemeral", *QUICK_CONTENT).start()

    @classmethod
    def tearDownClass(cls):
        cls.system.close()

    def report(self, scenario, *flags):
        done = self.system.run("loadtest", "run", scenario, "--verify", "--out", str(self.system.work / "report"), "-o", "json", *flags, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-1000:])
        return json.loads(done.stdout)

    def test_everything_there_is_to_do(self):
        report = self.report(as_people(self.system, "mixed"), "--bots", "60", "--duration", "30s", "--threshold", "actions: least > 0", "--threshold", "actions: count > 5000")
        books = [row for row in report["thresholds"] if row["threshold"].startswith("verify books")]
        self.assertEqual([row["measured"] for row in books], ["60 looked into"])

    def test_lives_with_one_thing_in_mind(self):
        for scenario in ("farmers", "market", "chatty"):
            with self.subTest(scenario=scenario):
                self.report(unhurried(self.system, scenario), "--bots", "30", "--duration", "10s")


if __name__ == "__main__":
    unittest.main(verbosity=2)
