"""Debian's headless Godot 3 plays a match over the transports that this build has: WSS, and ENet in clear."""
import pathlib
import shutil
import subprocess
import unittest

from harvest_system import QUICK_HOUSE_BOTS, ROOT, System


class Godot3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System("--ephemeral", *QUICK_HOUSE_BOTS, "--set", "connsrv.plain_enet.enabled=true", "--set",
                            "instance.plain_enet.enabled=true", "--set", "connsrv.plain_enet.port=0", "--set",
                            "instance.plain_enet.port=0").start()
        # Godot's own verification needs the CA as a project file.
        cls.project = cls.system.work / "godot3"
        shutil.copytree(ROOT / "tests/clients/godot3", cls.project)
        shutil.copy(cls.system.ca_file, cls.project / "ca.crt")

    @classmethod
    def tearDownClass(cls):
        cls.system.close()

    def play(self, transport, door):
        ports = [str(self.system.port("gateway", "https")), transport, str(self.system.port("connsrv", door)),
                 str(self.system.port("instance", door))]
        done = subprocess.run(["godot3-server", "--path", str(self.project), "-s", "client.gd", *ports], capture_output=True, text=True,
                              timeout=150, env=self.system.env)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:] + self.system.log()[-2000:])
        self.assertIn(f"played over {transport}", done.stdout)

    def test_wss(self):
        self.play("wss", "wss")

    def test_plain_enet(self):
        self.play("enet", "plain_enet")


if __name__ == "__main__":
    unittest.main(verbosity=2)
