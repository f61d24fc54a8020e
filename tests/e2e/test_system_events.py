"""What a system tells of itself on harvest.system: samples of its daemons, instances that come and go, slots that fail; and who of a
match is a bot."""
import json
import os
import signal
import unittest

from harvest_system import QUICK_HOUSE_BOTS, System, ended_matches, wait_until
from test_children import children_of, with_children

EACH_SECOND = ["--set", "telemetry.sample_every=1s"]


def told(system, type_, topic="harvest.system"):
    """The data of all events of a type, the oldest first."""
    lines = system.run("admin", "kafka", "consume", topic, "--type", type_, "--exit-at-end", "-o", "jsonl").stdout.splitlines()
    return [json.loads(line)["data"] for line in lines]


class SystemEvents(unittest.TestCase):
    def test_daemons_are_sampled_and_bots_are_told_apart(self):
        with System("--bots", "6", *QUICK_HOUSE_BOTS, *EACH_SECOND) as system:
            slots = {"gateway-0", "connsrv-0", "auth-0", "match-0", "instance-0", "chat-0", "metrics-0"}
            samples = wait_until(lambda: (found := told(system, "system.daemon.sampled.v1")) and
                                 slots <= {each["slot"] for each in found} and found, 20, "a sample of each daemon")
            for each in samples:
                self.assertGreater(each["resident_bytes"], 1 << 20)
                self.assertLess(each["loop_age_ms"], 10_000)
                self.assertEqual(each["slot"].rpartition("-")[0], each["daemon"])
            self.assertIn("ready", {each["state"] for each in samples})
            shown = {type_: system.run("admin", "events", "--type", type_, "-o", "jsonl").stdout for type_ in ("system.*", "system.daemon.*")}
            self.assertIn("harvest.system.daemon.sampled.v1", shown["system.daemon.*"])
            self.assertNotIn("sampled", shown["system.*"])  # they would drown the rest

            wait_until(lambda: len(ended_matches(system)) >= 3, 90, "three matches")
            for type_ in ("game.match.started.v1", "game.match.ended.v1"):
                for match in told(system, type_, "harvest.game"):
                    self.assertEqual(sorted(match["bots"]), sorted(match["players"]))
            wait_until(lambda: 'seats="bots"' in system.metrics(), 20, "matches of bots are counted apart")
            self.assertEqual(told(system, "user.achievement.earned.v1", "harvest.user"), [])
            self.assertEqual(told(system, "system.daemon.failed.v1"), [])

    def test_instances_that_come_and_go_are_told(self):
        with with_children(*EACH_SECOND) as system:
            mine = lambda found: [each for each in found if each["instance"] in ("instance-1", "instance-2", "instance-3")]
            scaled = lambda: mine(told(system, "system.instance.scaled.v1"))
            first = wait_until(lambda: len(found := scaled()) >= 2 and found, 20, "both instances are told")
            self.assertEqual([(each["instance"], each["change"], each["reason"], each["instances"]) for each in first[:2]],
                             [("instance-1", "started", "least", 1), ("instance-2", "started", "least", 2)])
            victim, name = next(iter(children_of(system).items()))
            os.kill(victim, signal.SIGKILL)
            again = wait_until(lambda: len(found := scaled()) >= 4 and found, 20, "its end and its restart are told")
            self.assertEqual([(each["instance"], each["change"], each["reason"]) for each in again[2:4]],
                             [(name, "ended", "failed"), (name, "started", "restart")])
            failed = wait_until(lambda: told(system, "system.daemon.failed.v1"), 10, "the failure is told")
            self.assertEqual((failed[0]["daemon"], failed[0]["slot"], failed[0]["reason"]), ("instance", name, "restarted"))
            # A child samples itself.
            wait_until(lambda: "instance-1" in {each["slot"] for each in told(system, "system.daemon.sampled.v1")}, 20, "its sample")


if __name__ == "__main__":
    unittest.main(verbosity=2)
