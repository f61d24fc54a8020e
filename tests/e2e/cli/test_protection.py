"""Protected contexts and the life of plans, on the real binary: a guard that declines says 4 and what to type."""
import json
import pathlib
import sqlite3
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
        produce = ["admin", "kafka", "produce", "harvest.chat", "--from-file", str(path), "--reason", "test",
                   "--max-affected", "450"]
        plan = self.plan(*produce)
        path.write_text("".join(lines[:-1]))
        self.check_exit(4, *produce, "--plan", plan)
        path.write_text("".join(lines))
        self.clock.ahead(MINUTE)
        self.check_exit(0, *produce, "--plan", plan)
        self.clock.ahead(16 * MINUTE)
        self.assertIn("has expired", self.check_exit(4, *produce, "--plan", plan).stderr)


class Guards(unittest.TestCase):
    def setUp(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        self.system.run("admin", "seed", "--players", "2")

    check_exit = Protection.check_exit

    def test_a_read_only_context_is_read_only_by_whatever_path(self):
        path = self.system.home / ".config/harvest/contexts.yaml"
        path.write_text(path.read_text() + "    read_only: true\n")
        name = self.system.json("admin", "context", "list")["items"][0]["name"]
        data = self.system.ready["data_dir"]
        mute = ["admin", "mute", "@demo_1_0001", "--for", "1h", "--reason", "case 5513"]
        roundabout = f"{data}/../{pathlib.Path(data).name}"
        for where in ([], ["--context", name], ["--data-dir", data], ["--data-dir", roundabout],
                      ["--data-dir", str(self.system.home), "--context", name]):
            with self.subTest(where=where):
                self.assertIn(f"the context '{name}' is read-only", self.check_exit(4, *mute, *where).stderr)
                if where:  # else it is of another folder
                    self.assertIn("is read-only", self.check_exit(4, "admin", "key", "ca", "init", *where).stderr)
        self.assertFalse((pathlib.Path(data) / "tls").exists())
        self.check_exit(0, "admin", "player", "list", "--data-dir", data)
        self.system.stop()
        store = sqlite3.connect(pathlib.Path(data) / "harvest.db")
        with store:
            newest, = store.execute("SELECT max(version) FROM schema_migrations").fetchone()
            store.execute("DELETE FROM schema_migrations WHERE version = ?", (newest,))
        store.close()
        migrate = ["admin", "db", "migrate", "--data-dir", roundabout]
        self.assertIn("is read-only", self.check_exit(4, *migrate, "--yes").stderr)
        self.check_exit(0, *migrate, "--dry-run")

    def test_more_targets_than_agreed_to_are_refused_before_anything_changes(self):
        seed = ["admin", "seed", "--seed", "7", "--players", "51"]
        refused = self.check_exit(4, *seed).stderr
        self.assertIn("that would hit 51 players, more than 50", refused)
        self.assertIn("add: --max-affected 51", refused)
        self.check_exit(4, *seed[:-1], "3", "--max-affected", "2")
        self.assertEqual(len(self.system.json("admin", "player", "list", "--limit", "100")["items"]), 2)
        self.assertEqual(self.system.json(*seed, "--dry-run")["affects"], {"players": 51})
        self.check_exit(0, *seed, "--max-affected", "51")
        event = {"type": "harvest.chat.message.submitted.v1", "key": "room:test",
                 "data": {"message": "c_01JDBQ6W5R9YN2M4T73R6W1CCC", "channel": "room:test", "author": "p_01JDBQ6W5R9YN2M4T73R6W1XYZ",
                          "name": "moss", "text": "good game"}}
        many = self.system.work / "many.jsonl"
        many.write_text((json.dumps(event) + "\n") * 51)
        produce = ["admin", "kafka", "produce", "harvest.chat", "--from-file", str(many), "--reason", "test", "--yes"]
        self.assertIn("51 events", self.check_exit(4, *produce).stderr)
        self.assertNotIn("harvest.chat", {each["topic"] for each in self.system.json("admin", "kafka", "topics")["items"]})
        self.check_exit(0, *produce, "--max-affected", "51")


if __name__ == "__main__":
    unittest.main(verbosity=2)
