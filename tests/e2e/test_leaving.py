"""How a running game ends: its temporary data goes with it, and who asks twice does not wait."""
import os
import pathlib
import signal
import time
import unittest

from harvest_system import System, wait_until


class Leaving(unittest.TestCase):
    def setUp(self):
        self.system = System("--ephemeral", "--bots", "6").start()
        self.addCleanup(self.system.close)
        self.data = pathlib.Path(self.system.ready["data_dir"])
        self.assertTrue((self.data / "keys").is_dir())

    def test_ephemeral_data_is_removed_at_exit(self):
        self.assertEqual(self.system.stop(), 0)
        self.assertFalse(self.data.exists())

    def test_a_second_sigterm_forces(self):
        wait_until(lambda: self.system.json("admin", "match", "list", "--state", "playing")["items"], 60, "a match being played")
        begun = time.monotonic()
        os.kill(self.system.process.pid, signal.SIGTERM)
        time.sleep(0.3)
        self.assertIsNone(self.system.process.poll(), "the matches are played to their end")
        self.assertEqual(self.system.stop(20), 1)
        self.assertLess(time.monotonic() - begun, 15)
        self.assertRegex(self.system.log(), r"stopped at once; cut off:.* instance-0")
        self.assertFalse(self.data.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
