"""scripts/run on a machine that has everything: it installs and builds nothing, and what it prints works as printed."""
import os
import pathlib
import re
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("HARVESTCTL", ROOT / "build/release/harvestctl"))


class ScriptsRun(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.TemporaryDirectory()
        self.addCleanup(self.work.cleanup)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("HARVEST")}
        self.env.update(XDG_CONFIG_HOME=self.work.name, NO_COLOR="1")
        self.log = pathlib.Path(self.work.name) / "log"

    def start(self, script, folder, *data):
        with open(self.log, "w") as log:
            self.run = subprocess.Popen([script, *(data or ["--ephemeral"]), "--bots", "2", "--ports-from", "0"], cwd=folder, env=self.env,
                                        stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        self.addCleanup(self.end)
        self.said = b""
        until = time.monotonic() + 240  # where it is the first build after a change
        while b"Ctrl-C stops it\n" not in self.said:
            if not select.select([self.run.stdout], [], [], max(0, until - time.monotonic()))[0]:
                self.fail(f"not up in time: {self.said.decode()}")
            chunk = os.read(self.run.stdout.fileno(), 65536)
            self.assertTrue(chunk, f"it ended: {self.said.decode()}\n{self.log.read_text()[-2000:]}")
            self.said += chunk
        return self.said.decode()

    def end(self):
        if self.run.poll() is None:
            os.killpg(self.run.pid, signal.SIGKILL)
        self.run.wait()
        self.run.stdout.close()

    def interrupt(self):
        """Ctrl-C: a terminal sends it to the whole group. What is said then."""
        os.killpg(self.run.pid, signal.SIGINT)
        rest = self.run.stdout.read().decode()
        self.assertEqual(self.run.wait(60), 0, self.log.read_text()[-2000:])
        return rest

    def works_as_printed(self, command, folder):
        done = subprocess.run(command, shell=True, cwd=folder, env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def check(self, script, folder):
        said = self.start(script, folder)
        self.assertNotIn("installing", said)
        data = pathlib.Path(re.search(r"operator's token (\S+)/admin\.token", said)[1])
        url = re.search(r"REST (https://\S+)", said)[1]
        trust = ssl.create_default_context(cafile=data / "keys/tls.crt")
        with urllib.request.urlopen(url + "/.well-known/jwks.json", timeout=10, context=trust) as reply:
            self.assertEqual(reply.status, 200)
        self.assertIn("gateway", self.works_as_printed(re.search(r"next: (.*?)   Ctrl-C", said)[1], folder))
        path = re.search(r"== to call it by its name in another terminal: (.*)", said)
        named = "harvestctl admin health --context demo"
        self.works_as_printed(f"{path[1]}; {named}" if path else named, folder)

        goodbye = self.interrupt()
        self.assertRegex(goodbye, r"^stopped after serving for \d+(s|m\d\ds)   its temporary data is removed\n")
        self.assertFalse(data.exists())
        again = re.search(r"\na new game: (.* serve all --ephemeral --bots 2 --ports-from 0)\n$", goodbye)
        self.assertTrue(again, goodbye)
        self.works_as_printed(again[1] + " --check", folder)
        return said

    def test_it_serves_and_says_goodbye_and_a_second_run_has_nothing_to_do(self):
        self.check("scripts/run", ROOT)
        said = self.check(str(ROOT / "scripts/run"), self.work.name)  # from anywhere
        self.assertIn("ninja: no work to do", said)

    def test_paths_are_those_of_the_caller(self):
        self.start(str(ROOT / "scripts/run"), self.work.name, "--data-dir", "my data")
        self.assertTrue((pathlib.Path(self.work.name) / "my data/admin.token").exists())
        goodbye = self.interrupt()
        self.assertIn("everything is kept in my data\n", goodbye)
        again = re.search(r"\nstart it again: (.* --data-dir 'my data' .*)\n$", goodbye)
        self.assertTrue(again, goodbye)
        self.works_as_printed(again[1] + " --check", self.work.name)

    def test_a_reader_that_is_gone_keeps_nothing_temporary(self):
        said = self.start("scripts/run", ROOT)
        data = pathlib.Path(re.search(r"operator's token (\S+)/admin\.token", said)[1])
        self.run.stdout.close()
        os.killpg(self.run.pid, signal.SIGINT)
        self.assertEqual(self.run.wait(60), 0, self.log.read_text()[-2000:])
        self.assertFalse(data.exists())

    def test_what_is_kept_is_named(self):
        data = f"{self.work.name}/my data"
        command = [BINARY, "serve", "all", "--data-dir", data, "--ports-from", "0"]
        done = subprocess.run([*command, "--check"], env=self.env, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("stopped after", done.stdout)
        with open(self.log, "w") as log:
            self.run = subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        self.addCleanup(self.end)
        self.assertTrue(self.run.stdout.readline().startswith(b"ready in "))
        goodbye = self.interrupt()
        self.assertIn(f"everything is kept in {data}\n", goodbye)
        self.assertIn(f"start it again: {BINARY} serve all --data-dir '{data}' --ports-from 0\n", goodbye)


if __name__ == "__main__":
    if BINARY.resolve() != (ROOT / "build/release/harvestctl").resolve():
        sys.exit(77)  # scripts/run would build another one
    unittest.main(verbosity=2)
