"""admin key ca: certificates on files. Its examples run, in the order of a life: made, issued, rotated, retired."""
import json
import os
import pathlib
import re
import shlex
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harvest_system import BINARY  # noqa: E402


class PrivateCa(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("HARVEST")}
        self.env.update(HOME=str(self.root), NO_COLOR="1")
        self.env.pop("STATE_DIRECTORY", None)
        self.tls = self.root / ".local/share/harvest/keys/rpc"

    def tearDown(self):
        self.folder.cleanup()

    def ca(self, *words):
        return subprocess.run([BINARY, "admin", "key", "ca", *words], capture_output=True, text=True, timeout=60,
                              cwd=self.root, env=self.env)

    def done(self, *words):
        done = self.ca(*words, "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, code, text, *words):
        done = self.ca(*words)
        self.assertEqual((done.returncode, done.stdout), (code, ""))
        self.assertIn(text, done.stderr)
        self.assertLessEqual(len(done.stderr.splitlines()), 3)

    def listed(self):
        return [(each["file"], each["signed_by"]) for each in self.done("list")["items"]]

    def test_its_examples_run(self):
        for command in ("init", "issue", "rotate", "list"):
            text = self.ca(command, "--help").stdout
            examples = re.findall(r"^  (harvestctl .*)$", text.split("examples:")[1].split("flags:")[0], re.M)
            self.assertGreaterEqual(len(examples), 2)
            for example in examples:
                with self.subTest(example=example):
                    if "--retire" in example:
                        for process in (["auth"], ["front", "--daemon", "gateway"]):
                            self.done("issue", *process)
                    done = subprocess.run([BINARY, *shlex.split(example)[1:]], capture_output=True, text=True,
                                          timeout=60, cwd=self.root, env=self.env)
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_from_the_first_ca_to_the_second(self):
        self.refused(66, "ca.crt: cannot be read", "list")
        self.refused(66, "harvestctl admin key ca init", "issue", "auth")
        self.assertEqual(self.done("init")["dir"], str(self.tls))
        self.refused(73, "is there already", "init")
        made = self.done("issue", "auth", "--host", "10.0.0.7", "--life", "30d")
        self.assertEqual(made["names"], ["auth.harvest", "10.0.0.7"])
        self.assertIn("gateway.harvest", self.done("issue", "all")["names"])
        for path in self.tls.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.assertEqual(stat.S_IMODE(self.tls.stat().st_mode), 0o700)
        self.assertEqual(self.listed(), [("ca.crt", "newest"), ("all.crt", "newest"), ("auth.crt", "newest")])

        self.assertEqual(self.done("rotate")["trusted"], 2)
        self.refused(4, "trusts two CAs already", "rotate")
        self.refused(4, "all.crt: is still of the old CA", "rotate", "--retire")
        self.done("issue", "all")
        self.refused(4, "auth.crt: is still of the old CA", "rotate", "--retire")
        self.done("issue", "auth")
        self.assertEqual(self.done("rotate", "--retire")["trusted"], 1)
        self.assertEqual(self.listed(), [("ca.crt", "newest"), ("all.crt", "newest"), ("auth.crt", "newest")])

    def test_openssl_agrees(self):
        self.done("init")
        self.done("issue", "auth")
        self.done("rotate")
        said = subprocess.run(["openssl", "verify", "-x509_strict", "-purpose", "sslclient", "-verify_hostname",
                               "auth.harvest", "-CAfile", self.tls / "ca.crt", self.tls / "auth.crt"],
                              capture_output=True, text=True)
        self.assertEqual(said.returncode, 0, said.stderr)

    def test_what_is_wrong_is_said(self):
        self.done("init")
        self.refused(64, "'nobody' is no daemon", "issue", "nobody")
        self.refused(64, "--life 1s is not from 1h", "issue", "auth", "--life", "1s")
        self.refused(65, "neither a DNS name nor an address", "issue", "auth", "--host", "a b")
        self.refused(65, "a file is named by", "issue", "../auth", "--daemon", "auth")
        (self.tls / "ca.key").write_text("nonsense")
        self.refused(74, "ca.key: is not a private key in PEM", "issue", "auth")


if __name__ == "__main__":
    unittest.main(verbosity=2)
