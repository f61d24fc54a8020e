#!/usr/bin/env python3
"""How many signed-in players one `serve all` holds at once, and how many one generator process is: `loadtest run idle` from four
processes, each player with a TLS or DTLS link of its own, found by the server's own gauge, and the memory of both sides."""
import json
import pathlib
import signal
import sys
import tempfile
import time

from node_yardstick import COLYSEUS, ColyseusServer, figure
from harvest_system import System

# Of one generator: bots, percent on ENet. A process may have 20,000 descriptors.
GENERATORS = ((15_000, 0), (4_000, 0), (15_000, 100), (5_000, 100))
JOIN_PER_SECOND = 100  # of one generator
HELD = 30  # seconds, once all are in
SETTINGS = ("gateway.limits.address.burst=0", "gateway.limits.device.burst=0", "connsrv.hello_burst=1000000",
            "connsrv.tcp.max_connections=19500", "connsrv.udp.max_connections=21000")


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def resident(pid):
    """Bytes of anonymous memory that a process has."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def held(system):
    """Connections by transport, as the connection server counts them."""
    counts = {}
    for line in system.metrics().splitlines():
        if line.startswith("harvest_connsrv_connections{"):
            transport = line.split('transport="')[1].split('"')[0]
            counts[transport] = counts.get(transport, 0) + int(float(line.rsplit(" ", 1)[1]))
    return counts


class Generator:
    def __init__(self, system, folder, number, bots, enet_percent):
        scenario = pathlib.Path(system.work) / f"idle{number}.yaml"
        scenario.write_text(f"name: idle\nseed: {100 + number}\nbots: {bots}\nduration: 1h\njoin_over: {bots // JOIN_PER_SECOND + 1}s\n"
                            f"enet_percent: {enet_percent}\nchat_percent: 0\npace: 10s\nlife: {{playing: 0, resting: 1}}\nthresholds: []\n")
        self.bots, self.out = bots, folder / f"out{number}"
        self.process = system.background("loadtest", "run", str(scenario), out=self.out)
        time.sleep(1)
        self.empty = resident(self.process.pid)

    def grown(self):
        return resident(self.process.pid) - self.empty


def colyseus_bot():
    with ColyseusServer() as server:
        return figure("colyseus_bots.cjs", COLYSEUS, server.port, 2_000, flags=("--expose-gc",))


def growth(name, by, costs):
    print(json.dumps({"growth": name, "by": by, "costs": costs}), flush=True)


def come_in(system, folder, number, bots, enet_percent):
    """One generator's players, all in; gives it, and what the server and the generator took for each: {players: bytes}, by a tenth of them and all."""
    transport = "enet" if enet_percent else "wss"
    memory, at_first = resident(system.process.pid), held(system).get(transport, 0)
    generator = Generator(system, folder, number, bots, enet_percent)
    until = time.monotonic() + 600
    server, own, now = {}, {}, 0
    while now < bots:
        now = held(system).get(transport, 0) - at_first
        if now >= bots or (now >= bots // 10 and not server):
            server[now] = (resident(system.process.pid) - memory) / now
            own[now] = generator.grown() / now
        if generator.process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{bots} bots by {transport}: {held(system)}\n{generator.out.read_text()[-2000:]}\n{system.log()[-2000:]}")
        time.sleep(1)
    return generator, server, own


def main():
    sets = [word for key in SETTINGS for word in ("--set", key)]
    with tempfile.TemporaryDirectory(prefix="harvest-bench-") as folder, System("--bots", "0", *sets) as system:
        generators = []
        try:
            for number, (bots, enet_percent) in enumerate(GENERATORS):
                generator, server, own = come_in(system, pathlib.Path(folder), number, bots, enet_percent)
                generators.append(generator)
                if number in (1, 3):  # all of one transport are in
                    time.sleep(HELD)
                if number == 0:
                    first = server
                    row("bots_signed_in", bots, "bots signed in by one process")
                    mine, yardstick = own[max(own)], colyseus_bot()
                    row("bot_wss_memory", round(mine), "bytes of a whole bot with its WSS link", yardstick=yardstick, ratio=round(mine / yardstick, 2))
                    growth("bots_signed_in", "bots", own)
                if number == 1:
                    row("held_wss", held(system)["wss"], "WSS at once", note=f"all still there after {HELD} s; the server's memory grew by {first[max(first)] / 1000:.1f} kB for each account with its link")
                    growth("held_wss", "players", first)
                if number == 2:
                    first = server
                    row("bot_dtls_memory", round(own[max(own)]), "bytes of a whole bot with its DTLS link")
                if number == 3:
                    row("held_dtls", held(system)["enet"], "DTLS at once", note=f"beside those by WSS; the server's memory grew by {first[max(first)] / 1000:.1f} kB for each account with its link")
                    growth("held_dtls", "players", first)
        except Exception:
            print(system.log()[-3000:], file=sys.stderr)
            raise
        finally:
            for generator in generators:
                generator.process.send_signal(signal.SIGKILL)
                generator.process.wait()


if __name__ == "__main__":
    main()
