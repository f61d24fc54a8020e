"""What a player has follows from the event log alone; what does not is named, by an operator's command."""
import datetime
import json
import random
import sqlite3
import time
import unittest

from harvest_system import QUICK_CONTENT, System, check_explained, ended_matches


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class PlayerReplay(unittest.TestCase):
    def setUp(self):
        self.system = System()
        self.addCleanup(self.system.close)
        self.system.arguments += QUICK_CONTENT
        self.system.start()
        self.system.run("loadtest", "run", "mixed", "--bots", "8", "--duration", "15s")

    def replay(self, player, code, *more):
        done = self.system.run("admin", "replay", "--player", player, *more, "-o", "json", check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if code in (0, 1, 3) else done.stderr

    def rewrite(self, *statements):
        """Behind the ledger's back, while nothing runs."""
        self.assertEqual(self.system.stop(), 0)
        with sqlite3.connect(self.system.data_dir / "harvest.db") as store:
            changed = [store.execute(*statement).rowcount for statement in statements]
        store.close()
        self.system.start()
        return changed

    def test_events_against_the_store(self):
        check_explained(self, self.system)
        match = random.choice(ended_matches(self.system))
        person = next(seat for seat in match["seats"] if not seat.get("bot"))
        player = person["player"]
        self.check_times(player, match)
        self.check_questions(player, person["name"])
        self.check_tampering(player)

    def check_times(self, player, match):
        time.sleep(0.05)
        now = utc_now()
        self.assertEqual(self.replay(player, 0)["items"], self.replay(player, 0, "--until", now)["items"])
        before = self.replay(player, 0, "--until", match["ended_at"])
        self.assertEqual(before["verdict"], "equal")
        self.assertLess(int(before["events"]), int(self.replay(player, 0)["events"]))
        self.assertEqual(self.replay(player, 0, "--until", "-1d")["items"], [])

    def check_questions(self, player, name):
        self.assertEqual(self.replay("@" + name, 0)["player"], player)
        self.assertIn("no player", self.replay("p_00000000000000000000000009", 66))
        self.assertIn("no time in the past", self.replay(player, 65, "--until", "2100-01-01T00:00:00Z"))
        self.assertIn("is no time", self.replay(player, 64, "--until", "yesterday"))
        for words in (["m_1", "--player", player], [], ["m_1", "--until", "-1h"]):
            self.assertEqual(self.system.run("admin", "replay", *words, check=False).returncode, 64)

    def check_tampering(self, player):
        account = "player:" + player
        self.assertEqual(self.rewrite(
            ("UPDATE balances SET amount = amount + 7 WHERE account = ? AND asset = 'coin'", (account,))), [1])
        report = self.replay(player, 1)
        self.assertEqual((report["verdict"], report["first_difference"]), ("differs", "player coin"))
        wrong = [item for item in report["items"] if int(item["difference"]) != 0]
        self.assertEqual([(item["asset"], int(item["difference"])) for item in wrong], [("coin", -7)])
        self.assertEqual(report["after_event"], wrong[0]["last_event"])
        self.assertEqual(self.replay(player, 0, "--until", utc_now())["verdict"], "equal")  # the history is as it was

        gone = report["after_event"]
        self.assertEqual(self.rewrite(
            ("UPDATE balances SET amount = amount - 7 WHERE account = ? AND asset = 'coin'", (account,)),
            ("UPDATE events SET data = json_remove(data, '$.changes') WHERE id = ?", (gone,))), [1, 1])
        report = self.replay(player, 3)
        self.assertEqual(report["verdict"], "inconclusive")
        self.assertIn(gone, report["why"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
