"""T35: the wall clock of the server steps, by a second and by a day, both ways. Nothing ends, nothing is lost, no turn runs out early, and
no token outlives its time."""
import json
import random
import time
import unittest

from faults.shim import WallClock
from harvest_system import QUICK_CONTENT, System, ended_matches, wait_until
from rest_client import Refusal, RestClient

DAY = 86_400
# Reads from the matches' times on the wall whether two of them overlap.
BY_THE_WALL = "verify players: in one match at a time"


class Clock(unittest.TestCase):
    def setUp(self):
        self.system = System(*QUICK_CONTENT)
        self.addCleanup(self.system.close)
        self.clock = WallClock(self.system)
        self.system.start()

    def load(self, seconds):
        return self.system.background("loadtest", "run", "smoke", "--bots", "16", "--duration", f"{seconds}s", "--verify", "-o", "json",
                                      out=self.system.work / "load.out")

    def check_load(self, load):
        load.wait(120)
        text = (self.system.work / "load.out").read_text()
        report = json.loads(text[text.index("{"):])
        broken = [claim for claim in report["thresholds"] if not claim["passed"] and claim["threshold"] != BY_THE_WALL]
        self.assertEqual(broken, [], f"{report['errors_by_kind']} {report['refusals_by_kind']}\n{self.system.log()[-3000:]}")
        self.assertGreater(report["matches_finished"], 5)
        self.assertLessEqual({match["reason"] for match in ended_matches(self.system)}, {"farmer_fell", "conceded", "turn_limit"}, "somebody's time ran out")

    def check_sound(self):
        self.assertIsNone(self.system.process.poll())
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])
        self.assertTrue(self.system.json("admin", "health")["healthy"])

    def test_steps_of_a_second_are_not_felt(self):
        load = self.load(12)
        until = time.monotonic() + 12
        while time.monotonic() < until:
            self.clock.ahead(random.uniform(-1, 1))
            time.sleep(0.2)
        self.clock.ahead(0)
        self.check_load(load)
        self.check_sound()

    def test_a_day_forth_and_back(self):
        with RestClient(self.system) as client:
            client.sign_in()
            client.ask("GET", "/v1/inventory")
            load = self.load(20)
            time.sleep(5)
            self.clock.ahead(DAY)
            with self.assertRaises(Refusal) as stale:
                client.ask("GET", "/v1/inventory")
            self.assertEqual(stale.exception.status, 401)
            time.sleep(5)
            self.check_sound()
            self.clock.ahead(0)
            time.sleep(5)
            self.check_load(load)
        wait_until(self.plays, 10, "a new client is served")
        self.check_sound()

    def plays(self):
        try:
            with RestClient(self.system) as client:
                client.sign_in()
                return client.ask("GET", "/v1/inventory")
        except (OSError, Refusal):
            return None


if __name__ == "__main__":
    unittest.main(verbosity=2)
