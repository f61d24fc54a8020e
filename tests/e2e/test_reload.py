"""The configuration is read again while the game runs: what may change is applied, the rest is named, a bad file changes nothing."""
import json
import signal
import ssl
import unittest
import urllib.request

from harvest_system import System, wait_until
from live_link import LiveLink, LivePlayer, Refused, refused_messages
from rest_client import Refusal, RestClient


LAST_RELOAD = "harvest_runtime_config_last_reload_successful"


class Reload(unittest.TestCase):
    def setUp(self):
        self.system = System()
        self.addCleanup(self.system.close)
        self.config = self.system.work / "harvest.yaml"
        self.system.arguments += ["--config", str(self.config)]
        self.write()
        self.system.start()

    def write(self, level="info", cycle="250ms", **more):
        """`more`: what stands in a section, as {"burst": 1}."""
        lines = [f"log:\n  level: {level}\nmatch:\n  cycle: {cycle}\n"]
        lines += [f"  {key}: {json.dumps(value)}\n" for key, value in more.pop("match", {}).items()]
        lines += [f"{name}: {json.dumps(values)}\n" for name, values in more.items()]
        self.config.write_text("".join(lines))

    def reload(self):
        return self.system.run("admin", "reload", check=False)

    def readiness(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.system.port('admin', 'http')}/readyz?verbose", timeout=5) as reply:
            self.assertEqual(reply.status, 200)
            return reply.read().decode()

    def logged(self, level, action):
        """Whether a line of that level and action has come since the last look."""
        text = self.system.log()
        fresh, self.seen = text[getattr(self, "seen", 0):], len(text)
        lines = [json.loads(line) for line in fresh.splitlines()]
        return any(line["log.level"] == level and line.get("event.action") == action for line in lines)

    def test_what_may_change_is_applied_and_the_rest_named(self):
        self.write(level="warn", cycle="260ms")
        done = self.reload()
        self.assertEqual((done.returncode, done.stdout),
                         (0, "configuration: applied: log.level; needs a restart: match.cycle; game content: nothing has changed\n"))
        self.logged("info", "config.reload")
        self.system.run("admin", "reload")
        self.assertFalse(self.logged("info", "config.reload"), "lines of info are still written")
        self.write()
        self.assertIn("applied: log.level", self.reload().stdout)
        self.system.run("admin", "reload")
        wait_until(lambda: self.logged("info", "config.reload"), 10, "the log tells of the reload")

    def change(self, applied, waiting="-", **values):
        self.write(**values)
        self.assertEqual(self.reload().stdout,
                         f"configuration: applied: {applied}; needs a restart: {waiting}; game content: nothing has changed\n")

    def player(self):
        player = LivePlayer(self.system, ssl.create_default_context(cafile=self.system.ca_file))
        self.addCleanup(lambda: player.lobby.close())
        return player

    def test_a_limit_of_the_gateway_holds_at_once(self):
        with RestClient(self.system) as client:
            client.sign_in()
            for _ in range(4):
                client.ask("GET", "/v1/account")
            self.change("gateway.limits.account.burst gateway.limits.account.interval",
                        gateway={"limits": {"account": {"burst": 2, "interval": "1h"}}})
            with self.assertRaises(Refusal) as refused:
                for _ in range(3):
                    client.ask("GET", "/v1/account")
            self.assertEqual(refused.exception.status, 429)
            self.change("gateway.limits.account.burst", gateway={"limits": {"account": {"burst": 0, "interval": "1h"}}})
            for _ in range(4):
                client.ask("GET", "/v1/account")

    def test_words_of_the_filter_are_masked_from_then_on(self):
        ann, bob = self.player(), self.player()
        for each in (ann, bob):
            each.lobby.ask("chat.join", {"channel": "room:lobby"})

        def heard(text):
            ann.lobby.ask("chat.send", {"channel": "room:lobby", "text": text})
            return bob.lobby.push("chat.message")["text"]

        self.assertEqual(heard("a slug, a snail"), "a slug, a snail")
        self.change("chat.filter", chat={"filter": ["slug"]})
        self.assertEqual(heard("a slug, a snail"), "a ****, a snail")

    def test_what_needs_a_restart_is_named_and_does_not_apply(self):
        ann = self.player()
        self.change("match.bot_after", "match.modes chat.rooms", match={"modes": ["casual"], "bot_after": "1s"},
                    chat={"rooms": ["lobby", "attic"]})
        with self.assertRaises(Refused):
            ann.lobby.ask("chat.join", {"channel": "room:attic"})
        ann.queue("ranked")
        ann.lobby.ask("match.cancel")

    def test_live_doors_and_the_search_change_too(self):
        ann = self.player()
        self.assertEqual(refused_messages(ann.lobby), 8)
        self.change("connsrv.faults instance.faults match.bot_after", match={"bot_after": "1s"}, connsrv={"faults": 2},
                    instance={"faults": 3})
        ann.connect()
        self.assertEqual(refused_messages(ann.lobby), 2)
        ann.connect()
        ann.queue("casual")
        place = next(each for each in ann.lobby.push("match.found", timeout=8)["endpoints"] if each["transport"] == "wss")
        table = LiveLink(place["host"], place["port"], ann.trust)
        self.addCleanup(table.close)
        self.assertEqual(refused_messages(table), 3)

    def test_a_bad_file_changes_nothing(self):
        self.write(level="loud")
        done = self.reload()
        self.assertEqual(done.returncode, 65)
        self.assertIn("rejected, the old configuration stays", done.stderr)
        self.assertIn(f"{self.config}:2:10: log.level: must be one of debug, info, warn, error, not 'loud'", done.stderr)
        self.assertIn("config check", done.stderr)
        held = self.system.json("admin", "audit", "list")["items"]
        self.assertIn("failure", [each["outcome"] for each in held if each["action"] == "config.reload"])
        wait_until(lambda: self.logged("error", "reload"), 10, "the log tells of the rejected reload")
        self.system.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.logged("error", "reload"), 10, "the log tells of the one by a signal")
        self.assertIn(f"{self.config}:2:10: log.level: must be one of", self.system.log())
        self.assertIsNone(self.system.process.poll())
        self.assertEqual(self.system.run("admin", "health").returncode, 0)
        self.assertIn(f"{LAST_RELOAD} 0", self.system.metrics())
        told = self.readiness()
        self.assertRegex(told, r"\[~\] configuration: the reload at \S+ was rejected")
        self.assertTrue(told.endswith("\nok\n"), told)
        self.assertNotIn("loud", told)  # anybody may read it
        self.write()
        self.assertEqual(self.reload().stdout, "configuration: nothing has changed; game content: nothing has changed\n")
        wait_until(lambda: self.logged("info", "reload"), 10, "the log tells of the reload")
        self.assertIn(f"{LAST_RELOAD} 1", self.system.metrics())
        self.assertRegex(self.readiness(), r"\[\+\] configuration: as read at ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
