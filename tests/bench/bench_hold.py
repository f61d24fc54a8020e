#!/usr/bin/env python3
"""How many signed-in players one `serve all` holds at once, and how many one generator process is: `loadtest run idle` from four
processes, each player with a TLS or DTLS link of its own, found by the server's own gauge, and the memory of both sides."""
import json
import pathlib
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harvest_system import System  # noqa: E402

# Of one generator: bots, percent on ENet. A process may have 20,000 descriptors.
GENERATORS = ((15_000, 0), (4_000, 0), (15_000, 100), (5_000, 100))
JOIN_PER_SECOND = 200  # of one generator
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

    def bytes_a_bot(self):
        return (resident(self.process.pid) - self.empty) / self.bots


def come_in(system, folder, number, bots, enet_percent):
    """One generator's players, all in; gives it and what the server took for each."""
    transport = "enet" if enet_percent else "wss"
    memory, at_first = resident(system.process.pid), held(system).get(transport, 0)
    generator = Generator(system, folder, number, bots, enet_percent)
    until = time.monotonic() + 600
    while held(system).get(transport, 0) < at_first + bots:
        if generator.process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{bots} bots by {transport}: {held(system)}\n{generator.out.read_text()[-2000:]}\n{system.log()[-2000:]}")
        time.sleep(1)
    return generator, (resident(system.process.pid) - memory) / bots


def main():
    sets = [word for key in SETTINGS for word in ("--set", key)]
    with tempfile.TemporaryDirectory(prefix="harvest-bench-") as folder, System("--bots", "0", *sets) as system:
        generators, server = [], []
        try:
            for number, (bots, enet_percent) in enumerate(GENERATORS):
                generator, each = come_in(system, pathlib.Path(folder), number, bots, enet_percent)
                generators.append(generator)
                server.append(each)
                if number == 1:  # all by WSS are in
                    time.sleep(HELD)
                    row("held_wss", held(system)["wss"], "WSS at once", note=f"all still there after {HELD} s; the server's memory grew by {server[0] / 1000:.1f} kB for each account with its link")
                    row("bots_signed_in", GENERATORS[0][0], "bots signed in by one process")
                    row("bot_wss_memory", round(generators[0].bytes_a_bot()), "bytes of a whole bot with its WSS link")
            time.sleep(HELD)
            counts = held(system)
            row("held_dtls", counts["enet"], "DTLS at once", note=f"beside those by WSS; the server's memory grew by {server[2] / 1000:.1f} kB for each account with its link")
            row("bot_dtls_memory", round(generators[2].bytes_a_bot()), "bytes of a whole bot with its DTLS link")
        except Exception:
            print(system.log()[-3000:], file=sys.stderr)
            raise
        finally:
            for generator in generators:
                generator.process.send_signal(signal.SIGKILL)
                generator.process.wait()


if __name__ == "__main__":
    main()
