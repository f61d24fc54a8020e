"""A live session over real PostgreSQL, Kafka and Redis: its connection server is killed, and the client goes on at another one with
what it missed; with Redis gone it is told so at once."""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from cluster import Cluster
from harvest_system import free_range, wait_until
from live_link import LiveLink, LivePlayer, Refused

COUNTS = {"connsrv": 2}


class OwnRedis:
    """A Redis of this test, to be stopped and killed."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="harvest-redis-")
        self.port = free_range(1)
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", self.folder],
                                        stdout=subprocess.DEVNULL)
        wait_until(self.answers, 20, "a Redis")

    def ask(self, line):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(line.encode() + b"\r\n")
            return link.recv(65536).decode(errors="replace")

    def answers(self):
        try:
            return self.ask("PING").startswith("+PONG")
        except OSError:
            return False

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Doors:
    """Where a cluster's clients come in, as LivePlayer asks for it."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.trust = ssl.create_default_context(cafile=str(cluster.work / "data/keys/tls.crt"))

    def port(self, daemon, _transport, slot=0):
        return self.cluster.rest_port if daemon == "gateway" else self.cluster.wss_port + 10 * slot


class Client(LivePlayer):
    def connect(self):
        self.lobby = LiveLink("127.0.0.1", self.system.port("connsrv", "wss"), self.trust)
        client = {"name": "e2e", "version": "1", "device_class": "desktop"}
        hello = self.lobby.ask("session.hello", {"token": self.token, "protocol": "harvest.v1", "client": client})
        self.player, self.resume_token, self.seen = hello["player"], hello["resume"], 0

    def resume(self, slot):
        self.lobby.close()
        self.lobby = LiveLink("127.0.0.1", self.system.port("connsrv", "wss", slot), self.trust)
        return self.lobby.ask("session.resume", {"token": self.token, "resume": self.resume_token, "protocol": "harvest.v1",
                                                 "last_seq": self.seen})

    def hear(self, count):
        """The texts of the next chat messages; every push has the next number."""
        texts = []
        until = time.monotonic() + 20
        while len(texts) < count:
            message = self.lobby.pushes.pop(0) if self.lobby.pushes else self.lobby._message(until)
            assert message["seq"] == self.seen + 1, (message, self.seen)
            self.seen = message["seq"]
            if message["op"] == "chat.message":
                texts.append(message["data"]["text"])
        return texts


class Resume(unittest.TestCase):
    def setUp(self):
        self.redis = OwnRedis()
        self.addCleanup(self.redis.close)
        self.cluster = Cluster(COUNTS, {"redis.url": "env:HARVESTE2E_OWN_REDIS"})
        self.cluster.env["HARVESTE2E_OWN_REDIS"] = self.redis.url
        self.cluster.__enter__()
        self.addCleanup(self.cluster.__exit__)
        self.doors = Doors(self.cluster)

    def test_a_session_outlives_its_connection_server(self):
        ann, bob = (Client(self.doors, self.doors.trust) for _ in range(2))
        for each in (ann, bob):
            self.addCleanup(lambda player=each: player.lobby.close())
        room = "room:lobby"
        ann.lobby.ask("chat.join", {"channel": room})
        bob.lobby.ask("chat.join", {"channel": room})
        bob.resume(1) # so that one of them is at each
        bob.lobby.ask("chat.send", {"channel": room, "text": "one"})
        self.assertEqual(ann.hear(1), ["one"])
        self.assertEqual(bob.hear(1), ["one"])
        ann.lobby.close()
        said = ["two", "three", "four"]
        for text in said:
            bob.lobby.ask("chat.send", {"channel": room, "text": text})
        self.assertEqual(bob.hear(3), said)
        time.sleep(1) # ann's connection server has heard them too, and written them
        self.cluster.kill("connsrv-0")

        resumed = ann.resume(1)
        self.assertTrue(resumed["moved"])
        self.assertEqual(resumed["player"], ann.player)
        self.assertEqual(ann.hear(3), said)
        bob.lobby.ask("chat.send", {"channel": room, "text": "five"})
        self.assertEqual(ann.hear(1), ["five"])
        self.assertEqual(bob.hear(1), ["five"])

        self.cluster.start("connsrv-0")
        self.cluster.wait_ready("connsrv-0")
        self.redis.ask("FLUSHALL")
        self.assertFalse(ann.resume(1)["moved"]) # at home it needs no Redis
        self.redis.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with self.assertRaises(Refused) as refused:
            ann.resume(0)
        self.assertEqual(refused.exception.code, "session.cannot_resume")
        self.assertLess(time.monotonic() - began, 2) # with a TLS handshake, on a busy machine
        self.assertFalse(ann.resume(1)["moved"])
        self.redis.process.send_signal(signal.SIGCONT)
        wait_until(lambda: "resume:v1:" in self.redis.ask("KEYS *"), 40, "the sessions in Redis again")
        wait_until(lambda: self.moves(ann, 0), 40, "a resume elsewhere again")

    def test_a_replay_is_made_once_and_shown_without_redis_too(self):
        ann, bob = (Client(self.doors, self.doors.trust) for _ in range(2))
        for each in (ann, bob):
            self.addCleanup(lambda player=each: player.lobby.close())
            each.queue("casual", bots=False)
        match = [each.sit_down() for each in (ann, bob)][0]["match"]
        for each in (ann, bob):
            each.table.push("battle.update")
        ann.table.ask("battle.concede")
        for each in (ann, bob):
            each.table.push("battle.end")
            each.table.close()
        path = f"/v1/matches/{match}/replay"
        wait_until(lambda: ann.rest("GET", f"/v1/matches/{match}")["state"] == "ended", 20, "the match is settled")
        made = ann.rest("GET", path)
        self.assertIn(f"cache:replay:1:{match}", self.redis.ask("KEYS *"))
        self.assertEqual(ann.rest("GET", path), made)
        self.redis.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        self.assertEqual(ann.rest("GET", path), made)
        self.assertLess(time.monotonic() - began, 2)
        self.redis.process.send_signal(signal.SIGCONT)

    def moves(self, player, slot):
        try:
            return player.resume(slot)["moved"]
        except Refused as refused:
            self.assertEqual(refused.code, "session.cannot_resume")
            return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
