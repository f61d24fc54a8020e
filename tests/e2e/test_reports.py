"""A player reports another over REST; the author edits and takes back in vain; a moderator sees it all and closes it."""
import json
import ssl
import unittest
import urllib.error

from harvest_system import System
from live_link import LivePlayer


class Reports(unittest.TestCase):
    def setUp(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def person(self):
        person = LivePlayer(self.system, self.trust)
        self.addCleanup(lambda: person.lobby.close())
        return person

    def refused(self, code, person, report):
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            person.rest("POST", "/v1/reports", report)
        self.assertEqual(json.load(refusal.exception)["code"], code)

    def say(self, author, channel, text):
        sent = author.lobby.ask("chat.send", {"channel": channel, "text": text})["message"]
        author.lobby.push("chat.message", where=lambda entry: entry["message"] == sent)
        return sent

    def test_a_message_is_reported_and_judged(self):
        ann, bob, eve = (self.person() for _ in range(3))
        channel = f"dm:{bob.player}"
        self.say(ann, channel, "hello")
        bad = self.say(ann, channel, "you weed")
        report = {"reason": "abuse", "channel": f"dm:{ann.player}", "message": bad, "note": "every day"}
        self.refused("report.no_such_message", eve, report)
        self.refused("report.self", ann, {**report, "channel": channel})
        made = bob.rest("POST", "/v1/reports", report)
        self.assertEqual(made["player"], ann.player)
        ann.lobby.ask("chat.edit", {"channel": channel, "message": bad, "text": "you flower"})
        ann.lobby.ask("chat.delete", {"channel": channel, "message": bad})
        self.assertEqual(bob.rest("POST", "/v1/reports", report), made)

        listed = self.system.json("admin", "report", "list", "--state", "open")["items"]
        self.assertEqual([(each["id"], each["player"], each["about"]) for each in listed], [(made["report"], ann.player, "message")])
        seen = self.system.json("admin", "report", "get", made["report"])
        self.assertEqual([each["text"] for each in seen["evidence"]], ["hello", "you weed"])
        self.assertEqual((seen["reporter"], seen["note"]), (bob.player, "every day"))
        self.assertIn("> ", self.system.run("admin", "report", "get", made["report"]).stdout)
        self.system.run("admin", "report", "take", made["report"])
        self.assertEqual(self.system.json("admin", "report", "list", "--mine")["items"][0]["state"], "taken")
        close = ("admin", "report", "close", made["report"], "--outcome", "upheld")
        self.assertEqual(self.system.run(*close, check=False).returncode, 64)  # a reason is needed
        audit = self.system.json(*close, "--reason", "case 77")["audit"]
        records = self.system.json("admin", "audit", "list", "--target", made["report"])["items"]
        self.assertEqual([each["outcome"] for each in records if each["id"] == audit], ["success", "intent"])
        self.assertIn("report.take", [each["action"] for each in records])
        self.assertNotEqual(self.system.run(*close, "--reason", "again", check=False).returncode, 0)

        told = ann.rest("GET", "/v1/account/export")
        self.assertEqual([(each["reason"], each["outcome"]) for each in told["reported"]], [("abuse", "upheld")])
        self.assertNotIn(made["report"], json.dumps(told))
        self.assertEqual([each["report"] for each in bob.rest("GET", "/v1/account/export")["reports"]], [made["report"]])

    def test_a_player_is_reported_with_a_match_that_replays(self):
        ann, bob = self.person(), self.person()
        code = ann.lobby.ask("party.create")["code"]
        bob.lobby.ask("party.join", {"code": code})
        for each in (ann, bob):
            each.queue("challenge")
        match = [each.sit_down() for each in (ann, bob)][0]["match"]
        for each in (ann, bob):
            each.table.push("battle.update")
        self.say(ann, f"match:{match}", "good luck")
        bob.lobby.push("chat.message", where=lambda entry: entry["channel"] == f"match:{match}")
        bob.table.ask("battle.concede")
        for each in (ann, bob):
            each.table.push("battle.end")
            each.table.close()
        made = ann.rest("POST", "/v1/reports", {"reason": "cheating", "player": bob.player, "match": match})
        seen = self.system.json("admin", "report", "get", made["report"])
        self.assertEqual((seen["match"], seen["about"], seen["evidence"]), (match, "player", []))
        self.assertIn(f"harvestctl admin replay {match}", self.system.run("admin", "report", "get", made["report"]).stdout)
        self.system.run("admin", "replay", match)
        self.say(bob, f"match:{match}", "well played")  # the talk goes on for a while

    def test_a_report_over_the_live_link_is_the_same_as_over_rest(self):
        ann, bob = self.person(), self.person()
        bad = self.say(ann, f"dm:{bob.player}", "you weed")
        report = {"reason": "abuse", "channel": f"dm:{ann.player}", "message": bad}
        made = bob.lobby.ask("report.send", report)
        self.assertEqual(made["player"], ann.player)
        self.assertEqual(bob.rest("POST", "/v1/reports", report), made)
        listed = self.system.json("admin", "report", "list", "--state", "open")["items"]
        self.assertEqual([each["id"] for each in listed], [made["report"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
