"""Every reading command on a live system: each -o parses, each example of its help runs, and a bad reload changes nothing."""
import base64
import csv
import io
import json
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harvest_system import BINARY, ROOT, System  # noqa: E402

READING = ["admin status", "admin health", "admin match list", "admin player list", "admin queue list", "admin ledger check",
           "admin events", "admin kafka topics", "admin kafka lag --interval 50ms", "admin kafka describe harvest.user",
           "admin kafka groups", "admin projections list", "admin kafka offsets show chat", "admin kafka parked list",
           "admin kafka consume harvest.user --exit-at-end", "admin key list", "admin audit list", "admin audit verify",
           "admin context list", "admin game check", "admin explain unavailable", "config print", "config check", "version",
           "admin player get @demo_1_0001", "admin player sanctions @demo_1_0001", "admin ledger show mint",
           "admin session list --player @demo_1_0001", "admin report list", "admin tournament list", "admin season status",
           "admin wait system", "loadtest scenarios", "loadtest lint smoke", "config diff config/all_in_one.yaml config/all_in_one.yaml"]
NOT_READ_HERE = {"serve": "answers nothing", "loadtest run": "e2e_start and smoke", "admin match get": "e2e_content_reload",
                 "admin replay": "e2e_first_run", "admin queue explain": "e2e_queue", "admin report get": "e2e_reports",
                 "admin tournament get": "e2e_tournament", "admin kafka parked show": "test_eventlog", "admin context use": "test_a_context_is_chosen",
                 "admin key ca": "makes files: e2e_private_ca", "admin db status": "e2e_start", "admin queue simulate": "of a file: its examples",
                 "admin game balance": "its verdict may stay open: its examples"}


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System().start()
        cls.run_words("admin", "seed", "--set", "demo", "--players", "5")

    @classmethod
    def tearDownClass(cls):
        cls.system.close()

    @classmethod
    def run_words(cls, *words):
        return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=240, cwd=ROOT, env=cls.system.env)

    def test_every_format_of_every_reading_command(self):
        for line in READING:
            for form in ("table", "wide", "json", "jsonl", "yaml", "csv", "name"):
                with self.subTest(line=line, form=form):
                    done = self.run_words(*shlex.split(line), "-o", form)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertNotIn("\x1b", done.stdout)
                    if form == "json":
                        whole = json.loads(done.stdout)
                        self.assertEqual(whole["api_version"], "harvest.ops/v1")
                        self.assertEqual(list(whole)[:2], ["api_version", "kind"])
                    if form == "jsonl":
                        for each in done.stdout.splitlines():
                            json.loads(each)
                    if form == "csv":
                        rows = list(csv.reader(io.StringIO(done.stdout)))
                        self.assertLessEqual(len({len(row) for row in rows}), 1)
            done = self.run_words(*shlex.split(line), "-o", "tabel")
            self.assertEqual(done.returncode, 64)
            self.assertIn("did you mean: table", done.stderr)

    def commands(self):
        listed = self.run_words("docs", "commands").stdout
        paths = [re.match(r"harvestctl ((?:[a-z-]+ ?)+)", each).group(1).strip() for each in listed.splitlines() if each.startswith("harvestctl")]
        self.assertGreater(len(paths), 80)
        return paths

    def test_every_reading_command_is_tried_here_or_named_with_its_test(self):
        tried = [line + " " for line in READING] + [path + " " for path in NOT_READ_HERE]
        for each in tried:
            self.assertTrue(any(each.startswith(path + " ") or (path + " ").startswith(each) for path in self.commands()), f"no such command: {each}")
        for path in self.commands():
            help_text = self.run_words(*path.split(), "--help").stdout
            if "--output" not in help_text or "--reason" in help_text or "--yes" in help_text:
                continue
            self.assertTrue(any((path + " ").startswith(each) or each.startswith(path + " ") for each in tried), f"nothing tries -o with {path}")

    def test_a_context_is_chosen(self):
        file = self.system.home / ".config/harvest/contexts.yaml"
        before = file.read_text()
        self.addCleanup(file.write_text, before)
        with tempfile.TemporaryDirectory() as empty:
            file.write_text(before + f'  elsewhere:\n    data_dir: "{empty}"\n')
            self.assertEqual(self.run_words("admin", "context", "use", "elsewhere").stdout, "elsewhere is the context from now on\n")
            self.assertEqual(self.run_words("admin", "status").returncode, 69)
            listed = json.loads(self.run_words("admin", "context", "list", "-o", "json").stdout)["items"]
            self.assertEqual([each["name"] for each in listed if each["current"]], ["elsewhere"])
            here, = (each["name"] for each in listed if not each["current"])
            self.assertEqual(self.run_words("admin", "context", "use", here, "-o", "name").stdout, here + "\n")
            self.assertEqual(self.run_words("admin", "status").returncode, 0)
            wrong = self.run_words("admin", "context", "use", "nowhere")
            self.assertEqual(wrong.returncode, 66)
            self.assertIn("nowhere", wrong.stderr)
            self.assertEqual(self.run_words("admin", "status").returncode, 0)

    def test_the_examples_of_help_run(self):
        paths = self.commands()
        tried = 0
        self.make_what_examples_name()
        for path in paths:
            if path.startswith(("serve", "loadtest run", "admin replay", "admin match get", "admin queue explain", "admin context use", "admin key ca",
                                "admin report get", "admin report take", "admin report close", "admin tournament get", "admin tournament start",
                                "admin context unlock", "admin undo", "admin tournament drop", "admin tournament override", "admin tournament end")):
                continue
            help_text = self.run_words(*path.split(), "--help").stdout
            for example in re.findall(r"^  (harvestctl .*)$", help_text.split("examples:")[1].split("flags:")[0], re.M):
                with self.subTest(example=example):
                    example = re.sub(r"\w+\.jsonl", lambda name: str(self.system.work / name[0]), example)
                    done = self.run_words(*shlex.split(example)[1:])
                    allowed = (0, 1) if path in ("config diff", "admin db status") else (0,)
                    if path == "admin kafka offsets reset":
                        allowed = (4,)  # this system reads for the group
                    if path == "admin game balance" and "--games" not in example:
                        allowed = (0, 3) # 2,000 games may leave the verdict open
                    self.assertIn(done.returncode, allowed, done.stderr)
                    tried += 1
        self.assertGreater(tried, 60)

    def make_what_examples_name(self):
        """Tickets and events in files, and a record that was set aside."""
        tickets = [{"mode": "ranked", "queued_at": f"2026-11-23T09:00:0{i}Z", "rating": 1400 + 50 * i} for i in range(5)]
        (self.system.work / "day.jsonl").write_text("".join(json.dumps(each) + "\n" for each in tickets))
        player, message = "p_01JDBQ6W5R9YN2M4T73R6W1XYZ", "c_01JDBQ6W5R9YN2M4T73R6W1CCC"
        said = {"type": "harvest.chat.message.submitted.v1", "key": "room:test",
                "data": {"message": message, "channel": "room:test", "author": player, "name": "moss", "text": "good game"}}
        parked = {"id": "parked:harvest.game:2:88119", "type": "harvest.parked.v1", "key": "m_1",
                  "data": {"reason": "no ce_id", "topic": "harvest.game", "partition": 2, "offset": 88119, "group": "match",
                           "key": "bV8x", "value": "bm90IGFuIGV2ZW50"}}
        value = base64.urlsafe_b64encode(json.dumps(said["data"]).encode()).decode().rstrip("=")
        unfit = {"id": "parked:harvest.chat:2:88119", "type": "harvest.parked.v1", "key": "room:test",
                 "data": {"reason": "ce_specversion is not 1.0", "topic": "harvest.chat", "partition": 2, "offset": 88119,
                          "group": "chat", "key": "cm9vbTp0ZXN0", "value": value, "remains": {"type": said["type"]}}}
        for name, topic, event in (("events.jsonl", "harvest.chat", said), ("parked.jsonl", "harvest.game.parked", parked),
                                   ("unfit.jsonl", "harvest.chat.parked", unfit)):
            path = self.system.work / name
            path.write_text(json.dumps(event) + "\n")
            done = self.run_words("admin", "kafka", "produce", topic, "--from-file", str(path), "--reason", "test", "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)
        for _ in range(100):  # until chat has committed what it read
            show = ("admin", "kafka", "offsets", "show", "chat", "--export", str(self.system.work / "offsets.jsonl"))
            if self.run_words(*show, "-o", "name").stdout:
                return
            time.sleep(0.1)
        self.fail("chat has committed nothing")

    def test_a_watch_goes_on_until_it_is_stopped(self):
        for words, kind in ((("admin", "status", "instance"), "DaemonList"), (("admin", "health"), "Health")):
            for form in ("json", "jsonl"):
                with self.subTest(words=words, form=form):
                    watch = subprocess.Popen([BINARY, *words, "--watch", "--interval", "20ms", "-o", form], stdout=subprocess.PIPE,
                                             stderr=subprocess.PIPE, text=True, cwd=ROOT, env=self.system.env)
                    rounds = [json.loads(watch.stdout.readline()) for _ in range(3)]  # it flows in a pipe
                    watch.send_signal(signal.SIGINT)
                    rest, errors = watch.communicate(timeout=10)
                    self.assertEqual((watch.returncode, errors), (130, ""))
                    rounds += [json.loads(line) for line in rest.splitlines()]
                    self.assertEqual({each["kind"] for each in rounds}, {kind})
                    self.assertTrue(all(each["items"] for each in rounds))
        for form in ("table", "wide", "json", "jsonl", "yaml", "csv", "name"):
            with self.subTest(form=form):
                done = self.run_words("admin", "health", "--watch", "--exit-when-healthy", "-o", form)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertTrue(done.stdout)
        nobody = self.run_words("admin", "status", "nobody", "--watch")
        self.assertEqual((nobody.returncode, nobody.stdout), (66, ""))

    def test_errors_are_objects_for_programs(self):
        done = self.run_words("admin", "player", "get", "@nobody_here", "-o", "json")
        self.assertEqual(done.returncode, 66)
        self.assertEqual(done.stdout, "")
        self.assertEqual(json.loads(done.stderr)["error"]["code"], "not_found")

    def test_words_that_are_no_text_are_a_clear_refusal(self):
        for words in (("config", "check", b"/nope\xff.yaml"), ("loadtest", "lint", b"\xff", "-o", "json"), (b"ad\xc3min",)):
            with self.subTest(words=words):
                done = subprocess.run([BINARY, *words], capture_output=True, timeout=60, cwd=ROOT, env=self.system.env)
                self.assertEqual((done.returncode, done.stdout), (64, b""))
                said = done.stderr.decode()  # UTF-8, whatever was typed
                self.assertIn("is not UTF-8", said)
                if "json" in words:
                    self.assertEqual(json.loads(said)["error"]["code"], "invalid_argument")

    def test_a_change_that_nobody_answers_is_not_told_as_undone(self):
        """A system that takes the request and says nothing: for all that is known, it was done."""
        with tempfile.TemporaryDirectory(prefix="harvest-mute-") as folder, socket.socket(socket.AF_UNIX) as mute:
            mute.bind(f"{folder}/admin.sock")
            mute.listen()
            for words, code in ((("reload",), "in_doubt"), (("seed", "--players", "5", "--yes"), "timed_out")):  # a plan changes nothing
                with self.subTest(words=words):
                    done = self.run_words("admin", *words, "--data-dir", folder, "--timeout", "1s", "-o", "json")
                    error = json.loads(done.stderr)["error"]
                    self.assertEqual((done.returncode, error["code"]), (124, code))
                    self.assertEqual("audit list" in error["hint"], code == "in_doubt")

    def test_faults_of_content_are_told_as_people_read_them(self):
        record = self.system.work / "record.json"
        record.write_text("{}")
        done = self.run_words("admin", "replay", str(record), "--set", "content_dir=/nowhere")
        self.assertEqual((done.returncode, done.stdout), (65, ""))
        self.assertIn("  battle.yaml:1:1: cannot be read: /nowhere/battle.yaml\n", done.stderr)
        self.assertNotIn("[harvest", done.stderr)

    def test_a_change_asks_and_is_audited(self):
        ban = ["admin", "ban", "@demo_1_0002", "--for", "7d", "--reason", "case 5512"]
        self.assertEqual(self.run_words(*ban).returncode, 64)  # nobody can be asked
        plan = json.loads(self.run_words(*ban, "--dry-run", "-o", "json").stdout)
        self.assertEqual(plan["kind"], "Plan")
        self.assertEqual(self.run_words(*ban, "--plan", "pl_000000000000").returncode, 4)
        done = self.run_words(*ban, "--plan", plan["id"], "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        audit = json.loads(done.stdout)["audit"]
        records = self.system.json("admin", "audit", "list")["items"]
        self.assertEqual([r["outcome"] for r in records if r["id"] == audit], ["success", "intent"])
        self.assertTrue(self.system.json("admin", "audit", "verify")["intact"])
        self.assertEqual(self.run_words("admin", "unban", "@demo_1_0002").returncode, 0)

    def test_a_mute_is_lifted_again(self):
        mute = ["admin", "mute", "@demo_1_0003", "--for", "10m", "--reason", "case 5513"]
        self.assertEqual(self.run_words("admin", "mute", "@demo_1_0003").returncode, 64)  # a reason is needed
        self.assertEqual(self.run_words(*mute).returncode, 0)  # mild: nobody is asked
        held = json.loads(self.run_words("admin", "player", "sanctions", "@demo_1_0003", "-o", "json").stdout)["items"]
        self.assertEqual([(each["kind"], each["scope"], each["reason"]) for each in held], [("mute", "chat", "case 5513")])
        self.assertEqual(self.run_words("admin", "unmute", "@demo_1_0003").returncode, 0)
        again = self.run_words("admin", "unmute", "@demo_1_0003")
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("no mute", again.stderr)

    def test_a_reload_says_what_it_did(self):
        done = self.run_words("admin", "reload")
        self.assertEqual((done.returncode, done.stdout), (0, "configuration: nothing has changed; game content: nothing has changed\n"))
        self.system.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(self.system.process.poll())
        self.assertEqual(self.run_words("admin", "health").returncode, 0)

    def test_a_closed_pipe_is_silent(self):
        done = subprocess.run(f"{BINARY} admin ledger check -o jsonl | head -1", shell=True, capture_output=True, text=True,
                              env=self.system.env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
