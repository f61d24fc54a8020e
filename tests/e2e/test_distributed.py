"""The same binary over real PostgreSQL, Kafka and Redis: all in one process, and each daemon a process of its own of which
one of each kind is killed under load. Nothing acknowledged is lost, and the others go on."""
import contextlib
import http.client
import json
import random
import ssl
import time
import unittest

from cluster import ORDER, Cluster, distributed_settings, environment
from harvest_system import QUICK_CONTENT, QUICK_HOUSE_BOTS, System, as_people, check_explained, ended_matches, wait_until


def unfinished(system, *where):
    listed = system.json("admin", "match", "list", "--limit", "500", *where)["items"]
    return [m for m in listed if m["state"] in ("made", "playing")]


def calls_as(caller, cluster, daemon, method):
    """The HTTP status that a call of one daemon gets from another, with the caller's certificate."""
    keys = cluster.work / "data/keys/rpc"
    trust = ssl.create_default_context(cafile=keys / "ca.crt")
    trust.check_hostname = False
    trust.load_cert_chain(keys / f"{caller}.crt", keys / f"{caller}.key")
    host, port = json.loads(cluster.config.read_text())["rpc"][daemon][0].split("@")[1].split(":")
    with contextlib.closing(http.client.HTTPSConnection(host, int(port), timeout=10, context=trust)) as link:
        link.request("POST", f"/rpc/{daemon}/-/{method}", body="{}", headers={"x-deadline-ms": "2000", "content-type": "application/json"})
        return link.getresponse().status


class AllInOneOverServers(unittest.TestCase):
    def test_killed_under_load(self):
        with_settings = [word for key, value in distributed_settings().items() for word in ("--set", f"{key}={value}")]
        system = System(*with_settings, *QUICK_HOUSE_BOTS)
        system.env.update({k: v for k, v in environment(system.home).items() if k.startswith("HARVESTE2E_")})
        system.arguments += QUICK_CONTENT
        with system:
            out = system.work / "loadtest.out"
            load = system.background("loadtest", "run", as_people(system, "mixed"), "--verify", "--bots", "12", "--duration", "20s", "-o", "json", out=out)
            time.sleep(8)
            seen = {m["id"] for m in ended_matches(system)}
            system.kill()
            system.start()
            self.assertEqual(load.wait(150), 0, out.read_text()[-4000:] + system.log()[-3000:])
            after = {m["id"] for m in ended_matches(system, 5000)}
            self.assertGreater(len(after), 0)
            self.assertLessEqual(seen, after)
            wait_until(lambda: not unfinished(system), 90, "every match resumed or settled")
            self.assertTrue(system.json("admin", "ledger", "check")["sound"])
            check_explained(self, system)
            for match in random.sample(sorted(after), min(5, len(after))):
                self.assertEqual(system.json("admin", "replay", match)["verdict"], "verified")
            self.assertEqual(system.stop(), 0)


class ProcessPerDaemon(unittest.TestCase):
    def test_one_of_each_kind_is_killed_under_load(self):
        with Cluster({name: 2 for name in ORDER}) as cluster:
            out = cluster.work / "loadtest.out"
            load = cluster.background("loadtest", "run", as_people(cluster, "mixed"), "--verify", "--context", "gateway-0", "--bots", "16", "--duration", "40s",
                                      "-o", "json", out=out)
            time.sleep(6)
            for slot in ("match-0", "instance-0", "chat-0", "metrics-0", "auth-0", "connsrv-0", "gateway-0"):
                cluster.kill(slot)
                cluster.start(slot)
                cluster.wait_ready(slot)
                time.sleep(2)
            logs = "\n".join(f"--- {slot}\n{cluster.log(slot)[-1500:]}" for slot in cluster.processes)
            self.assertEqual(load.wait(150), 0, out.read_text()[-4000:] + logs)
            where = ("--context", "gateway-0")
            ended = cluster.json("admin", "match", "list", "--state", "ended", "--limit", "5000", *where)["items"]
            self.assertGreater(len(ended), 0)
            wait_until(lambda: not unfinished(cluster, *where), 90, "every match resumed or settled")
            self.assertTrue(cluster.json("admin", "ledger", "check", *where)["sound"])
            check_explained(self, cluster, *where)
            for match in random.sample(sorted(m["id"] for m in ended), min(5, len(ended))):
                self.assertEqual(cluster.json("admin", "replay", match, *where)["verdict"], "verified")
            self.check_peers(cluster, where)
            self.check_projections(cluster, where)
            self.check_calls(cluster)

    def check_calls(self, cluster):
        """Nothing that was needed was refused; a chat that somebody has taken over gets nothing beyond what chat needs."""
        for slot in cluster.processes:
            self.assertNotIn("a peer may not make this call", cluster.log(slot), slot)
        asked = (("auth", "jwks"), ("auth", "sign_ticket"), ("auth", "rotate_keys"), ("auth", "login"), ("instance", "market.order"),
                 ("connsrv", "push"))
        self.assertEqual({call: calls_as("chat", cluster, *call) for call in asked if calls_as("chat", cluster, *call) != 403},
                         {("auth", "jwks"): 200})
        self.assertNotIn(calls_as("match", cluster, "auth", "sign_ticket"), (200, 403))  # let in, and then it is no request
        self.assertEqual(calls_as("match", cluster, "auth", "rotate_keys"), 403)

    def check_peers(self, cluster, where):
        """Any process tells of all of them, and of one that is gone."""
        def peers():
            items = cluster.json("admin", "health", *where, check=False)["items"]
            return next(each for each in items if each["name"] == "peers.ready")

        listed = [each for each in cluster.json("admin", "status", *where)["items"] if each["daemon"] in ORDER]
        self.assertEqual({each["id"] for each in listed}, {f"{name}-{index}" for name in ORDER for index in range(2)})
        self.assertEqual({each["state"] for each in listed}, {"ready"})
        self.assertTrue(all(each["version"] and each["host"] for each in listed), listed)
        wait_until(lambda: peers()["status"] == "ok", 20, "nobody is missed")
        cluster.kill("chat-1")
        wait_until(lambda: "chat-1 was last heard of" in peers()["message"], 30, "the one that was killed is missed")
        self.assertNotEqual(cluster.run("admin", "health", *where, check=False).returncode, 0)
        cluster.start("chat-1")
        wait_until(lambda: peers()["status"] == "ok", 30, "nobody is missed")

    def check_projections(self, cluster, where):
        """Everything that happened is counted, and counted the same when the log is read again."""
        def counted():
            items = cluster.json("admin", "projections", "list", *where)["items"]
            caught_up = all(each["state"] == "current" and each["lag_messages"] == "0" for each in items)
            return {each["projection"]: int(each["events"]) for each in items} if caught_up else None

        before = wait_until(counted, 60, "every event counted")
        self.assertGreater(before["statistics"], 0)
        coins = [a for a in cluster.json("admin", "ledger", "check", *where)["items"] if a["asset"] == "coin"]
        for name in before:
            cluster.run("admin", "projections", "rebuild", name, "--reason", "test", "--yes", *where)
        self.assertEqual(wait_until(counted, 60, "every event counted again"), before)
        self.assertEqual([a for a in cluster.json("admin", "ledger", "check", *where)["items"] if a["asset"] == "coin"], coins)


if __name__ == "__main__":
    unittest.main(verbosity=2)
