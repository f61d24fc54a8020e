"""Leaderboards that are read from a real Redis: what players see is there, and is the store's when it is not."""
import json
import os
import socket
import ssl
import unittest
import urllib.error
import urllib.parse
import urllib.request

from cluster import distributed_settings
from harvest_system import QUICK_HOUSE_BOTS, System, as_people, wait_until
from live_link import LivePlayer


class Redis:
    """As much of its protocol as this needs: words in, one line or number out."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=10)
        self.file = self.socket.makefile("rwb")

    def ask(self, *words):
        self.file.write(b"*%d\r\n" % len(words))
        for word in words:
            self.file.write(b"$%d\r\n%s\r\n" % (len(word), word.encode()))
        self.file.flush()
        return self.file.readline().decode().strip().lstrip(":+")

    def close(self):
        self.file.close()
        self.socket.close()


class Leaderboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        settings = distributed_settings()
        cls.prefix = settings["redis.prefix"]
        flags = [word for key, value in settings.items() if key.startswith(("shared.", "redis."))
                 for word in ("--set", f"{key}={value}")]
        cls.system = System("--bots", "8", *QUICK_HOUSE_BOTS, *flags)
        cls.system.env["HARVESTE2E_REDIS"] = os.environ["HARVEST_TEST_REDIS"]
        cls.system.start()
        cls.redis = Redis(os.environ["HARVEST_TEST_REDIS"])
        cls.token = cls.ask("POST", "/v1/auth/register", {"name": "ann", "password": "a long enough secret"})["access_token"]

    @classmethod
    def tearDownClass(cls):
        cls.redis.close()
        cls.system.close()

    @classmethod
    def ask(cls, method, path, body=None, token=None):
        url = f"https://localhost:{cls.system.port('gateway', 'https')}{path}"
        request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body else None)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10, context=ssl.create_default_context(cafile=cls.system.ca_file)) as reply:
            return json.load(reply)

    def board(self):
        return self.ask("GET", "/v1/leaderboards/wins", token=self.token)["items"]

    def test_a_board_comes_from_redis_and_from_the_store_when_it_is_gone_from_there(self):
        # Bots are on no board, whether the house's or a load test's, unless they stand for people.
        load = self.system.background("loadtest", "run", as_people(self.system, "smoke"), "--bots", "6", "--duration", "15s", out=self.system.work / "load.out")
        self.addCleanup(load.wait, 60)
        first = wait_until(self.board, 90, "a place on the leaderboard")[0]
        self.assertEqual(first["rank"], 1)
        scores, names = f"{self.prefix}board:wins:scores", f"{self.prefix}board:wins:names"
        wait_until(lambda: self.board() and int(self.redis.ask("ZCARD", scores)) > 0, 20, "a board in Redis")
        self.assertEqual(self.redis.ask("ZCARD", scores), self.redis.ask("HLEN", names))
        self.assertGreater(int(self.redis.ask("PTTL", scores)), 0)
        for _ in range(5):
            before = {each["player"]: each["score"] for each in self.board()}
            self.redis.ask("DEL", scores, names, f"{self.prefix}board:wins:lock")
            after = {each["player"]: each["score"] for each in self.board()}
            self.assertLessEqual(set(before), set(after))
            self.assertTrue(all(after[player] >= score for player, score in before.items()))
        wait_until(lambda: self.board() and int(self.redis.ask("ZCARD", scores)) > 0, 20, "the board in Redis again")

    def test_a_season_has_its_own_board_and_friends_have_theirs(self):
        trust = ssl.create_default_context(cafile=self.system.ca_file)
        pair = [LivePlayer(self.system, trust) for _ in range(2)]
        for each in pair:
            self.addCleanup(each.lobby.close)
            each.queue("ranked", bots=False)
        for each in pair:
            each.sit_down()
            self.addCleanup(each.table.close)
        for each in pair:
            each.table.push("battle.update")
        pair[0].table.ask("battle.concede")
        rated = wait_until(lambda: self.ask("GET", "/v1/leaderboards/rating?season=current", token=self.token)["items"], 90,
                           "a rated match of this season")
        self.assertEqual(rated[0]["rank"], 1)
        board = self.ask("GET", "/v1/leaderboards/rating?season=current", token=self.token)
        number = board["season"]["number"]
        self.assertFalse(board["season"]["final"])
        again = self.ask("GET", f"/v1/leaderboards/rating?season={number}", token=self.token)
        self.assertLessEqual({each["player"] for each in rated}, {each["player"] for each in again["items"]})
        scores = f"{self.prefix}board:season.{number}:scores"
        wait_until(lambda: self.ask("GET", f"/v1/leaderboards/rating?season={number}", token=self.token)
                   and int(self.redis.ask("ZCARD", scores)) > 0, 20, "the season's board in Redis")
        for query, status, code in (("rating?season=" + str(number + 1), 404, "leaderboard.no_such_season"),
                                    ("wins?season=current", 400, "leaderboard.no_seasons")):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.ask("GET", f"/v1/leaderboards/{query}", token=self.token)
            self.assertEqual((refused.exception.code, json.load(refused.exception)["code"]), (status, code))
        self.assertEqual(self.ask("GET", "/v1/leaderboards/wins?among=friends", token=self.token)["items"], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
