"""`serve all` with its instances as child processes, over real PostgreSQL, Kafka and Redis: one is killed under load, all
end with their parent however it ends; and what cannot have children says so."""
import json
import os
import pathlib
import signal
import socket
import ssl
import tempfile
import time
import unittest

from cluster import distributed_settings, environment
from harvest_system import QUICK_HOUSE_BOTS, System, ended_matches, wait_until
from live_link import LiveLink, LivePlayer, refused_messages

PROCESS = ["--set", "instance.allocator=process", "--set", "instance.children.least=2", "--set", "instance.children.most=3",
           "--set", "instance.children.idle_after=2s"]


def shared_parts():
    return [word for key, value in distributed_settings().items() for word in ("--set", f"{key}={value}")]


def with_children(*arguments):
    system = System(*shared_parts(), *QUICK_HOUSE_BOTS, *PROCESS, *arguments)
    system.env.update({k: v for k, v in environment(system.home).items() if k.startswith("HARVESTE2E_")})
    return system


def children_of(system):
    """pid -> id of the instance processes that live."""
    found = {}
    for each in pathlib.Path("/proc").iterdir():
        if not each.name.isdigit():
            continue
        try:
            words = (each / "cmdline").read_bytes().decode().split("\0")
            parent = int((each / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if parent == system.process.pid and "instance" in words:
            found[int(each.name)] = words[words.index("--id") + 1]
    return found


def lives(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def events(system, message):
    lines = (line for line in system.log().splitlines() if message in line)
    return [json.loads(line) for line in lines]


def held(system):
    """Matches that some instance plays."""
    listed = system.json("admin", "match", "list", "--state", "playing", "--limit", "500")["items"]
    return [match for match in listed if match["instance"]]


def is_udp_bound(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


class Children(unittest.TestCase):
    def test_one_is_killed_under_load(self):
        with with_children() as system:
            first = children_of(system)
            self.assertEqual(sorted(first.values()), ["instance-1", "instance-2"])
            # Ids and ports by index: UDP of instance-1 is on N+13, of instance-2 on N+23.
            self.assertTrue(is_udp_bound(system.first_port + 13) and is_udp_bound(system.first_port + 23))
            out = system.work / "loadtest.out"
            load = system.background("loadtest", "run", "smoke", "--bots", "12", "--duration", "25s", "-o", "json", out=out)
            time.sleep(8)
            playing = wait_until(lambda: held(system), 15, "matches are played")
            holder = playing[0]["instance"]
            victim = next(pid for pid, name in children_of(system).items() if name == holder)
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: holder in [name for pid, name in children_of(system).items() if pid != victim], 20, "restart")
            self.assertEqual(load.wait(150), 0, out.read_text()[-4000:] + system.log()[-3000:])
            self.assertEqual(events(system, "instance process ended, and is started again")[0]["labels.instance"], holder)
            hit = sorted(m["id"] for m in playing if m["instance"] == holder)
            self.assertGreater(len(hit), 0)
            wait_until(lambda: set(hit) <= {m["id"] for m in ended_matches(system, 5000)}, 30, "its matches are played to the end")
            self.assertTrue(system.json("admin", "ledger", "check")["sound"])
            for match in hit[:3]:
                self.assertEqual(system.json("admin", "replay", match)["verdict"], "verified")
            last = children_of(system)
            self.assertEqual(system.stop(), 0)
            self.assertFalse([pid for pid in last if lives(pid)])

    def test_a_reload_of_the_content_reaches_them(self):
        with with_children() as system:
            self.assertEqual(len(children_of(system)), 2)
            self.assertEqual(system.run("admin", "game", "reload").stdout, "nothing has changed\n")
            told = lambda: [line for line in system.log().splitlines() if "game content: nothing has changed" in line]
            wait_until(lambda: len(told()) >= 2, 10, "both children have read it")

    def test_a_reload_of_the_configuration_reaches_them(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config, with_children("--config", config.name) as system:
            config.write("instance: {faults: 3}\n")
            config.flush()
            self.assertIn("applied: instance.faults; needs a restart: -", system.run("admin", "reload").stdout)
            told = lambda: [line for line in system.log().splitlines() if "configuration: applied: instance.faults" in line]
            wait_until(lambda: len(told()) >= 2, 10, "both children have taken it")
            player = LivePlayer(system, ssl.create_default_context(cafile=system.ca_file))
            player.queue("casual")
            found = player.lobby.push("match.found")
            place = next(each for each in found["endpoints"] if each["transport"] == "wss")
            table = LiveLink(place["host"], place["port"], player.trust)
            self.assertEqual(refused_messages(table), 3)
            for link in (table, player.lobby):
                link.close()

    def test_they_end_with_a_parent_that_is_killed(self):
        with with_children() as system:
            before = children_of(system)
            self.assertEqual(len(before), 2)
            system.kill()
            wait_until(lambda: not any(lives(pid) for pid in before), 10, "the children end")
            system.start()
            self.assertEqual(len(children_of(system)), 2)

    def test_embedded_parts_have_none(self):
        system = System("--set", "instance.allocator=process")
        refused = system.run("serve", "all", "--data-dir", str(system.data_dir), "--ports-from", "0", "--set",
                             "instance.allocator=process", check=False)
        self.assertEqual(refused.returncode, 78)
        self.assertIn("store.kind is sqlite", refused.stderr)
        self.assertIn("in_process", refused.stderr)
        self.assertFalse(pathlib.Path(system.data_dir).exists())
        system.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
