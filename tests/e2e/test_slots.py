"""Two connection servers in one `serve all`: whichever of them a player has come to, the other one's players are as near as one's own."""
import ssl
import time
import unittest

from harvest_system import QUICK_HOUSE_BOTS, System, wait_until
from live_link import LiveLink, LivePlayer, Refused


class Guest(LivePlayer):
    """A player who comes in by the door of a certain slot."""

    def __init__(self, system, trust, slot):
        self.slot, self.doors = slot, [int(each["port"]) for each in system.ready["doors"]
                                       if (each["daemon"], each["transport"]) == ("connsrv", "wss")]
        self.links = []
        super().__init__(system, trust)

    def link(self):
        self.links.append(LiveLink("127.0.0.1", self.doors[self.slot], self.trust))
        return self.links[-1]

    def leave(self):
        for each in self.links:
            each.close()

    def connect(self):
        self.lobby = self.link()
        client = {"name": "e2e", "version": "1", "device_class": "desktop"}
        hello = self.lobby.ask("session.hello", {"token": self.token, "protocol": "harvest.v1", "client": client})
        self.player, self.server, self.resume_token = hello["player"], hello["server"], hello["resume"]

    def resume(self, slot, seen):
        self.slot = slot
        self.lobby = self.link()
        return self.lobby.ask("session.resume", {"token": self.token, "resume": self.resume_token, "protocol": "harvest.v1",
                                                 "last_seq": seen})


def closed(link, within):
    """What the server closes the link with."""
    until = time.monotonic() + within
    try:
        while True:
            link._message(until)
    except ConnectionError as end:
        return str(end)


