"""What an operator is told of those who wait for a match."""
import json
import ssl
import unittest

from harvest_system import System, wait_until
from live_link import LivePlayer


class Queue(unittest.TestCase):
    def setUp(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def player(self):
        player = LivePlayer(self.system, self.trust)
        self.addCleanup(player.lobby.close)
        return player

    def test_a_ticket_that_waits_is_explained(self):
        ann, bob = self.player(), self.player()
        bob.rest("PUT", f"/v1/blocks/{ann.player}")
        tickets = [each.queue("ranked")["ticket"] for each in (ann, bob)]
        told = self.system.json("admin", "queue", "explain", tickets[0])
        self.assertEqual((told["ticket"], told["player"], told["mode"]), (tickets[0], ann.player, "ranked"))
        self.assertEqual(told["candidates"], 1)
        self.assertNotIn("bot_in_seconds", told)
        self.assertEqual(told["items"][0], {"ticket": tickets[1], "player": bob.player, "rating": 1500, "rule": "blocked"})
        short = "q_" + tickets[1][-8:]
        table = self.system.run("admin", "queue", "explain", short).stdout
        self.assertRegex(table, r"TICKET +PLAYER +RATING +RULE +POINTS +LIMIT +RELAXES IN\n")
        self.assertRegex(table, rf"q_{tickets[0][-8:]} +p_{ann.player[-8:]} +1500 +blocked +- +- +-\n")

        self.check_simulation()
        bob.rest("DELETE", f"/v1/blocks/{ann.player}")
        for each in (ann, bob):
            each.lobby.ask("match.cancel")
        gone = self.system.run("admin", "queue", "explain", tickets[0], check=False)
        self.assertNotEqual(gone.returncode, 0)
        self.assertIn("no ticket", gone.stderr)
        nobody_so_far = ann.queue("ranked", max_rating_gap=0)["ticket"]
        alone = self.system.json("admin", "queue", "explain", nobody_so_far)
        self.assertEqual((alone["candidates"], alone["items"]), (0, []))
        bob.queue("ranked")
        for each in (ann, bob):
            each.lobby.push("match.found")
        wait_until(lambda: not self.system.json("admin", "queue", "list")["items"], 10, "an empty queue")

    def check_simulation(self):
        """Both tickets on record: nobody knows of the block there, so that they are paired, at once or not at all."""
        record = self.system.work / "tickets.jsonl"
        waiting = self.system.run("admin", "queue", "list", "--ratings", "-o", "jsonl").stdout
        record.write_text(waiting * 2)  # recorded twice is still one ticket
        simulated = self.system.json("admin", "queue", "simulate", str(record), "--baseline", "--set", "match.window_max=1", "--set", "match.window=1")["items"]
        self.assertEqual([(row["rules"], row["mode"], row["tickets"], row["paired"], row["gap_mean"]) for row in simulated],
                         [("baseline", "ranked", 2, 2, 0), ("changed", "ranked", 2, 2, 0)])
        apart = [json.loads(line) for line in waiting.splitlines() if '"rating"' in line]
        apart[0]["rating"] = 2200
        record.write_text("\n".join(map(json.dumps, apart)))
        self.assertEqual([row["paired"] for row in self.system.json("admin", "queue", "simulate", str(record), "--baseline",
                                                                     "--set", "match.window_max=300")["items"]], [2, 0])
        for words, code, said in (((str(record), "--set", "match.windo=1"), 78, "match.window"), (("nowhere.jsonl",), 66, "cannot read nowhere.jsonl")):
            refused = self.system.run("admin", "queue", "simulate", *words, check=False)
            self.assertEqual(refused.returncode, code, refused.stderr)
            self.assertIn(said, refused.stdout + refused.stderr)
        record.write_text('{"mode": "ranked"}\n')
        refused = self.system.run("admin", "queue", "simulate", str(record), check=False)
        self.assertEqual(refused.returncode, 65)
        self.assertIn("line 1", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
