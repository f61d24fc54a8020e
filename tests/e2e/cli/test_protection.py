"""Protected contexts and the life of plans, on the real binary: a guard that declines says 4 and what to type."""
import json
import pathlib
import ssl
import stat
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from faults.shim import WallClock  # noqa: E402
from harvest_system import System, wait_until  # noqa: E402
from live_link import LivePlayer  # noqa: E402

MINUTE = 60


class Protection(unittest.TestCase):
    def setUp(self):
        self.system = System()
        self.addCleanup(self.system.close)
        self.clock = WallClock(self.system)
        self.system.start()
        self.system.run("admin", "seed", "--players", "2")

    def protect(self):
        """As operators do it: with an editor."""
        path = self.system.home / ".config/harvest/contexts.yaml"
        path.write_text(path.read_text() + "    protected: true\n")
        return self.system.json("admin", "context", "list")["items"][0]["name"]

    def check_exit(self, code, *words):
        done = self.system.run(*words, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def plan(self, *words):
        return self.system.json(*words, "--dry-run")["id"]

    def test_a_protected_context(self):
        name = self.protect()
        mute = ["admin", "mute", "@demo_1_0001", "--for", "1h", "--reason", "case 5513"]
        self.assertIn(f"add: --context {name}", self.check_exit(4, *mute, "--yes").stderr)
        self.assertIn(f"add: --context {name}", self.check_exit(4, "admin", "reload", "--yes").stderr)
        here = ["--context", name]
        locked = self.check_exit(4, *mute, *here, "--yes").stderr
        self.assertIn(f"harvestctl admin context unlock {name} --for 15m --reason", locked)
        self.assertEqual(self.system.json("admin", "player", "sanctions", "@demo_1_0001")["items"], [])

        self.check_exit(64, "admin", "context", "unlock", name)  # a reason is needed
        self.check_exit(64, "admin", "context", "unlock", name, "--reason", "x", "--for", "9h")
        self.check_exit(66, "admin", "context", "unlock", "nowhere", "--reason", "x")
        self.check_exit(0, "admin", "context", "unlock", name, "--for", "15m", "--reason", "case 5513")
        kept = self.system.home / ".config/harvest/unlocks.jsonl"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.assertEqual(json.loads(kept.read_text())["reason"], "case 5513")
        self.check_exit(64, *mute, *here)  # counts as moderate: somebody is asked
        self.check_exit(0, *mute, *here, "--yes")
        self.check_exit(0, "admin", "reload", *here, "--yes")
        kick = ["admin", "kick", "@demo_1_0002", "--reason", "stuck", *here]
        self.check_exit(64, *kick, "--yes")  # counts as severe
        planned = self.system.json(*kick, "--dry-run")
        self.assertEqual(planned["level"], "severe")
        self.check_exit(4, *kick, "--confirm", "demo_1_0001", "--plan", planned["id"])
        self.check_exit(0, *kick, "--confirm", "demo_1_0002", "--plan", planned["id"])

        self.clock.ahead(16 * MINUTE)
        self.check_exit(4, "admin", "unmute", "@demo_1_0001", *here, "--yes")
        unmute = ["admin", "unmute", "@demo_1_0001", *here]
        self.check_exit(0, *unmute, "--plan", self.plan(*unmute))  # stands in for the unlock

        self.system.stop()
        self.system.start()
        self.assertTrue(self.system.json("admin", "context", "list")["items"][0]["protected"])

    def test_a_plan_expires(self):
        kick = ["admin", "kick", "@demo_1_0001", "--reason", "stuck"]
        plan = self.plan(*kick)
        self.clock.ahead(14 * MINUTE)
        self.check_exit(0, *kick, "--plan", plan)
        for words in (kick, ["admin", "drain", "all"], ["admin", "key", "rotate"], ["admin", "projections", "rebuild", "statistics"]):
            with self.subTest(words=words):
                plan = self.plan(*words)
                self.clock.ahead(self.minutes_later())
                self.assertIn(f"the plan {plan} has expired", self.check_exit(4, *words, "--plan", plan).stderr)

    def minutes_later(self):
        self.passed = getattr(self, "passed", 14) + 16
        return self.passed * MINUTE

    def test_a_plan_of_keys_holds_for_these_keys(self):
        rotate = ["admin", "key", "rotate"]
        plan = self.plan(*rotate)
        self.check_exit(0, *rotate, "--plan", plan)
        self.assertIn(f"the plan {plan} no longer holds", self.check_exit(4, *rotate, "--plan", plan).stderr)

    def test_a_plan_of_a_drain_holds_for_who_plays(self):
        drain = ["admin", "drain", "all"]
        plan = self.plan(*drain)
        person = LivePlayer(self.system, ssl.create_default_context(cafile=self.system.ca_file))
        self.addCleanup(lambda: person.lobby.close())
        wait_until(lambda: "1 sessions" in self.system.run("admin", "status").stdout, 10, "the session is seen")
        self.assertIn(f"the plan {plan} no longer holds", self.check_exit(4, *drain, "--plan", plan).stderr)
        self.check_exit(0, *drain, "--plan", self.plan(*drain))

    def test_a_plan_of_events_in_batches(self):
        lines = []
        for i in range(450):
            data = {"message": f"c_01JDBQ6W5R9YN2M4T73R6W{i:04}", "channel": "room:test", "author": "p_01JDBQ6W5R9YN2M4T73R6W1XYZ",
                    "name": "moss", "text": "good game"}
            lines.append(json.dumps({"type": "harvest.chat.message.submitted.v1", "key": "room:test", "id": f"e_{i}", "data": data}) + "\n")
        path = self.system.work / "events.jsonl"
        path.write_text("".join(lines))
        produce = ["admin", "kafka", "produce", "harvest.chat", "--from-file", str(path), "--reason", "test"]
        plan = self.plan(*produce)
        path.write_text("".join(lines[:-1]))
        self.check_exit(4, *produce, "--plan", plan)
        path.write_text("".join(lines))
        self.clock.ahead(MINUTE)
        self.check_exit(0, *produce, "--plan", plan)
        self.clock.ahead(16 * MINUTE)
        self.assertIn("has expired", self.check_exit(4, *produce, "--plan", plan).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
