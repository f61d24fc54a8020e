"""T28 and T7 over a bad network: datagrams that are lost, doubled, late, out of order and changed on the way between clients and
the game, and streams between the game and its servers that are slow, cut, dead on one side, or in a partition. Every bot
owns what it was told, no acknowledged thing is lost or doubled, and it goes on within 10 s.
HARVEST_FAULT_SECONDS is how long each fault of the streams lasts (3)."""
import json
import os
import sys
import time
import unittest

from faults.proxy import FaultProxy
from faults.servers import Servers
from faults.under_load import UnderLoad, Watch, over
from harvest_system import QUICK_CONTENT, QUICK_HOUSE_BOTS, System, as_people, free_range, wait_until

LASTS = float(os.environ.get("HARVEST_FAULT_SECONDS", "3"))
SCENARIO = """
name: bad network
bots: 20
join_over: 3s
enet_percent: 100
mode: either
think_median: 50ms
chat_percent: 20
cut_percent: 0
pace: 400ms
life: {playing: 10, farming: 30, trading: 20, crafting: 10, decks: 5, friends: 5, talking: 10, looking: 10}
thresholds: ["errors: rate < 0.1%", "fairness: failures = 0", "matches: count > 0"]
"""


class BadNetwork(UnderLoad):
    def test_datagrams(self):
        doors = {"connsrv": (first := free_range(10)), "instance": first + 1}
        system = System("--set", f"instance.advertise.udp={doors['instance']}", *QUICK_CONTENT, *QUICK_HOUSE_BOTS)
        with system, FaultProxy(*(("udp", door, system.port(daemon, "enet")) for daemon, door in doors.items())) as network:
            self.come_by(system, doors["connsrv"])
            scenario = system.work / "bad_network.yaml"
            scenario.write_text(SCENARIO)
            out = system.work / "loadtest.out"
            load = system.background("loadtest", "run", str(scenario), "--verify", "--duration", "30s", "-o", "json", out=out)
            time.sleep(5)
            network.order("loss 0.02 duplicate 0.05 reorder 0.05 corrupt 0.01 delay 5 jitter 15")
            time.sleep(12)
            network.order("partition")
            time.sleep(4)
            network.order("heal")
            time.sleep(5)
            network.order("calm")
            self.assertEqual(self.ended(load, 160, system, out), 0, out.read_text()[-4000:] + system.log()[-2000:])
            counts = network.counts()
            print(counts, file=sys.stderr)
            for each in ("lost", "duplicated", "reordered", "corrupted", "delayed"):
                self.assertGreater(counts[each], 50, "the fault did not happen")
            self.judge(system, out)

    @staticmethod
    def come_by(system, door):
        """Load tests find the connection server behind the proxy."""
        path = system.data_dir / "doors.json"
        known = json.loads(path.read_text())
        for each in known["doors"]:
            if (each["daemon"], each["transport"]) == ("connsrv", "enet"):
                each["port"] = door
        path.write_text(json.dumps(known))

    def test_streams(self):
        with Servers(proxied=True) as servers:
            routes = [("tcp", servers.doors[name], port) for name, port in servers.ports.items()]
            with FaultProxy(*routes) as network, over(servers) as system:
                self.suffered(system, network)

    def suffered(self, system, network):
        faults = {
            "late": ("delay 3 jitter 10", "calm"),
            "cut now and then": ("cut 0.01", "calm"),
            "slow": ("rate 300000", "calm"),
            "in a partition": ("partition", "heal"),
            "all reset": ("reset", "calm"),
            "dead on the far side": ("half-open", "calm"),
        }
        watch = Watch(system)
        watch.sign_in()
        watch.start()
        out = system.work / "loadtest.out"
        seconds = int(len(faults) * (LASTS + 4) + 10)
        load = system.background("loadtest", "run", as_people(system, "mixed"), "--verify", "--bots", "12", "--duration", f"{seconds}s", "-o", "json", out=out)
        time.sleep(5)
        for name, (begin, end) in faults.items():
            network.order(begin)
            time.sleep(LASTS)
            network.order(end)
            ended = time.monotonic()
            wait_until(lambda: watch.served_at > ended, 10, f"{name}: ready again\n{watch.refused}\n{system.log()[-3000:]}")
            print(f"streams {name}: ready again after {watch.served_at - ended:.1f} s, no answer took longer than {watch.slowest:.1f} s; "
                  f"refused as {sorted(watch.refused, key=str)}", file=sys.stderr)
            self.assertIsNone(system.process.poll(), f"{name}: serve ended\n{system.log()[-3000:]}")
            time.sleep(1)
        self.ended(load, seconds + 120, system, out)
        watch.ended.set()
        watch.join()
        counts = network.counts()
        self.assertGreater(counts["cut"], 10, "no connection was cut: the fault did not happen")
        self.assertGreater(counts["delayed"], 100, "nothing was late: the fault did not happen")
        self.assertEqual(watch.dead, [], "/livez asks nobody else")
        self.assertLess(watch.slowest, 8, "an answer came late or never")
        self.judge(system, out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
