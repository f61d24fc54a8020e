"""T7 and T33 on the real binary: under load PostgreSQL, Kafka and Redis are killed, stopped and emptied in turn, and 30 % of the
transactions fail with serialization errors. The process lives and says so, nothing waits for ever, it is ready again within
10 s, and every bot owns what it was told. And daemons that stop, and a broker that is killed again and again.
HARVEST_FAULT_SECONDS is how long each fault lasts (5)."""
import os
import random
import signal
import sys
import time
import unittest

from cluster import ORDER, Cluster
from faults.servers import Servers
from faults.under_load import UnderLoad, Watch, over
from harvest_system import as_people, wait_until

LASTS = float(os.environ.get("HARVEST_FAULT_SECONDS", "5"))
PARTS = {"PostgreSQL": ("store",), "Kafka": ("event_log", "eventlog")}  # as /readyz names them
REFUSED = ("transfers", "matches", "farm_plots")  # tables whose writers meet serialization failures


class Faults(UnderLoad):
    def test_every_server_fails_under_load(self):
        with Servers() as servers, over(servers) as system:
            self.tried(system, servers)

    def test_the_broker_is_killed_again_and_again(self):
        """T6: HARVEST_BROKER_KILLS times (2), at random moments, while events flow."""
        kills = int(os.environ.get("HARVEST_BROKER_KILLS", "2"))
        with Servers() as servers, over(servers) as system:
            out = system.work / "loadtest.out"
            seconds = kills * 14 + 15
            load = system.background("loadtest", "run", as_people(system, "mixed"), "--verify", "--bots", "12", "--duration", f"{seconds}s", "-o", "json", out=out)
            for _ in range(kills):
                time.sleep(random.uniform(2, 5))
                servers.kill("kafka")
                servers.up("kafka")
            load.wait(seconds + 120)
            self.judge(system, out)
            self.everything_is_counted(system)

    def everything_is_counted(self, system):
        """Each event had its effect once: the projections, made again from the log alone, come to the same."""
        def counted():
            items = system.json("admin", "projections", "list")["items"]
            current = all(each["state"] == "current" and each["lag_messages"] == "0" for each in items)
            return {each["projection"]: int(each["events"]) for each in items} if current else None

        before = wait_until(counted, 60, "every event counted")
        self.assertGreater(before["statistics"], 0)
        for name in before:
            system.run("admin", "projections", "rebuild", name, "--reason", "test", "--yes")
        self.assertEqual(wait_until(counted, 60, "every event counted again"), before)

    def tried(self, system, servers):
        faults = {
            "Redis is emptied": (servers.flush_redis, lambda: None),
            "Redis is killed": (lambda: servers.kill("redis"), lambda: servers.up("redis")),
            "Redis is stopped": (lambda: servers.stop("redis"), lambda: servers.go_on("redis")),
            "Kafka is killed": (lambda: servers.kill("kafka"), lambda: servers.up("kafka")),
            "Kafka is stopped": (lambda: servers.stop("kafka"), lambda: servers.go_on("kafka")),
            "PostgreSQL is killed": (lambda: servers.kill("postgres"), lambda: servers.up("postgres")),
            "PostgreSQL is stopped": (lambda: servers.stop("postgres"), lambda: servers.go_on("postgres")),
            "PostgreSQL refuses 30 % of the commits": (lambda: servers.refuse_commits(system.schema, REFUSED, 30), self.accept(servers, system.schema)),
        }
        watch = Watch(system)
        watch.sign_in()
        watch.start()
        out = system.work / "loadtest.out"
        seconds = int(len(faults) * (LASTS + 5) + 10)
        load = system.background("loadtest", "run", as_people(system, "mixed"), "--verify", "--bots", "12", "--duration", f"{seconds}s", "-o", "json", out=out)
        time.sleep(5)
        for name, (begin, end) in faults.items():
            watch.refused.clear()
            watch.unready.clear()
            begin()
            time.sleep(LASTS)
            end()
            over = time.monotonic()
            wait_until(lambda: watch.served_at > over, 10, f"{name}: ready again\n{watch.refused}\n{system.log()[-3000:]}")
            print(f"{name}: ready again after {watch.served_at - over:.1f} s, no answer took longer than {watch.slowest:.1f} s; "
                  f"refused as {sorted(watch.refused, key=str)}", file=sys.stderr)
            self.assertIsNone(system.process.poll(), f"{name}: serve ended\n{system.log()[-3000:]}")
            self.readiness_told(name, watch)
            time.sleep(2)
        load.wait(seconds + 120)
        watch.ended.set()
        watch.join()
        self.assertEqual(watch.dead, [], "/livez asks nobody else")
        self.assertLess(watch.slowest, 8, "an answer came late or never")
        self.assertGreater(self.refusals, 0, "no commit was refused: the fault did not happen")
        self.judge(system, out)

    def readiness_told(self, name, watch):
        """With Kafka or the database away a daemon is not ready and names it; without Redis it is degraded and goes on."""
        server = name.split()[0]
        told = [why for status, why in watch.unready if status == 503]
        if server == "Redis" or "refuses" in name:
            self.assertEqual((told, watch.refused), ([], set()), name)
        else:
            self.assertTrue(any(part in why for why in told for part in PARTS[server]), f"{name}: /readyz said {watch.unready}")

    def accept(self, servers, schema):
        def end():
            self.refusals = servers.accept_commits(schema, REFUSED)
        return end

    def test_each_daemon_stops_for_a_while(self):
        """T11: one process of each kind is stopped past its leases under load, and goes on as if nothing had been."""
        with Cluster({name: 2 for name in ORDER}) as cluster:
            where = ("--context", "gateway-0")
            out = cluster.work / "loadtest.out"
            load = cluster.background("loadtest", "run", as_people(cluster, "mixed"), "--verify", *where, "--bots", "12", "--duration", "75s", "-o", "json", out=out)
            time.sleep(5)
            for name in ORDER:
                process = cluster.processes[f"{name}-0"]
                process.send_signal(signal.SIGSTOP)
                time.sleep(LASTS + 2)
                process.send_signal(signal.SIGCONT)
                cluster.wait_ready(f"{name}-0", timeout=10)
                time.sleep(2)
            load.wait(240)
            logs = "\n".join(f"--- {slot}\n{cluster.log(slot)[-1500:]}" for slot in cluster.processes)
            for slot, process in cluster.processes.items():
                self.assertIsNone(process.poll(), f"{slot} ended\n{logs}")
            self.judge(cluster, out, *where)


if __name__ == "__main__":
    unittest.main(verbosity=2)
