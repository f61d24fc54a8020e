"""The event log from the command line, embedded and on a real Kafka, while bots play: what is really emitted fits the schemas."""
import base64
import json
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from harvest_system import BINARY, QUICK_HOUSE_BOTS, ROOT, System, ended_matches, wait_until  # noqa: E402
from cluster import distributed_settings  # noqa: E402

SCHEMAS = ROOT / "config/schemas/events"
TOPICS = ["harvest.user", "harvest.game", "harvest.battle", "harvest.chat", "harvest.system"]
PARKED = {"id": "parked:harvest.game:2:88119", "type": "harvest.parked.v1", "key": "m_1",
          "data": {"reason": "no ce_id", "topic": "harvest.game", "partition": 2, "offset": 88119, "group": "match",
                   "key": "bV8x", "value": "bm90IGFuIGV2ZW50"}}


def chat(number, author="p_01JDBQ6W5R9YN2M4T73R6W1XYZ"):
    message = f"c_01JDBQ6W5R9YN2M4T73R6W{number:04d}"
    return {"id": f"e_01JDBQ6W5R9YN2M4T73R6W{number:04d}", "type": "harvest.chat.message.submitted.v1", "key": "room:test",
            "data": {"message": message, "channel": "room:test", "author": author, "name": "moss", "text": "good game"}}


def parked_chat(number, said):
    def coded(text):
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    return {"id": f"parked:harvest.chat:0:{number}", "type": "harvest.parked.v1", "key": said["key"],
            "data": {"reason": "test", "topic": "harvest.chat", "partition": 0, "offset": number, "group": "chat",
                     "key": coded(said["key"]), "value": coded(json.dumps(said["data"]))}}


def on_kafka():
    """Flags for an event log on Kafka beside an embedded store, with topics of this run alone."""
    flags = []
    for key, value in distributed_settings().items():
        if key.startswith(("event_log.", "kafka.")):
            flags += ["--set", f"{key}={value}"]
    return flags


def lines(*events):
    return "".join(json.dumps(each) + "\n" for each in events)


