"""Two play, ask each other for a rematch over WebSocket, and play it on swapped seats; a second one is declined."""
import ssl
import unittest

from harvest_system import System
from live_link import LivePlayer, Refused


class Rematch(unittest.TestCase):
    def setUp(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def person(self):
        person = LivePlayer(self.system, self.trust)
        self.addCleanup(lambda: person.lobby.close())
        return person

    def play(self, loser, winner):
        """match.found comes for both; one concedes. Gives what each was told."""
        found = [each.sit_down() for each in (loser, winner)]
        for each in (loser, winner):
            each.table.push("battle.update")
        loser.table.ask("battle.concede")
        for each in (loser, winner):
            each.table.push("battle.end")
            each.table.close()
        return found

    def test_a_rematch_is_agreed_on_and_another_declined(self):
        ann, bob = self.person(), self.person()
        for each in (ann, bob):
            each.queue("casual", bots=False)
        first = self.play(ann, bob)
        match = first[0]["match"]
        asked = bob.lobby.ask("match.rematch", {"match": match})
        self.assertEqual(asked["state"], "asked")
        told = ann.lobby.push("match.rematch")
        self.assertEqual((told["match"], told["reason"], told["player"]), (match, "asked", bob.player))
        self.assertEqual(ann.lobby.ask("match.rematch", {"match": match}), {"state": "agreed"})
        second = self.play(bob, ann)
        self.assertNotEqual(second[0]["match"], match)
        self.assertEqual({each["mode"] for each in second}, {"challenge"})
        self.assertEqual([each["seat"] for each in reversed(second)], [3 - each["seat"] for each in first])

        ann.lobby.ask("match.rematch", {"match": second[0]["match"]})
        bob.lobby.push("match.rematch", where=lambda news: news["reason"] == "asked")
        self.assertEqual(bob.lobby.ask("match.rematch", {"match": second[0]["match"], "decline": True}), {"state": "declined"})
        ann.lobby.push("match.rematch", where=lambda news: news["reason"] == "declined")
        self.assertEqual(ann.lobby.ask("match.status")["state"], "idle")
        with self.assertRaises(Refused) as refusal:
            self.person().lobby.ask("match.rematch", {"match": match})
        self.assertEqual(refusal.exception.code, "match.no_rematch")


if __name__ == "__main__":
    unittest.main(verbosity=2)
