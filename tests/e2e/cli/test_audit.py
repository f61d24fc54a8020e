"""What the audit log has besides the changes of operators, and that all of it comes to harvest.system."""
import json
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harvest_system import System, wait_until  # noqa: E402
from rest_client import Refusal, RestClient  # noqa: E402

OLD, NEW = "correct horse", "battery staple"


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System("--set", "gateway.limits.password.burst=100").start()
        cls.addClassCleanup(cls.system.close)
        cls.data = cls.system.ready["data_dir"]

    def records(self, action, *words):
        items = self.system.json("admin", "audit", "list", "--limit", "500", *words)["items"]
        return [each for each in items if each["action"] == action]

    def recorded(self, action, *words):
        return wait_until(lambda: self.records(action, *words), 10, f"a record of {action}")

    def told(self, audit):
        """The event in harvest.system that is this record's."""
        def look():
            lines = self.system.run("admin", "events", "--type", "system.*", "-o", "jsonl").stdout.splitlines()
            return next((each for each in map(json.loads, lines) if each["data"].get("audit") == audit), None)
        return wait_until(look, 10, f"the event of {audit}")

    def denied(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.system.port('admin', 'http')}/admin/v1/status",
                                         headers={"Authorization": "Bearer hop_guess"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        self.assertEqual(refused.exception.code, 401)
        refused.exception.close()

    def test_bad_tokens_are_a_record_however_many(self):
        for _ in range(200):
            self.denied()
        found = self.recorded("admin.denied")
        self.assertEqual([(each["outcome"], each["source"], each["count"]) for each in found], [("noted", "127.0.0.1", 1)])
        event = self.told(found[0]["id"])
        self.assertEqual((event["type"], event["key"]), ("harvest.system.security.noted.v1", "admin.denied"))
        self.assertEqual(event["data"], {"audit": found[0]["id"], "action": "admin.denied", "count": 1})

    def test_what_touches_an_account_is_recorded_with_its_id(self):
        with RestClient(self.system) as client:
            tokens = client.ask("POST", "/v1/auth/register", {"name": "Kestrel", "password": OLD})
            player, client.token = tokens["player"], tokens["access_token"]
            client.token = client.ask("POST", "/v1/auth/password", {"current": OLD, "next": NEW})["access_token"]
            for _ in range(5):
                with self.assertRaises(Refusal):
                    client.ask("POST", "/v1/auth/login", {"name": "Kestrel", "password": OLD})
        for action in ("account.password_changed", "account.locked"):
            with self.subTest(action=action):
                record = self.recorded(action)[-1]
                self.assertEqual((record["outcome"], record["target"], record["actor"]), ("noted", player, ""))
                event = self.told(record["id"])
                self.assertEqual((event["key"], event["data"]["action"], event["data"]["target"]), (player, action, player))
                self.assertNotIn("127.0.0.1", json.dumps(event))

    def test_a_change_is_told_with_its_outcome(self):
        self.system.run("admin", "seed", "--set", "demo", "--players", "1")
        done = self.system.json("admin", "ban", "@" + self.system.json("admin", "player", "list")["items"][0]["name"], "--reason",
                                "case 5512", "--for", "1h", "--yes")
        event = self.told(done["audit"])
        self.assertEqual(event["type"], "harvest.system.admin.acted.v1")
        self.assertEqual({name: event["data"][name] for name in ("action", "outcome", "target")},
                         {"action": "player.ban", "outcome": "success", "target": done["target"]})
        self.assertNotIn("5512", json.dumps(event))
        for words in (["--target", done["target"]], ["--target", f"p_{done['target'][-8:]}"], ["--since", "1h", "--target", done["target"]]):
            listed = self.system.json("admin", "audit", "list", "--limit", "1", *words)["items"]
            self.assertEqual([each["id"] for each in listed], [done["audit"]], words)
        self.assertEqual(self.system.json("admin", "audit", "list", "--since", "@4102444800000")["items"], [])
        self.refused(64, "is no time", "admin", "audit", "list", "--since", "soon")
        self.assertIn("harvest.system", {each["topic"] for each in self.system.json("admin", "kafka", "topics")["items"]})

    def refused(self, code, text, *words):
        done = self.system.run(*words, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)

    def test_a_change_is_undone_while_the_state_allows_it(self):
        self.system.run("admin", "seed", "--set", "ci", "--players", "1")
        player = "@ci_1_0001"

        def sanctions():
            items = self.system.json("admin", "player", "sanctions", player)["items"]
            return [(each["kind"], each["scope"], each["until"]) for each in items]

        for change in ("ban", "mute"):
            with self.subTest(change=change):
                done = self.system.json("admin", change, player, "--for", "7d", "--reason", "case 5512", *(["--yes"] if change == "ban" else []))
                self.assertEqual(done["undo"], "harvestctl admin undo " + done["audit"])
                imposed = sanctions()
                undo = ["admin", "undo", f"a_{done['audit'][-8:]}"]
                plan = self.system.json(*undo, "--dry-run")
                self.assertEqual((plan["action"], plan["target"]), (f"player.un{change}", done["target"]))
                self.assertEqual(sanctions(), imposed)
                lifted = self.system.json(*undo, "--plan", plan["id"], "--reason", "the wrong player")
                self.assertEqual(sanctions(), [])
                self.assertEqual(self.records(f"player.un{change}")[0]["reason"], f"undo of {done['audit']}: the wrong player")
                self.refused(4, f"that {change} is in force no longer", *undo, "--yes")
                self.system.run("admin", "undo", lifted["audit"], "--yes")
                self.assertEqual(sanctions(), imposed)  # as it was, and until then
                self.refused(4, f"there is another {change} by now", "admin", "undo", lifted["audit"], "--yes")
                self.system.run("admin", f"un{change}", player)
        first = self.system.json("admin", "mute", player, "--for", "1h", "--reason", "x")
        self.system.run("admin", "mute", player, "--for", "2h", "--reason", "y")
        self.refused(4, "there is another mute besides", "admin", "undo", first["audit"], "--yes")
        self.assertIn("cannot be undone", self.system.json("admin", "unmute", player, "--dry-run")["undo"])
        both = self.system.json("admin", "unmute", player)
        self.refused(65, "player.unmute cannot be undone", "admin", "undo", both["audit"], "--yes")
        self.refused(66, "no change a_00000000", "admin", "undo", "a_00000000", "--yes")

        made = self.system.json("admin", "tournament", "create", "weekly", "--reason", "noon")
        self.system.run("admin", "undo", made["audit"], "--yes")
        self.assertEqual(self.system.json("admin", "tournament", "get", made["target"])["state"], "cancelled")
        self.refused(4, "the tournament is cancelled by now", "admin", "undo", made["audit"], "--yes")

    def test_every_plan_tells_how_it_is_undone_or_that_it_cannot_be(self):
        self.system.run("admin", "seed", "--set", "load", "--players", "1")
        player = "@load_1_0001"
        for words in (("ban", player), ("unban", player), ("mute", player), ("unmute", player), ("kick", player), ("drain", "all"),
                      ("reload",), ("game", "reload"), ("seed",), ("key", "rotate"), ("projections", "rebuild", "statistics"),
                      ("tournament", "create", "weekly")):
            with self.subTest(words=words):
                self.assertTrue(self.system.json("admin", *words, "--dry-run").get("undo"))

    def test_what_commands_do_without_a_daemon_is_recorded_too(self):
        self.system.run("admin", "key", "ca", "init", "--data-dir", self.data)
        again = self.system.run("admin", "key", "ca", "init", "--data-dir", self.data, check=False)
        self.assertEqual(again.returncode, 73)
        records = self.recorded("key.ca.init", "--log", "commands")
        self.assertEqual([each["outcome"] for each in records], ["failure", "intent", "success", "intent"])
        self.assertTrue(records[0]["target"].endswith("/keys/rpc/ca.crt"))
        self.assertEqual(self.told(records[2]["id"])["data"]["outcome"], "success")
        self.assertTrue(self.system.json("admin", "audit", "verify")["intact"])
        log = pathlib.Path(self.data) / "commands/audit.log"
        sound = log.read_bytes()
        log.write_bytes(sound.replace(b'"success"', b'"Success"'))
        broken = self.system.run("admin", "audit", "verify", check=False)
        self.assertEqual(broken.returncode, 1, broken.stdout)
        self.assertIn("commands/audit.log: its hash is of other content", broken.stdout)
        log.write_bytes(sound[:len(sound) // 2])
        cut = self.system.run("admin", "key", "ca", "issue", "auth", "--data-dir", self.data, check=False)
        self.assertEqual((cut.returncode, (pathlib.Path(self.data) / "tls/auth.crt").exists()), (73, False))
        self.assertIn("could not be audited", cut.stderr)
        log.write_bytes(sound)


if __name__ == "__main__":
    unittest.main(verbosity=2)
