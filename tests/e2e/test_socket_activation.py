"""The gateway's socket is held by another process (systemd, by harvest-gateway.socket), which hands it over at the first connection."""
import configparser
import hashlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from harvest_system import BINARY, ROOT, free_range, wait_until


def shipped_name():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read(ROOT / "config/systemd/harvest-gateway.socket")
    return unit["Socket"]["FileDescriptorName"]


class HandedOver(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.TemporaryDirectory()
        self.port = free_range()
        self.log = pathlib.Path(self.work.name) / "log"
        self.out = pathlib.Path(self.work.name) / "out"

    def tearDown(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.work.cleanup()

    def activate(self, *arguments):
        """The process that listens, and becomes the server at the first connection."""
        env = {"HOME": self.work.name, "PATH": os.environ["PATH"]}
        with open(self.out, "w") as out, open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["systemd-socket-activate", "-l", f"127.0.0.1:{self.port}", f"--fdname={shipped_name()}", BINARY, "serve", "all", "--ephemeral",
                 "--ports-from", str(self.port), "-o", "json", *arguments], stdout=out, stderr=log, env=env, cwd=ROOT)
        wait_until(lambda: f"Listening on 127.0.0.1:{self.port}" in self.log.read_text(), 10, "a listening socket")
        self.assertEqual(self.out.read_text(), "")

    def ask(self, timeout=30):
        """The status of a GET over a new connection, and whose certificate it came with."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # made on the way; looked at below
        with socket.create_connection(("127.0.0.1", self.port), timeout) as plain, context.wrap_socket(plain) as link:
            certificate = hashlib.sha256(link.getpeercert(binary_form=True)).hexdigest()
            link.sendall(b"GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return link.makefile("rb").readline().split()[1], certificate

    def check_answered(self):
        try:
            status, certificate = self.ask()
        except OSError as e:
            self.fail(f"{e}: {self.log.read_text()[-2000:]}")
        self.assertEqual(status, b"200", self.log.read_text()[-2000:])
        ready = wait_until(lambda: json.loads(self.out.read_text() or "null"), 10, "the ready lines")
        self.assertEqual(certificate, ready["fingerprint"].replace(":", "").lower())
        self.assertEqual({int(each["port"]) for each in ready["doors"] if each["daemon"] == "gateway"}, {self.port})

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(30), 0, self.log.read_text()[-2000:])

    def test_the_first_request_is_answered_over_the_socket_that_was_handed_over(self):
        self.activate()
        self.check_answered()
        self.stop()

    def test_all_slots_of_the_gateway_share_it(self):
        self.activate("--set", "slots.gateway=2")
        self.check_answered()
        for _ in range(8):
            self.assertEqual(self.ask()[0], b"200")
        self.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
