"""Tournaments from creation to prize on the real binary: Swiss with a drop and a ruling, elimination over a kill -9."""
import json
import ssl
import time
import unittest
import urllib.error

from harvest_system import System, wait_until
from live_link import LivePlayer


class Tournaments(unittest.TestCase):
    def setUp(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def people(self, count):
        made = [LivePlayer(self.system, self.trust) for _ in range(count)]
        for each in made:
            self.addCleanup(lambda each=each: each.lobby.close())
        return made

    def admin(self, what, *words):
        return self.system.json("admin", "tournament", what, *words, *(("--yes",) if what in ("start", "drop") else ()))

    def opened(self, template, people):
        tournament = self.admin("create", template, "--min-players", "2", "--max-players", str(len(people)))["target"]
        for each in people:
            entered = each.rest("PUT", f"/v1/tournaments/{tournament}/entry", {"deck": each.deck})
            self.assertTrue(entered["tournament"]["entered"])
        return tournament

    def look(self, tournament):
        return self.admin("get", tournament)

    def refused(self, code, person, method, path, body=None):
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            person.rest(method, path, body)
        self.assertEqual(json.load(refusal.exception)["code"], code)

    def tables(self, tournament, number):
        """The pairings of a round with two players, once they are written."""
        wait_until(lambda: self.look(tournament)["round"] >= number, 30, f"round {number}")
        return [each for each in self.look(tournament)["pairings"] if each["round"] == number and each["second"]]

    def play(self, people, table):
        """The first of the pairing concedes: the second wins."""
        two = [next(each for each in people if each.player == table[seat]) for seat in ("first", "second")]
        found = [each.sit_down() for each in two]
        self.assertEqual({each["mode"] for each in found}, {"tournament"})
        for each in two:
            each.table.push("battle.update")
        two[0].table.ask("battle.concede")
        for each in two:
            each.table.push("battle.end")
            each.table.close()

    def ended(self, tournament):
        wait_until(lambda: self.look(tournament)["state"] == "ended", 30, "the end")
        return self.look(tournament)

    def test_swiss_with_a_drop_and_a_ruling(self):
        people = self.people(4)
        unknown = self.system.run("admin", "tournament", "create", "yearly", check=False)
        self.assertEqual(unknown.returncode, 66)
        self.assertIn("there is no such template of tournaments", unknown.stderr)
        tournament = self.opened("weekly", people)
        self.assertEqual(people[0].rest("GET", "/v1/tournaments?state=open")["items"][0]["tournament"], tournament)
        late = self.people(1)[0]
        self.refused("tournament.full", late, "PUT", f"/v1/tournaments/{tournament}/entry", {"deck": late.deck})
        audit = self.admin("start", tournament, "--reason", "noon")["audit"]
        self.refused("tournament.not_open", late, "PUT", f"/v1/tournaments/{tournament}/entry", {"deck": late.deck})
        first, second = self.tables(tournament, 1)
        self.play(people, first)
        self.admin("override", tournament, "--round", "1", "--table", str(second["table"]), "--outcome", "first",
                   "--reason", "a judge saw it")
        pairs = {frozenset((each["first"], each["second"])) for each in (first, second)}
        later = self.tables(tournament, 2)
        self.assertTrue(later and not pairs & {frozenset((each["first"], each["second"])) for each in later})
        gone = later[0]["second"]
        self.admin("drop", tournament, gone, "--reason", "went home")
        for each in later[1:]:
            self.admin("override", tournament, "--round", "2", "--table", str(each["table"]), "--outcome", "draw", "--reason", "judge")
        over = self.ended(tournament)
        self.assertEqual(len(over["pairings"]), 4)
        self.assertTrue(next(each for each in over["standings"] if each["player"] == gone)["dropped"])
        self.assertEqual([each["place"] for each in over["standings"]], [1, 2, 3, 4])
        self.assertIn("PLACE", self.system.run("admin", "tournament", "get", tournament).stdout)
        records = self.system.json("admin", "audit", "list", "--target", tournament)["items"]
        self.assertEqual([each["outcome"] for each in records if each["id"] == audit], ["success", "intent"])
        actions = {each["action"] for each in records}
        self.assertLessEqual({"tournament.start", "tournament.override", "tournament.drop"}, actions)
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])

    def test_elimination_over_a_kill(self):
        people = self.people(4)
        tournament = self.opened("knockout", people)
        self.admin("start", tournament, "--reason", "noon")
        first, second = self.tables(tournament, 1)
        self.play(people, first)
        self.system.kill()
        time.sleep(0.3)
        self.system.start()
        for each in people:
            each.connect()
        made = [each["id"] for each in self.system.json("admin", "match", "list", "--limit", "500")["items"]]
        self.play(people, second)
        final = self.tables(tournament, 2)[0]
        self.assertEqual({final["first"], final["second"]}, {first["second"], second["second"]})
        self.play(people, final)
        over = self.ended(tournament)
        self.assertEqual([(each["place"], each["player"]) for each in over["standings"][:2]], [(1, final["second"]), (2, final["first"])])
        matches = [each["id"] for each in self.system.json("admin", "match", "list", "--limit", "500")["items"]]
        self.assertEqual(len(matches), 3, made)  # one for each pairing, whatever was killed when
        winner = next(each for each in people if each.player == final["second"])
        prizes = [each for each in winner.rest("GET", "/v1/account/export")["ledger"] if each["reason"] == "tournament.prize"]
        self.assertEqual(len(prizes), 2)
        self.assertEqual(self.system.json("admin", "replay", "--player", winner.player)["verdict"], "equal")
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
