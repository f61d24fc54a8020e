"""Two friends over WebSocket: they find each other, come together in a party, play a challenge and another one."""
import ssl
import unittest

from harvest_system import System
from live_link import LivePlayer, Refused


class Party(unittest.TestCase):
    def setUp(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def friend(self):
        friend = LivePlayer(self.system, self.trust)
        self.addCleanup(lambda: friend.lobby.close())
        return friend

    def refused(self, code, friend, op, data=None):
        with self.assertRaises(Refused) as refusal:
            friend.lobby.ask(op, data)
        self.assertEqual(refusal.exception.code, code)

    def play_a_challenge(self, loser, winner):
        """One concedes; both are told. Gives the match."""
        loser.queue("challenge")
        winner.lobby.push("party.changed", where=lambda changed: changed["reason"] == "ready")
        winner.queue("challenge")
        found = [each.sit_down() for each in (loser, winner)]
        self.assertEqual(found[0]["match"], found[1]["match"])
        self.assertEqual([each["mode"] for each in found], ["challenge"] * 2)
        self.assertEqual({each["seat"] for each in found}, {1, 2})
        for each in (loser, winner):
            each.table.push("battle.update")
        loser.table.ask("battle.concede")
        for each in (loser, winner):
            end = each.table.push("battle.end")
            self.assertEqual(end["match"], found[0]["match"])
            self.assertEqual(end["winner"], found[1]["seat"])
            self.assertEqual(end["reason"], "conceded")
            self.assertFalse(end.get("rating"))
            self.assertFalse(end.get("rewards"))
            each.table.close()
        return found[0]["match"]

    def test_two_friends_play_by_code_and_again(self):
        ann, bob, eve = (self.friend() for _ in range(3))
        before = [each.rest("GET", "/v1/inventory") for each in (ann, bob)]
        party = ann.lobby.ask("party.create")
        self.refused("party.no_such_party", bob, "party.join", {"code": "2222-2222"})
        joined = bob.lobby.ask("party.join", {"code": party["code"].lower().replace("-", " ")})
        self.assertEqual([each["player"] for each in joined["members"]], [ann.player, bob.player])
        self.assertEqual(ann.lobby.push("party.changed")["party"], joined)
        self.refused("party.full", eve, "party.join", {"code": party["code"]})
        self.refused("party.not_in_one", eve, "match.queue", {"mode": "challenge", "deck": eve.deck})
        matches = {self.play_a_challenge(ann, bob), self.play_a_challenge(bob, ann)}
        self.assertEqual(len(matches), 2)
        listed = self.system.json("admin", "match", "list", "--state", "ended")["items"]
        self.assertEqual({each["id"] for each in listed if each["mode"] == "challenge"}, matches)
        self.assertEqual([each.rest("GET", "/v1/inventory") for each in (ann, bob)], before)
        for each in (ann, bob):
            profile = each.rest("GET", f"/v1/players/{each.player}")
            self.assertEqual(profile["ratings"], [])  # not one rated game
        ann.lobby.ask("party.leave")
        left = bob.lobby.push("party.changed", where=lambda changed: changed["reason"] == "left")["party"]
        self.assertEqual([each["player"] for each in left["members"]], [bob.player])
        self.assertTrue(left["members"][0]["leader"])

    def test_friends_are_told_and_invited_and_a_crash_ends_their_party(self):
        ann, bob = self.friend(), self.friend()
        ann.rest("POST", "/v1/friends", {"player": bob.player})
        bob.lobby.push("notify.new")
        told = bob.lobby.ask("notify.list")
        self.assertEqual(told, bob.rest("GET", "/v1/notifications"))
        self.assertEqual((told["unread"], told["items"][0]["kind"]), (1, "friend_requested"))
        ann.lobby.ask("party.create")
        self.refused("party.not_a_friend", ann, "party.invite", {"player": bob.player})
        bob.rest("PUT", f"/v1/friends/{ann.player}")
        self.assertEqual(bob.lobby.ask("notify.read", {"up_to": told["items"][0]["number"]}), {"unread": 0})
        ann.lobby.ask("party.invite", {"player": bob.player})
        invitation = bob.lobby.push("party.invited")
        self.assertEqual(invitation["player"], ann.player)
        bob.lobby.ask("party.join", {"party": invitation["party"]})
        ann.queue("challenge")

        self.system.kill()
        self.system.start()
        ann.connect()
        self.assertIn(ann.lobby.ask("match.status")["state"], ("queued", "idle"))  # it is being taken back
        self.assertNotIn("party", ann.lobby.ask("match.status"))
        bob.connect()
        self.refused("party.not_in_one", bob, "party.leave")
        self.assertEqual(bob.lobby.ask("notify.list")["unread"], 0)
        party = ann.lobby.ask("party.create")
        bob.lobby.ask("party.join", {"code": party["code"]})
        self.play_a_challenge(bob, ann)


if __name__ == "__main__":
    unittest.main(verbosity=2)
