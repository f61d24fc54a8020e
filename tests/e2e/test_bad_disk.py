"""T34: a disk that is full, tears writes, or fails to sync. Nothing acknowledged is lost, nothing is broken, and a full disk is got over."""
import errno
import time
import unittest

from faults.shim import DiskOrders
from faults.traders import UNLIMITED, Trader, lost_in
from harvest_system import System, wait_until
from rest_client import Refusal, RestClient


class BadDisk(unittest.TestCase):
    def setUp(self):
        self.system = System(*UNLIMITED)
        self.addCleanup(self.system.close)
        self.orders = DiskOrders(self.system)
        self.system.start()

    def traders(self, seconds, count=3):
        traders = [Trader(self.system, time.monotonic() + seconds) for _ in range(count)]
        for trader in traders:
            trader.start()
        return traders

    def check_kept(self, traders):
        """All that they were told, and books that add up, while the binary runs."""
        told = [each for trader in traders for each in trader.journal]
        self.assertEqual(lost_in(self.system.data_dir, told), [])
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])
        self.assertTrue(self.system.json("admin", "audit", "verify")["intact"])
        return told

    def trades(self):
        """Whether a new client can do what it came for."""
        try:
            with RestClient(self.system) as client:
                client.sign_in()
            return True
        except (OSError, Refusal):
            return False

    def test_a_sync_that_fails_ends_the_process_and_it_recovers(self):
        traders = self.traders(20)
        wait_until(lambda: all(len(trader.journal) > 20 for trader in traders), 20, "trade")
        self.orders.give(sync_error=errno.EIO)
        self.assertNotEqual(self.system.process.wait(10), 0)
        self.system.process.stdout.close()
        for trader in traders:
            trader.join(15)
            self.assertIsInstance(trader.trouble, OSError, "a client was told that it is done")
        self.assertIn("so the process ends; it recovers when started again", self.system.log())
        self.orders.give(sync_error=0)
        self.system.start()
        self.assertGreater(len(self.check_kept(traders)), 60)
        self.assertTrue(self.trades())

    def test_a_full_disk_refuses_and_is_got_over(self):
        traders = self.traders(3)
        wait_until(lambda: all(len(trader.journal) > 5 for trader in traders), 20, "trade")
        self.orders.give(write_error=errno.ENOSPC)
        for trader in traders:
            trader.join(15)
            self.assertIsInstance(trader.trouble, Refusal)
            self.assertEqual((trader.trouble.status, trader.trouble.code), (503, "unavailable"))
        with RestClient(self.system) as client, self.assertRaises(Refusal):
            client.sign_in()
        self.assertIsNone(self.system.process.poll(), "a full disk is no reason to end")
        self.orders.give(write_error=0)
        wait_until(self.trades, 10, "it works again by itself")
        self.check_kept(traders)

    def test_writes_that_tear_are_finished(self):
        self.orders.give(writes_tear=1)
        traders = self.traders(3)
        for number in range(3):
            player = wait_until(lambda: [each.id for each in traders[number].journal if each.what == "account"], 20, "an account")[0]
            self.system.run("admin", "ban", player, "--for", "1s", "--reason", "a test of the disk", "--yes")
        for trader in traders:
            trader.join()
        self.check_kept(traders)
        self.system.kill()
        self.system.start()
        self.check_kept(traders)
        self.assertEqual(len({record["id"] for record in self.system.json("admin", "audit", "list")["items"]}), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
