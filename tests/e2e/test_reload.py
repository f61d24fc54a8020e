"""The configuration is read again while the game runs: what may change is applied, the rest is named, a bad file changes nothing."""
import json
import signal
import unittest

from harvest_system import System, wait_until


class Reload(unittest.TestCase):
    def setUp(self):
        self.system = System()
        self.addCleanup(self.system.close)
        self.config = self.system.work / "harvest.yaml"
        self.system.arguments += ["--config", str(self.config)]
        self.write()
        self.system.start()

    def write(self, level="info", bot_after="20s"):
        self.config.write_text(f"log:\n  level: {level}\nmatch:\n  bot_after: {bot_after}\n")

    def reload(self):
        return self.system.run("admin", "reload", check=False)

    def logged(self, level, action):
        """Whether a line of that level and action has come since the last look."""
        text = self.system.log()
        fresh, self.seen = text[getattr(self, "seen", 0):], len(text)
        lines = [json.loads(line) for line in fresh.splitlines()]
        return any(line["log.level"] == level and line.get("event.action") == action for line in lines)

    def test_what_may_change_is_applied_and_the_rest_named(self):
        self.write(level="warn", bot_after="21s")
        done = self.reload()
        self.assertEqual((done.returncode, done.stdout),
                         (0, "configuration: applied: log.level; needs a restart: match.bot_after; game content: nothing has changed\n"))
        self.logged("info", "config.reload")
        self.system.run("admin", "reload")
        self.assertFalse(self.logged("info", "config.reload"), "lines of info are still written")
        self.write()
        self.assertIn("applied: log.level", self.reload().stdout)
        self.system.run("admin", "reload")
        self.assertTrue(self.logged("info", "config.reload"))

    def test_a_bad_file_changes_nothing(self):
        self.write(level="loud")
        done = self.reload()
        self.assertEqual(done.returncode, 65)
        self.assertIn("rejected, the old configuration stays", done.stderr)
        self.assertIn(f"{self.config}:2:10: log.level: must be one of debug, info, warn, error, not 'loud'", done.stderr)
        self.assertIn("config check", done.stderr)
        held = self.system.json("admin", "audit", "list")["items"]
        self.assertIn("failure", [each["outcome"] for each in held if each["action"] == "config.reload"])
        self.system.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.logged("info", "reload"), 10, "the log says that it was read")
        self.assertIsNone(self.system.process.poll())
        self.assertEqual(self.system.run("admin", "health").returncode, 0)
        self.write()
        self.assertEqual(self.reload().stdout, "configuration: nothing has changed; game content: nothing has changed\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
