"""What a start says when a part that it needs is away, missing, out of date or wrong: one line each, by its exit code. And the
schema of the store as `admin db` tells it."""
import datetime
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from cluster import distributed_settings, environment
from harvest_system import BINARY, ROOT, free_range

AUTH = 2 # its place among the admin and Rpc ports


class Forwarder:
    """A port behind which a server can be away, and come."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.held = []

    def open(self):
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            self.held += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        for each in [self.listener, *self.held]:
            each.close()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="harvest-start-")
        self.work = pathlib.Path(self.folder.name)
        (self.work / "home").mkdir()
        self.env = environment(self.work / "home")
        self.first = free_range(60)
        self.settings = distributed_settings()
        self.settings.update({"rpc.port": self.first + 20, "admin.port": self.first, "gateway.port": self.first + 40})
        self.keys = str(self.work / "data/keys/rpc")
        self.serving = []
        self.addCleanup(self.clean)

    def clean(self):
        for process in self.serving:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.folder.cleanup()

    def run_words(self, *words, timeout=60):
        return subprocess.run([BINARY, *words], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=timeout)

    def words(self, *command):
        sets = [word for key, value in self.settings.items() for word in ("--set", f"{key}={value}")]
        return [*command, *sets, "--data-dir", str(self.work / "data")]

    def refused(self, code, *texts, command=("serve", "auth", "--check")):
        done = self.run_words(*self.words(*command))
        self.assertEqual(done.returncode, code, done.stderr)
        said = [line for line in done.stderr.splitlines() if not line.startswith("{")] # without the log
        self.assertEqual(said[0][:7], "error: ", done.stderr)
        self.assertLessEqual(len(said), 3, done.stderr)
        for text in texts:
            self.assertIn(text, "\n".join(said))
        return done.stderr

    def certificates(self):
        os.makedirs(self.work / "data", mode=0o700, exist_ok=True)
        for words in (["init"], ["issue", "all"]):
            self.assertEqual(self.run_words("admin", "key", "ca", *words, "--dir", self.keys).returncode, 0)

    def serve(self, *words):
        with open(self.work / "log", "ab") as log:
            process = subprocess.Popen([BINARY, *words], env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        self.serving.append(process)
        return process

    def log(self):
        return (self.work / "log").read_text()

    def health(self, path, port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def until(self, path, status, process, within=30):
        until = time.monotonic() + within
        while time.monotonic() < until and process.poll() is None:
            got, body = self.health(path, self.first + AUTH)
            if got == status:
                return body
            time.sleep(0.1)
        self.fail(f"{path} never gave {status}: {self.log()[-3000:]}")


class Start(Case):
    def test_a_malformed_dsn_is_a_bad_configuration(self):
        self.env["BAD_DSN"] = "postgresql//no:secret@where"
        self.settings["store.dsn"] = "env:BAD_DSN"
        for command in (("serve", "auth", "--check"), ("serve", "all", "--check"), ("admin", "db", "status")):
            said = self.refused(78, "DSN", "postgresql://", command=command)
            self.assertNotIn("secret", said)
        self.settings["store.dsn"] = "env:NOT_THERE"
        self.refused(78, "store.dsn")

    def test_a_store_that_does_not_answer(self):
        closed = Forwarder("127.0.0.1", 1) # it never opens
        self.addCleanup(closed.close)
        self.env["AWAY"] = f"postgresql://harvest:x@127.0.0.1:{closed.port}/harvest"
        self.settings["store.dsn"] = "env:AWAY"
        for command in (("serve", "auth", "--check"), ("serve", "all"), ("admin", "db", "status")):
            self.refused(69, f"127.0.0.1:{closed.port}", command=command)

    def check_waits(self, forwarder, text):
        self.certificates()
        process = self.serve(*self.words("serve", "auth"))
        body = self.until("/readyz", 503, process)
        self.assertIn(text, body)
        self.assertEqual(self.health("/livez", self.first + AUTH)[0], 200)
        time.sleep(1)
        self.assertIsNone(process.poll())
        forwarder.open()
        self.until("/readyz", 200, process)
        self.assertIn("the start waits for another server", self.log())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 0)

    def test_a_daemon_waits_for_postgresql(self):
        real = urllib.parse.urlsplit(os.environ["HARVEST_TEST_POSTGRES"])
        forwarder = Forwarder(real.hostname, real.port or 5432)
        self.addCleanup(forwarder.close)
        login = real.netloc.rsplit("@", 1)[0]
        self.env["THROUGH"] = real._replace(netloc=f"{login}@127.0.0.1:{forwarder.port}").geturl()
        self.settings["store.dsn"] = "env:THROUGH"
        self.check_waits(forwarder, f"127.0.0.1:{forwarder.port}")

    def test_a_daemon_waits_for_kafka(self):
        host, port = os.environ["HARVEST_TEST_KAFKA"].split(",")[0].rsplit(":", 1)
        forwarder = Forwarder(host, int(port))
        self.addCleanup(forwarder.close)
        self.settings["kafka.brokers"] = f"127.0.0.1:{forwarder.port}"
        self.settings["kafka.request_timeout"] = "1s"
        self.check_waits(forwarder, "Kafka")

    def test_one_that_waits_can_be_stopped(self):
        self.env["AWAY"] = "postgresql://harvest:x@127.0.0.1:1/harvest"
        self.settings["store.dsn"] = "env:AWAY"
        process = self.serve(*self.words("serve", "auth"))
        self.until("/readyz", 503, process)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)

    def test_a_topic_is_missing_and_may_not_be_made(self):
        self.certificates()
        self.settings["kafka.create_topics"] = "false"
        self.refused(66, f"{self.settings['kafka.prefix']}harvest.", "kafka-topics.sh --create")

    def test_a_certificate_between_daemons(self):
        self.refused(78, "ca.crt", "harvestctl admin key ca init")
        self.certificates()
        self.assertEqual(self.run_words("admin", "key", "ca", "issue", "auth", "--life", "1h", "--dir", self.keys).returncode, 0)
        soon = self.run_words(*self.words("serve", "auth", "--check"))
        self.assertEqual(soon.returncode, 0, soon.stderr)
        self.assertIn("expires soon: harvestctl admin key ca issue auth", soon.stderr)
        request = self.work / "auth.csr"
        openssl = [["req", "-new", "-key", f"{self.keys}/auth.key", "-subj", "/CN=auth", "-out", str(request)],
                   ["x509", "-req", "-in", str(request), "-CA", f"{self.keys}/ca.crt", "-CAkey", f"{self.keys}/ca.key",
                    "-set_serial", "7", "-days", "-1", "-out", f"{self.keys}/auth.crt"]]
        for words in openssl:
            subprocess.run(["openssl", *words], check=True, capture_output=True)
        self.refused(78, "auth.crt: expired at", "harvestctl admin key ca issue auth")

    def test_only_auth_has_the_keys_that_sign(self):
        self.certificates()
        keys = self.work / "data/keys"
        for daemon, count in (("chat", 0), ("auth", 1), ("chat", 1)):
            done = self.run_words(*self.words("serve", daemon, "--check"))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(list(keys.glob("token-*.pem"))), count)
        for key in keys.glob("token-*.pem"):
            key.write_text("no key")
        self.assertEqual(self.run_words(*self.words("serve", "chat", "--check")).returncode, 0)
        self.assertEqual(self.run_words(*self.words("serve", "auth", "--check")).returncode, 74)


class Schema(Case):
    """On both stores."""

    def stores(self):
        yield "postgres", dict(self.settings)
        yield "sqlite", {}

    def test_status_and_migrate(self):
        for name, settings in self.stores():
            with self.subTest(store=name):
                self.settings = settings
                before = self.run_words(*self.words("admin", "db", "status", "-o", "json"))
                self.assertEqual(before.returncode, 1, before.stderr)
                listed = json.loads(before.stdout)
                self.assertEqual(listed["pending"], len(listed["items"]))
                self.assertEqual({row["state"] for row in listed["items"]}, {"pending"})
                plan = json.loads(self.run_words(*self.words("admin", "db", "migrate", "--dry-run", "-o", "json")).stdout)
                self.assertEqual([row["version"] for row in plan["migrations"]], [row["version"] for row in listed["items"]])
                again = json.loads(self.run_words(*self.words("admin", "db", "status", "-o", "json")).stdout)
                self.assertEqual(again, listed) # nothing was done
                self.assertEqual(self.run_words(*self.words("admin", "db", "migrate", "--no-input")).returncode, 64)
                stale = self.run_words(*self.words("admin", "db", "migrate", "--plan", "plan_of_yesterday"))
                self.assertEqual(stale.returncode, 4)
                made = int(plan["plan"][3:11], 16)
                expired = f"pl_{made - 15 * 60:08x}{plan['plan'][11:]}"
                late = self.run_words(*self.words("admin", "db", "migrate", "--plan", expired))
                self.assertEqual(late.returncode, 4)
                self.assertIn("has expired: a plan is good for 15 minutes", late.stderr)
                ends = datetime.datetime.fromisoformat(plan["expires_at"].replace("Z", "+00:00")).timestamp()
                self.assertEqual(ends, made + 15 * 60)
                done = self.run_words(*self.words("admin", "db", "migrate", "--plan", plan["plan"]))
                self.assertEqual(done.returncode, 0, done.stderr)
                after = json.loads(self.run_words(*self.words("admin", "db", "status", "-o", "json")).stdout)
                self.assertEqual({row["state"] for row in after["items"]}, {"applied"})
                self.assertTrue(all(row["applied_at"] and row["checksum"] == row["stored_checksum"] for row in after["items"]))
                self.assertEqual(self.run_words(*self.words("admin", "db", "migrate", "--plan", plan["plan"])).returncode, 0)
                self.assertEqual(self.run_words(*self.words("admin", "db", "status")).returncode, 0)

    def test_an_altered_half_run_or_newer_store_is_told_apart(self):
        self.settings = {}
        self.assertEqual(self.run_words(*self.words("admin", "db", "migrate", "--yes")).returncode, 0)
        faults = [("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1", 74, "not the one that was applied"),
                  ("DELETE FROM schema_migrations WHERE version = 1", 74, "was not applied, though a later one was"),
                  ("INSERT INTO schema_migrations VALUES (9999, 'later', 'x', 1)", 65, "newer program")]
        file = self.work / "data/harvest.db"
        whole = file.read_bytes()
        for statement, code, text in faults:
            with self.subTest(statement=statement):
                file.write_bytes(whole)
                with sqlite3.connect(file) as store:
                    store.execute(statement)
                store.close()
                for command in (("admin", "db", "status"), ("admin", "db", "migrate", "--yes")):
                    self.refused(code, text, command=command)
                self.assertEqual(self.run_words(*self.words("serve", "all", "--check", "--ports-from", "0")).returncode, code)

    def test_several_at_once(self):
        words = self.words("admin", "db", "migrate", "--yes", "-o", "json")
        running = [subprocess.Popen([BINARY, *words], env=self.env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(4)]
        self.assertEqual([(each.communicate()[1], each.returncode)[1] for each in running], [0] * 4)
        status = json.loads(self.run_words(*self.words("admin", "db", "status", "-o", "json")).stdout)
        self.assertEqual({row["state"] for row in status["items"]}, {"applied"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