class Embedded(unittest.TestCase):
    where = staticmethod(lambda: [])

    @classmethod
    def setUpClass(cls):
        cls.system = System("--bots", "8", *QUICK_HOUSE_BOTS, *cls.where()).start()
        wait_until(lambda: len(ended_matches(cls.system)) >= 3, 90, "three matches")

    @classmethod
    def tearDownClass(cls):
        cls.system.close()

    def run_words(self, *words, stdin=None):
        return subprocess.run([BINARY, *words], input=stdin, capture_output=True, text=True, timeout=60, cwd=ROOT,
                              env=self.system.env)

    def good(self, *words, stdin=None):
        done = self.run_words(*words, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout[-2000:])
        return done.stdout

    def consume(self, topic, *flags):
        return [json.loads(line) for line in self.good("admin", "kafka", "consume", topic, *flags, "-o", "jsonl").splitlines()]

    def failure(self, code, *words, stdin=None):
        """The three lines of an error."""
        done = self.run_words(*words, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertLessEqual(len(done.stderr.splitlines()), 3)
        return done.stderr

    def test_every_event_that_is_really_emitted_fits_its_schema(self):
        self.good("admin", "ban", "@" + self.system.json("admin", "player", "list")["items"][0]["name"], "--for", "1s",
                  "--reason", "test", "--yes")
        wait_until(lambda: "player.ban" in self.good("admin", "events", "--type", "system.*", "-o", "json"), 10, "the ban is told")
        seen = set()
        for topic in TOPICS:
            events = self.good("admin", "kafka", "consume", topic, "--exit-at-end", "-o", "jsonl")
            seen |= {json.loads(line)["type"] for line in events.splitlines()}
            if not events:
                continue
            plan = json.loads(self.good("admin", "kafka", "produce", topic, "--dry-run", "-o", "json", stdin=events))
            self.assertEqual(plan["affects"]["events"], len(events.splitlines()))
        known = {path.stem for path in SCHEMAS.glob("*.json")}
        self.assertLessEqual(seen, known)
        for type_ in ("harvest.user.registered.v1", "harvest.user.login.v1", "harvest.user.sanctioned.v1",
                      "harvest.user.session.revoked.v1", "harvest.game.match.started.v1", "harvest.game.match.ended.v1",
                      "harvest.battle.commands.v1", "harvest.system.admin.acted.v1"):
            self.assertIn(type_, seen)

    def test_produce_takes_what_consume_gave_and_appends_nothing_twice(self):
        before = self.good("admin", "kafka", "consume", "harvest.user", "--exit-at-end", "-o", "jsonl")
        self.good("admin", "kafka", "produce", "harvest.user", "--reason", "test", "--yes", "--max-affected", "100000", stdin=before)
        after = self.good("admin", "kafka", "consume", "harvest.user", "--exit-at-end", "-o", "jsonl")
        ids = [json.loads(line)["id"] for line in after.splitlines()]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual([json.loads(line)["id"] for line in before.splitlines()], ids[:len(before.splitlines())])

    def test_consume_finds_by_place_time_key_and_field(self):
        everything = self.consume("harvest.game", "--type", "game.match.*", "--exit-at-end")
        self.assertEqual([e["id"] for e in self.consume("harvest.game", "--type", "game.match.*", "--max", "2")],
                         [e["id"] for e in everything[:2]])
        ended = self.consume("harvest.game", "--type", "harvest.game.match.ended.v1", "--exit-at-end")
        self.assertGreaterEqual(len(ended), 3)
        one = ended[0]
        found = self.consume("harvest.game", "--key", one["key"], "--exit-at-end")
        self.assertEqual({e["key"] for e in found}, {one["key"]})
        self.assertEqual([e["type"] for e in found], ["harvest.game.match.started.v1", "harvest.game.match.ended.v1"])
        player = one["data"]["players"][1]
        theirs = self.consume("harvest.game", "--where", f"players={player}", "--where", "type!=harvest.game.match.started.v1",
                              "--exit-at-end")
        self.assertTrue(theirs)
        self.assertTrue(all(player in e["data"]["players"] for e in theirs))
        later = self.consume("harvest.game", "--from", "@" + one["time"], "--exit-at-end")
        self.assertTrue(all(e["time"] >= one["time"] for e in later))
        self.assertIn(one["id"], [e["id"] for e in later])
        earlier = self.consume("harvest.game", "--to", "@" + one["time"], "--exit-at-end")
        self.assertTrue(all(e["time"] < one["time"] for e in earlier))
        self.assertTrue(all(int(e["offset"]) < 2 for e in self.consume("harvest.game", "--to", "2", "--exit-at-end")))
        self.assertTrue(all(int(e["offset"]) >= 1 for e in self.consume("harvest.game", "--from", "1", "--exit-at-end")))
        self.assertEqual(self.consume("harvest.game", "--from", "end"), [])
        self.assertEqual(len(self.consume("harvest.game", "--follow", "--max", "2")), 2)
        # The order of a partition is kept.
        for partition in range(4):
            offsets = [int(e["offset"]) for e in everything if e["partition"] == partition]
            self.assertEqual(offsets, sorted(offsets))

    def test_errors_say_what_was_meant(self):
        self.assertIn("did you mean: harvestctl admin kafka consume harvest.game",
                      self.failure(66, "admin", "kafka", "consume", "harvest.gaem"))
        self.assertIn("did you mean: harvestctl admin kafka describe harvest.user",
                      self.failure(66, "admin", "kafka", "describe", "harvest.usr"))
        self.assertIn("did you mean chat", self.failure(66, "admin", "kafka", "offsets", "show", "chta"))
        for flags in (("--from", "yesterday"), ("--to", "-5"), ("--where", "mode"), ("--from", "@soon"),
                      ("--follow", "--exit-at-end")):
            self.failure(64, "admin", "kafka", "consume", "harvest.game", *flags)
        produce = ("admin", "kafka", "produce")
        self.assertIn("did you mean: harvestctl admin kafka produce harvest.chat",
                      self.failure(66, *produce, "harvest.chatt", "--yes", stdin=lines(chat(1))))
        bad = chat(2)
        del bad["data"]["text"]
        self.assertIn("line 2: data.text: is missing", self.failure(65, *produce, "harvest.chat", "--yes", stdin=lines(chat(1), bad)))
        self.assertIn("line 1: type: harvest.chat.message.submitted.v1 belongs to harvest.chat",
                      self.failure(65, *produce, "harvest.game", "--yes", stdin=lines(chat(1))))
        self.assertIn("line 1: is no JSON object", self.failure(65, *produce, "harvest.chat", "--yes", stdin="[\n"))
        self.assertIn("nothing to produce", self.failure(65, *produce, "harvest.chat", "--yes", stdin=""))
        self.failure(66, *produce, "harvest.chat", "--from-file", "/nowhere", "--yes")
        self.assertIn("nobody can be asked", self.failure(64, *produce, "harvest.chat", stdin=lines(chat(1))))
        ids = [e["id"] for e in self.consume("harvest.chat", "--exit-at-end")]
        self.assertNotIn(chat(1)["id"], ids)  # none of these changed anything

    def test_what_was_set_aside_is_listed_and_shown(self):
        self.good("admin", "kafka", "produce", "harvest.game.parked", "--reason", "test", "--yes", stdin=lines(PARKED))
        of_game = ("admin", "kafka", "parked", "list", "--topic", "harvest.game")
        listed = json.loads(self.good(*of_game, "-o", "json"))
        self.assertEqual([(e["id"], e["reason"], e["topic"]) for e in listed["items"]],
                         [(PARKED["id"], "no ce_id", "harvest.game")])
        self.assertEqual(self.good(*of_game, "-o", "name"), PARKED["id"] + "\n")
        self.assertEqual(self.good("admin", "kafka", "parked", "list", "--topic", "harvest.user", "-o", "name"), "")
        shown = json.loads(self.good("admin", "kafka", "parked", "show", PARKED["id"], "-o", "json"))
        self.assertEqual((shown["key"], shown["value"]), ("m_1", "not an event"))
        self.failure(66, "admin", "kafka", "parked", "show", "parked:harvest.game:2:1")
        self.good("admin", "kafka", "parked", "drop", PARKED["id"], "--reason", "broken", "--yes")
        self.assertEqual(self.good(*of_game, "-o", "name"), "")
        self.assertEqual(self.good(*of_game, "--state", "dropped", "-o", "name"), PARKED["id"] + "\n")
        self.assertIn("was dropped already", self.failure(4, "admin", "kafka", "parked", "drop", PARKED["id"], "--yes"))
        redrive = ("admin", "kafka", "parked", "redrive", PARKED["id"], "--yes")
        self.assertIn("it tells no type: give --type", self.failure(4, *redrive))
        self.failure(4, *redrive, "--type", "harvest.game.match.ended.v1")

    def test_what_was_set_aside_is_put_back_and_has_its_effect_once(self):
        room = "room:lobby"
        players = self.system.json("admin", "player", "list")["items"]
        said = [dict(chat(70 + number, players[number]["id"]), key=room) for number in range(5)]
        for each in said:
            each["data"]["channel"] = room
        self.good("admin", "kafka", "produce", "harvest.chat", "--reason", "test", "--yes", stdin=lines(said[0]))
        records = [parked_chat(number, each) for number, each in enumerate(said)]
        records[0]["data"]["event"] = {"id": said[0]["id"], "type": said[0]["type"], "source": "operator",
                                       "time": "2026-11-23T01:00:00.000Z"}
        for each in records[1:4]:
            each["data"]["remains"] = {"type": said[0]["type"]}
        self.good("admin", "kafka", "produce", "harvest.chat.parked", "--reason", "test", "--yes", stdin=lines(*records))
        redrive = ("admin", "kafka", "parked", "redrive")
        self.failure(64, *redrive, "--yes")
        self.failure(66, *redrive, "parked:harvest.chat:9:9", "--yes")
        self.assertIn("5 records are more than 4",
                      self.failure(4, *redrive, "--topic", "harvest.chat", "--max-affected", "4", "--yes"))
        plan = json.loads(self.good(*redrive, "--topic", "harvest.chat", "--dry-run", "-o", "json"))
        self.assertEqual(plan["affects"], {"records": 4, "refused": 1})
        self.assertEqual(plan["changes"][0], f"{records[0]['id']} -> harvest.chat as {said[0]['id']}~1")
        self.assertIn("tells no type", plan["changes"][-1])
        self.failure(4, *redrive, "--topic", "harvest.chat", "--plan", "pl_000000000000")

        began = time.monotonic()
        done = self.run_words(*redrive, "-", "--rate", "2", "--reason", "mended", "--yes", "-o", "json",
                              stdin="".join(each["id"] + "\n" for each in records))
        self.assertEqual(done.returncode, 2, done.stderr)  # one tells no type
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertEqual(json.loads(done.stdout)["affected"], {"records": 4, "refused": 1})
        for again in (records[0]["id"], records[1]["id"]):
            self.assertIn("was redriven already", self.failure(4, *redrive, again, "--yes"))
        listed = ("admin", "kafka", "parked", "list", "--topic", "harvest.chat", "-o", "name")
        self.assertEqual(self.good(*listed), records[4]["id"] + "\n")
        self.assertEqual(sorted(self.good(*listed, "--state", "redriven").split()), [each["id"] for each in records[:4]])
        self.good(*redrive, records[4]["id"], "--type", said[0]["type"], "--yes")

        def told(type_):
            messages = {each["data"]["message"] for each in said}
            return [e for e in self.consume("harvest.chat", "--key", room, "--type", type_, "--exit-at-end")
                    if e["data"]["message"] in messages]

        asked = [e["id"] for e in told(said[0]["type"])]
        self.assertEqual(sorted(asked), sorted([said[0]["id"], said[0]["id"] + "~1",
                                                *[f"redriven:harvest.chat:0:{number}" for number in range(1, 5)]]))
        posted = "harvest.chat.message.posted.v2"
        wait_until(lambda: len(told(posted)) >= len(said), 20, "chat to post them")
        self.assertEqual(sorted(e["data"]["message"] for e in told(posted)), [each["data"]["message"] for each in said])

    def test_produce_keeps_to_its_rate(self):
        events = [dict(chat(number), key="room:rate") for number in range(80, 85)]
        produce = ("admin", "kafka", "produce", "harvest.chat", "--reason", "test", "--yes")
        began = time.monotonic()
        self.good(*produce, "--rate", "2", stdin=lines(*events))
        self.assertGreater(time.monotonic() - began, 1.9)
        self.assertEqual([e["id"] for e in self.consume("harvest.chat", "--key", "room:rate", "--type", events[0]["type"],
                                                        "--exit-at-end")], [e["id"] for e in events])
        slow = self.failure(64, *produce, "--rate", "1", "--timeout", "5s", stdin=lines(*events, *events))
        self.assertIn("take longer than the command may", slow)


class OnKafka(Embedded):
    where = staticmethod(on_kafka)


class EmbeddedOffsets(unittest.TestCase):
    where = staticmethod(lambda: [])
    reader, kept = "chat/0", "30d"

    def test_a_group_is_moved_while_nobody_reads_and_only_then(self):
        system = System(*self.where()).start()
        try:
            self.moves(system)
        finally:
            system.close()

    def moves(self, system):
        def run(*words, stdin=None):
            return subprocess.run([BINARY, "admin", "kafka", *words], input=stdin, capture_output=True, text=True, timeout=60,
                                  env=system.env)

        def offsets():
            items = json.loads(run("offsets", "show", "chat", "-o", "json").stdout)["items"]
            return {each["partition"]: (int(each["committed"]), int(each["end"])) for each in items}

        events = lines(*[chat(number) for number in range(5)])
        done = run("produce", "harvest.chat", "--reason", "test", "--yes", stdin=events)
        self.assertEqual(done.returncode, 0, done.stderr)
        moved = wait_until(lambda: [p for p, (committed, end) in offsets().items() if end >= 5 and committed == end], 20,
                           "chat has read what was produced")
        part = str(moved[0])
        reset = ("offsets", "reset", "chat", "--topic", "harvest.chat", "--partition", part, "--reason", "again")
        active = run(*reset, "--to", "start", "--yes")
        self.assertEqual(active.returncode, 4, active.stderr)
        self.assertIn(f"is read by {self.reader}", active.stderr)
        self.assertEqual(len(active.stderr.splitlines()), 3)
        self.assertIn(self.kept, run("describe", "harvest.chat").stdout)
        group = json.loads(run("groups", "-o", "json").stdout)["items"][0]
        self.assertEqual((group["group"], group["state"], group["readers"]), ("chat", "active", 1))

        self.assertEqual(system.stop(), 0)
        system.arguments += ["--except", "chat"]
        system.start()
        before = offsets()
        plan = json.loads(run(*reset, "--to", "2", "--dry-run", "-o", "json").stdout)
        end = before[moved[0]][0]
        self.assertEqual(plan["changes"], [f"harvest.chat:{part}  {end} -> 2   {end - 2} events again"])
        self.assertEqual(offsets(), before)
        self.assertEqual(run(*reset, "--to", "2", "--plan", "pl_000000000000").returncode, 4)
        done = run(*reset, "--to", "2", "--plan", plan["id"], "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(offsets()[moved[0]][0], 2)
        stuck = [json.loads(line) for line in run("lag", "--stuck-only", "--interval", "100ms", "-o", "jsonl").stdout.splitlines()]
        self.assertEqual([(each["group"], each["lag_messages"], each["eta_seconds"]) for each in stuck], [("chat", end - 2, None)])
        self.assertIn("never", run("lag", "--interval", "100ms").stdout)
        self.assertEqual(run("offsets", "reset", "chat", "--topic", "harvest.chat", "--to", "@-1h", "--partition", "77",
                             "--yes").returncode, 66)
        self.assertEqual(run("offsets", "reset", "chat", "--topic", "harvest.chat", "--yes").returncode, 64)
        self.shifts_exports_and_imports(run, offsets, moved[0], end, system.work / "offsets.jsonl")
        undo = json.loads(done.stdout)["undo"].split()[1:]
        system.run(*undo, "--yes")
        self.assertEqual(offsets(), before)


    def shifts_exports_and_imports(self, run, offsets, part, end, kept):
        """From offset 2, and back to it."""
        reset = ("offsets", "reset", "chat", "--reason", "test", "--yes")
        here = ("--topic", "harvest.chat", "--partition", str(part))
        self.assertEqual(run("offsets", "show", "chat", "--export", str(kept)).returncode, 0)
        self.assertEqual(kept.read_text(), run("offsets", "show", "chat", "-o", "jsonl").stdout)
        self.assertEqual(kept.read_text(), run("offsets", "show", "chat", "--export", "-").stdout)
        self.assertEqual(run("offsets", "show", "chat", "--export", "/nowhere/offsets.jsonl").returncode, 73)
        for shift, there in (("1", 3), ("-1000", 0), ("1000", end)):
            done = run(*reset, *here, "--shift", shift)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(offsets()[part][0], there)
        for flags, code, words in ((("--shift", "1", "--topic", "harvest.chat", "--partition", "77"), 66, "nothing is committed"),
                                   (("--shift", "ten", *here), 64, "takes a difference"),
                                   (("--shift", "1", "--to", "end", *here), 64, "needs one of --to"),
                                   (("--to-time", "soon", *here), 64, "is no time"),
                                   (("--import", "/nowhere/offsets.jsonl"), 66, "cannot be read"),
                                   (("--import", str(kept), "--topic", "harvest.user"), 65, "nothing to import")):
            failed = run(*reset, *flags)
            self.assertEqual(failed.returncode, code, failed.stderr)
            self.assertIn(words, failed.stderr)
        other = run(*reset, "--import", "-", stdin=kept.read_text().replace('"chat"', '"match"'))
        self.assertEqual((other.returncode, "line 1: group: is 'match', not chat" in other.stderr), (65, True), other.stderr)
        gone = run(*reset, "--import", "-", stdin=kept.read_text().replace(f'"partition":{part},', '"partition":77,'))
        self.assertEqual((gone.returncode, "has no partition 77" in gone.stderr), (66, True), gone.stderr)
        self.assertEqual(offsets()[part][0], end)
        done = run(*reset, *here, "--to-time", "-1h")
        self.assertEqual((done.returncode, offsets()[part][0]), (0, 0), done.stderr)
        done = run(*reset, "--import", str(kept))
        self.assertEqual((done.returncode, offsets()[part][0]), (0, 2), done.stderr)


class OffsetsOnKafka(EmbeddedOffsets):
    where = staticmethod(on_kafka)
    reader, kept = "harvestctl@127.0.0.1", "30d"


if __name__ == "__main__":
    unittest.main(verbosity=2)
