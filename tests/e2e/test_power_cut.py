"""T1b: whenever the power goes, what was acknowledged is on the disk. One run under load is recorded with every write and sync of it;
each cut takes away what was not synced at a moment of that run, and the store is read by means of its own."""
import os
import random
import secrets
import shutil
import threading
import time
import unittest

from faults.disk import Disk, read_record
from faults.shim import DiskOrders
from faults.traders import UNLIMITED, Acknowledged, Trader, lost_in
from harvest_system import QUICK_CONTENT, QUICK_HOUSE_BOTS, System, ended_matches, wait_until
from rest_client import RestClient

CUTS = int(os.environ.get("HARVEST_POWER_CUTS", "200"))
CLIENTS = 6
SECONDS = 8


class Operator(threading.Thread):
    """Bans nobody much, again and again."""

    def __init__(self, system, until):
        super().__init__()
        self.system, self.until, self.journal = system, until, []

    def run(self):
        with RestClient(self.system) as client:
            player = client.sign_in()
        while time.monotonic() < self.until:
            done = self.system.json("admin", "ban", player, "--for", "1s", "--reason", "a test of the disk", "--yes")
            self.journal.append(Acknowledged(time.monotonic_ns(), "audited", done["audit"]))
            time.sleep(0.3)


def played(system, seconds):
    """Bots that do everything, traders and an operator; what these were told, in order."""
    bots = system.background("loadtest", "run", "mixed", "--bots", "8", "--duration", f"{seconds}s", out=system.work / "bots.out")
    traders = [Trader(system, time.monotonic() + seconds) for _ in range(CLIENTS)]
    everybody = [*traders, Operator(system, time.monotonic() + seconds)]
    for each in everybody:
        each.start()
    for each in everybody:
        each.join()
    bots.wait(90)
    return sorted((told for each in everybody for told in each.journal), key=lambda told: told.at), traders


def unaudited_in(folder, acknowledged):
    audited = [told.id for told in acknowledged if told.what == "audited"]
    kept = (folder / "audit.log").read_text(errors="replace") if audited else ""
    return [number for number in audited if number not in kept]


class PowerCut(unittest.TestCase):
    def setUp(self):
        self.system = System(*QUICK_CONTENT, *QUICK_HOUSE_BOTS, *UNLIMITED)
        self.addCleanup(self.system.close)
        self.record = self.system.work / "record"
        self.orders = DiskOrders(self.system, self.record)

    def cuts(self, count, acknowledged):
        """For each of `count` moments, in order: the disk, what clients had been told, and what is put aside for the image."""
        steps = list(read_record(self.record))
        first = next(at for at, step in enumerate(steps) if step.time > acknowledged[0].at)
        moments = sorted(random.sample(range(first, len(steps) - 1), min(count, len(steps) - 1 - first)))
        disk, followed, told = Disk(), 0, 0
        for number, moment in enumerate(moments):
            for step in steps[followed:moment + 1]:
                disk.follow(step)
            followed = moment + 1
            while told < len(acknowledged) and acknowledged[told].at < steps[followed].time:
                told += 1
            image = self.system.work / f"image-{number}"
            yield disk, acknowledged[:told], image
            shutil.rmtree(image, ignore_errors=True)

    def test_nothing_acknowledged_is_lost(self):
        seed = secrets.randbits(32)
        random.seed(seed)
        acknowledged, traders = played(self.system.start(), SECONDS)
        self.assertEqual([trader.trouble for trader in traders], [None] * CLIENTS)
        self.system.kill()
        seen, unsynced = 0, 0
        started = random.sample(range(CUTS), 3)
        for number, (disk, told, image) in enumerate(self.cuts(CUTS, acknowledged)):
            with self.subTest(cut=number, seed=seed):
                unsynced += any(file.waiting for file in disk.files.values())
                disk.leave(image, random if number % 4 else None)
                if number in started:
                    self.goes_on(image, told)
                self.assertEqual(lost_in(image, told), [])
                self.assertEqual(unaudited_in(image, told), [])
                seen += 1
        self.assertEqual(seen, CUTS)
        self.assertGreater(unsynced, CUTS // 10, "hardly a cut met a write under way: the run shows nothing")
        self.assertGreater(len(acknowledged), 500)
        print(f"{CUTS} cuts of a run with {len(acknowledged)} acknowledged, {unsynced} in the middle of a write", flush=True)

    def goes_on(self, image, told):
        """The binary itself begins where the power went: its books are in order, its matches are played on or verified."""
        with System(*QUICK_CONTENT, *QUICK_HOUSE_BOTS, data_dir=image) as again:
            self.assertTrue(again.json("admin", "ledger", "check")["sound"])
            account = random.choice([each for each in told if each.what == "account"])
            self.assertEqual(again.json("admin", "player", "get", account.id)["id"], account.id)
            wait_until(lambda: {match["state"] for match in again.json("admin", "match", "list", "--limit", "500")["items"]} <= {"playing", "ended", "aborted"},
                       30, "every match has a room again, or is over")
            self.assertTrue(again.json("admin", "audit", "verify")["intact"])
            for match in ended_matches(again)[:3]:
                self.assertEqual(again.json("admin", "replay", match["id"])["verdict"], "verified")
            self.assertTrue(again.json("admin", "ledger", "check")["sound"])

    def test_a_disk_that_lies_is_found_out(self):
        """The claim above can fail: without syncs there is nothing after a cut."""
        self.system.start()
        self.orders.give(syncs_lie=1)
        acknowledged, _ = played(self.system, 2)
        self.system.kill()
        *_, (disk, told, image) = self.cuts(3, acknowledged)
        disk.leave(image)
        self.assertGreater(len([fault for fault in lost_in(image, told) if fault.endswith("is lost")]), 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