class TwoConnectionServers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System("--set", "slots.connsrv=2", "--set", "connsrv.resume_within=2s", *QUICK_HOUSE_BOTS).start()
        cls.addClassCleanup(cls.system.close)
        cls.trust = ssl.create_default_context(cafile=cls.system.ca_file)
        time.sleep(2.5)  # they have found each other

    def guest(self, slot):
        guest = Guest(self.system, self.trust, slot)
        self.addCleanup(guest.leave)
        self.assertEqual(guest.server, f"connsrv-{slot}")
        return guest

    def shown_at(self, player):
        return [each["connsrv"] for each in self.system.json("admin", "session", "list", "--player", player)["items"] if each["connsrv"]]

    def test_each_has_doors_ten_on_and_figures_of_its_own(self):
        ports = [(each["transport"], int(each["port"]) - self.system.first_port) for each in self.system.ready["doors"]
                 if each["daemon"] == "connsrv"]
        self.assertEqual(ports, [("enet", 1), ("wss", 2), ("enet", 11), ("wss", 12)])
        ann, bob = self.guest(0), self.guest(1)
        loads = {each["id"]: each["load"] for each in self.system.json("admin", "status")["items"] if each["daemon"] == "connsrv"}
        self.assertEqual(sorted(loads), ["connsrv-0", "connsrv-1"])
        for slot in ("connsrv-0", "connsrv-1"):
            self.assertGreater(loads[slot]["sessions"], 0)
            self.assertIn(f'harvest_connsrv_connections{{slot="{slot}",transport="wss"}}', self.system.metrics())
        self.assertEqual((self.shown_at(ann.player), self.shown_at(bob.player)), (["connsrv-0"], ["connsrv-1"]))

    def test_chat_reaches_the_members_at_both(self):
        ann, bob = self.guest(0), self.guest(1)
        for each in (ann, bob):
            each.lobby.ask("chat.join", {"channel": "room:lobby"})
        for speaker, text in ((ann, "from the one"), (bob, "from the other")):
            speaker.lobby.ask("chat.send", {"channel": "room:lobby", "text": text})
            for each in (ann, bob):
                self.assertEqual(each.lobby.push("chat.message")["text"], text)

    def test_presence_follows_a_player_at_the_other(self):
        ann, bob = self.guest(0), self.guest(1)
        seen = ann.lobby.ask("presence.subscribe", {"players": [bob.player]})
        self.assertEqual(seen["players"], [{"player": bob.player, "status": "online"}])
        bob.lobby.ask("presence.set", {"status": "busy"})
        self.assertEqual(ann.lobby.push("presence.changed"), {"player": bob.player, "status": "busy"})
        bob.lobby.close()
        self.assertEqual(ann.lobby.push("presence.changed"), {"player": bob.player, "status": "offline"})
        self.assertEqual(self.shown_at(bob.player), [])

    def test_both_find_their_match(self):
        players = [self.guest(0), self.guest(1)]
        for each in players:
            each.queue("casual", bots=False)
        matches = {each.sit_down()["match"] for each in players}
        self.assertEqual(len(matches), 1)
        for each in players:
            each.table.push("battle.update")
        players[0].table.ask("battle.concede")
        for each in players:
            each.table.push("battle.end")
            each.table.close()

    def test_a_ban_closes_the_link_at_either(self):
        for slot in (0, 1):
            guest = self.guest(slot)
            self.system.run("admin", "ban", guest.player, "--for", "1h", "--reason", "test", "--yes")
            begun = time.monotonic()
            self.assertIn("banned", closed(guest.lobby, 5))
            self.assertLess(time.monotonic() - begun, 1)
            with self.assertRaises(Refused) as refused:
                guest.connect()
            self.assertEqual(refused.exception.code, "unauthenticated")

    def test_a_ban_in_mid_match_leaves_the_match_to_the_opponent(self):
        players = [self.guest(0), self.guest(1)]
        for each in players:
            each.queue("casual", bots=False)
        match = [each.sit_down()["match"] for each in players][0]
        for each in players:
            each.table.push("battle.update")
        ban = ["admin", "ban", players[0].player, "--for", "1h", "--reason", "test"]
        plan = self.system.json(*ban, "--dry-run")
        self.assertIn(f"match {match} (casual) is conceded, the opponent wins", plan["changes"])
        self.assertEqual(plan["affects"], {"matches": 1, "players": 2, "sessions": 1})
        self.system.run(*ban, "--yes")
        begun = time.monotonic()
        self.assertIn("banned", closed(players[0].table, 5))
        self.assertEqual(players[1].table.push("battle.end")["reason"], "conceded")
        self.assertLess(time.monotonic() - begun, 1)
        for each in players:
            each.table.close()

    def test_the_newer_session_wins_at_whichever(self):
        for first, second in ((0, 1), (1, 0)):
            guest = self.guest(first)
            older, guest.slot = guest.lobby, second
            guest.connect()
            self.assertIn("signed in elsewhere", closed(older, 2))
            self.assertEqual(self.shown_at(guest.player), [f"connsrv-{second}"])
            guest.lobby.ask("session.ping")

    def test_who_was_cut_goes_on_at_either_with_what_was_missed(self):
        ann = self.guest(0)
        for slot, moved in ((1, False), (0, True)):
            bob = self.guest(1)
            for each in (ann, bob):
                each.lobby.ask("chat.join", {"channel": "room:lobby"})
            bob.lobby.close()
            ann.lobby.ask("chat.send", {"channel": "room:lobby", "text": "while you were out"})
            ann.lobby.push("chat.message")
            time.sleep(0.5)  # heard at the other one too
            self.assertEqual(bob.resume(slot, 0)["moved"], moved)
            self.assertEqual(bob.lobby.push("chat.message")["text"], "while you were out")
            ann.lobby.ask("chat.send", {"channel": "room:lobby", "text": "and now"})
            ann.lobby.push("chat.message")
            self.assertEqual(bob.lobby.push("chat.message")["text"], "and now")
            self.assertEqual(self.shown_at(bob.player), [f"connsrv-{slot}"])

        bob.lobby.close()
        wait_until(lambda: not self.shown_at(bob.player), 10, "nobody takes it up")
        with self.assertRaises(Refused) as refused:
            bob.resume(1, 0)
        self.assertEqual(refused.exception.code, "session.cannot_resume")
        bob.lobby.ask("session.hello", {"token": bob.token, "protocol": "harvest.v1",
                                        "client": {"name": "e2e", "version": "1", "device_class": "desktop"}})

    def hellos(self):
        """How many were welcomed at each."""
        counted = [0, 0]
        for line in self.system.metrics().splitlines():
            if line.startswith("harvest_connsrv_ops_total{") and 'op="session.hello"' in line and 'outcome="ok"' in line:
                counted['slot="connsrv-1"' in line] += float(line.rsplit(" ", 1)[1])
        return counted

    def test_load_tests_spread_over_the_doors(self):
        before = self.hellos()
        self.system.run("loadtest", "run", "smoke", "--bots", "8", "--duration", "5s")
        for at_first, by_now in zip(before, self.hellos()):
            self.assertGreaterEqual(by_now - at_first, 3)


class BotsOfTheHouse(unittest.TestCase):
    def test_they_spread_over_the_slots(self):
        with System("--ephemeral", "--bots", "8", "--set", "slots.connsrv=2") as system:
            def spread():
                loads = [each["load"]["sessions"] for each in system.json("admin", "status", "--context", "demo")["items"]
                         if each["daemon"] == "connsrv"]
                return loads if min(loads) >= 2 and sum(loads) >= 8 else None

            wait_until(spread, 30, "bots at both")
            self.assertEqual(system.stop(), 0)

    def test_slots_that_would_meet_another_daemon_s_ports_are_refused(self):
        system = System("--set", "slots.connsrv=6", "--set", "connsrv.udp.port=7350", "--set", "instance.udp.port=7400")
        self.addCleanup(system.close)
        refused = system.run(*system.command()[1:], check=False)
        self.assertEqual(refused.returncode, 78, refused.stderr)
        self.assertIn("connsrv.udp.port of slot 5", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
