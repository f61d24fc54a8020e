"""A designer changes the content while people play: what has begun keeps its rules, what comes is played under the new ones, and
every replay finds its own, in this process, in the next one and from the files alone."""
import pathlib
import shutil
import signal
import ssl
import unittest

from harvest_system import QUICK_CONTENT_DIR, System, wait_until
from live_link import LivePlayer


class ContentReload(unittest.TestCase):
    def setUp(self):
        self.system = System()
        self.addCleanup(self.system.close)
        self.content = self.system.work / "content"
        shutil.copytree(QUICK_CONTENT_DIR, self.content, symlinks=False)
        self.system.arguments += ["--set", f"content_dir={self.content}", "--set", "match.bot_after=60s"]
        self.system.start()
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def person(self):
        person = LivePlayer(self.system, self.trust)
        self.addCleanup(lambda: person.lobby.close())
        return person

    def write(self, name, was, now):
        path = self.content / name
        text = path.read_text()
        self.assertIn(was, text)
        path.unlink()  # it may be a link to the shipped file
        path.write_text(text.replace(was, now, 1))

    def rules(self):
        return self.person().rest("GET", "/v1/catalog/cards")["content"]

    def seated(self, *people):
        for each in people:
            each.queue("casual", bots=False)
        found = [each.sit_down() for each in people]
        return found[0]["match"]

    def end(self, loser, winner):
        for each in (loser, winner):
            each.table.push("battle.update")
        loser.table.ask("battle.concede")
        for each in (loser, winner):
            each.table.push("battle.end")
            each.table.close()

    def content_of(self, match):
        return self.system.json("admin", "match", "get", match)["content"]

    def verified(self, match, *words):
        replayed = self.system.json("admin", "replay", match, *words)
        self.assertEqual(replayed["verdict"], "verified")
        return replayed["content"]

    def test_a_match_keeps_its_rules_and_the_next_one_has_the_new(self):
        ann, bob = self.person(), self.person()
        before = self.rules()
        first = self.seated(ann, bob)
        self.write("battle.yaml", "health: 25", "health: 31")
        self.write("farm.yaml", "plots: 12", "plots: 13")
        reloaded = self.system.json("admin", "game", "reload")
        self.assertEqual(reloaded["changed"], ["battle", "farm"])
        after = self.rules()
        self.assertNotEqual(after, before)
        self.assertEqual(reloaded["rules"], after)
        self.assertEqual(len(self.person().rest("GET", "/v1/farm")["plots"]), 13)
        self.end(ann, bob)
        second = self.seated(ann, bob)
        update = ann.table.push("battle.update")
        self.assertEqual(update["view"]["you"]["health"], 31)
        self.assertEqual((self.content_of(first), self.content_of(second)), (before, after))
        self.assertEqual(self.verified(first), before)
        for _ in range(2):  # made anew, and from the cache
            self.assertEqual(ann.rest("GET", f"/v1/matches/{first}/replay")["header"]["content"], before)

        # The second one is cut off in the middle, and goes on under rules that are the earlier ones by then.
        for each in (ann, bob):
            each.table.close()
        self.system.kill()
        self.write("battle.yaml", "health: 31", "health: 27")
        self.system.start()
        ann.connect()
        self.assertNotIn(self.rules(), (before, after))
        wait_until(lambda: self.system.json("admin", "match", "get", second)["state"] == "playing", 30, "the match is resumed")
        ann.sit_down_at(ann.lobby.ask("match.status")["found"])
        ann.table.ask("battle.concede")
        ann.table.close()
        wait_until(lambda: self.system.json("admin", "match", "get", second)["state"] == "ended", 30, "the match is settled")
        self.assertEqual(self.verified(second), after)
        self.assertEqual(self.system.stop(), 0)
        for match, rules in ((first, before), (second, after)):
            self.assertEqual(self.verified(match, "--data-dir", str(self.system.data_dir)), rules)

    def test_what_is_wrong_is_refused_and_the_old_content_stays(self):
        before = self.rules()
        self.write("battle.yaml", "health: 25", "health: none")
        refused = self.system.run("admin", "game", "reload", check=False)
        self.assertEqual(refused.returncode, 65)
        self.assertIn("battle.yaml:", refused.stderr)
        self.assertIn("health", refused.stderr)
        whole = self.system.run("admin", "reload", check=False)
        self.assertEqual(whole.returncode, 65)
        self.assertIn("rejected, the old content stays", whole.stderr)
        self.assertEqual(self.rules(), before)
        self.write("battle.yaml", "health: none", "health: 25")
        self.write("farm.yaml", "id: wheat,", "id: rye,")
        gone = self.system.run("admin", "game", "reload", check=False)
        self.assertEqual(gone.returncode, 65)
        self.assertEqual(self.rules(), before)

    def test_a_signal_reloads_it_too(self):
        before = self.rules()
        self.write("battle.yaml", "health: 25", "health: 26")
        self.system.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.rules() != before, 10, "the new rules are in force")
        wait_until(lambda: "game content: applied: battle" in self.system.log(), 10, "the log tells it")
        self.assertEqual(self.system.run("admin", "game", "reload").stdout, "nothing has changed\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
