"""What a person meets who starts it for the first time: a game being played, and plain words where something is wrong."""
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import unittest
import urllib.request

from harvest_system import BINARY, ROOT, System, as_people, bare_environment, ended_matches, free_range, wait_until


def run(*words, env=None):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, cwd=ROOT,
                          env=env or bare_environment())


class RunningGame(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System("--ephemeral", "--bots", "12").start()

    @classmethod
    def tearDownClass(cls):
        cls.system.close()

    def test_bots_finish_matches_that_replay_proves(self):
        matches = wait_until(lambda: [m for m in ended_matches(self.system) if m["state"] == "ended"][:5], 60, "finished matches")
        for match in matches:
            verdict = self.system.json("admin", "replay", match["id"])
            self.assertEqual(verdict["verdict"], "verified", verdict)
            self.assertEqual(verdict["fair_chance"], "proved", verdict)
            self.assertEqual(verdict["settled"], "the_same", verdict)

    def test_replay_tells_the_match_turn_by_turn(self):
        match = wait_until(lambda: ended_matches(self.system), 60, "a finished match")[0]
        told = self.system.run("admin", "replay", match["id"], "--tell").stdout
        self.assertRegex(told, r"turn +1 ")

    def test_a_match_without_an_end_is_no_match_that_diverges(self):
        match = wait_until(lambda: ended_matches(self.system), 60, "a finished match")[0]
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "match.json"
            self.system.run("admin", "replay", match["id"], "--save", str(file))
            record = json.loads(file.read_text())
            record["header"]["server_seed"] = ""
            file.write_text(json.dumps(record))
            done = self.system.run("admin", "replay", str(file), check=False)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("not played to its end", done.stderr)

    def test_a_player_holds_a_match_against_what_was_noted_at_its_start(self):
        match = wait_until(lambda: ended_matches(self.system), 60, "a finished match")[0]
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "match.json"
            self.system.run("admin", "replay", match["id"], "--save", str(file))
            record = json.loads(file.read_text())
            header = record["header"]
            kept = ["--commitment", header["commitment"], "--nonce", header["seats"][1]["nonce"]]
            self.assertEqual(self.system.json("admin", "replay", match["id"], *kept)["verdict"], "verified")
            self.assertEqual(self.system.json("admin", "replay", str(file), *kept)["settled"], "not_asked")
            for flag in ("--commitment", "--nonce"):
                done = self.system.run("admin", "replay", match["id"], flag, "ab" * 32, check=False)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn("fair chance  BROKEN: header.", done.stdout)
                self.assertIn("ab" * 32, done.stdout)
                self.assertNotIn(" 0 turns", done.stdout)
                for slip in ("ab" * 31, "xy" * 32, "AB" * 32):
                    self.assertEqual(self.system.run("admin", "replay", match["id"], flag, slip, check=False).returncode, 64)
                self.assertEqual(self.system.run("admin", "replay", "--player", "@nobody", flag, "ab" * 32, check=False).returncode, 64)
            record["moves"].pop()
            record["winner"] = record["ending"] = "none"
            file.write_text(json.dumps(record))
            done = self.system.run("admin", "replay", str(file), check=False)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("the match goes on", done.stdout)

    def ask(self, method, path, body=None, token=None, key=None):
        request = urllib.request.Request(f"https://localhost:{self.system.port('gateway', 'https')}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        for name, value in (("Authorization", token and f"Bearer {token}"), ("Idempotency-Key", key)):
            if value:
                request.add_header(name, value)
        with urllib.request.urlopen(request, timeout=10, context=ssl.create_default_context(cafile=self.system.ca_file)) as reply:
            return json.load(reply)

    def test_leaderboards_and_achievements_follow_from_what_is_played(self):
        token = self.ask("POST", "/v1/auth/register", {"name": "ann", "password": "a long enough secret"})["access_token"]
        # Bots are on no board, whether the house's or a load test's, unless they stand for people.
        load = self.system.background("loadtest", "run", as_people(self.system, "smoke"), "--bots", "6", "--duration", "15s", out=self.system.work / "load.out")
        self.addCleanup(load.wait, 60)
        best = wait_until(lambda: self.ask("GET", "/v1/leaderboards/wins", token=token)["items"], 90, "a place on the leaderboard")[0]
        self.assertEqual(best["rank"], 1)
        counted = {each["statistic"]: each["value"] for each in self.ask("GET", f"/v1/players/{best['player']}", token=token)["statistics"]}
        self.assertGreaterEqual(counted["wins"], best["score"])
        self.assertGreaterEqual(counted["matches"], counted["wins"])
        self.assertIn("harvest_metrics_matches_total", self.system.metrics())

        self.ask("POST", "/v1/farm/plant", {"plots": [1], "crop": "wheat"}, token, "one")

        def earned():
            return [each["id"] for each in self.ask("GET", "/v1/achievements", token=token)["items"] if "reached_at" in each]

        self.assertEqual(wait_until(earned, 20, "an achievement"), ["first_planting"])
        held = {each["asset"]: each["amount"] for each in self.ask("GET", "/v1/inventory", token=token)["items"]}
        self.assertEqual((held["coin"], held["compost"]), ("110", "1"))
        self.assertEqual(len(self.ask("GET", "/v1/quests", token=token)["items"]), 3)
        for name in ("statistics", "achievements"):
            self.system.run("admin", "projections", "rebuild", name, "--reason", "test", "--yes")
        wait_until(lambda: all(each["state"] == "current" and int(each["epoch"]) == 2 for each in
                               self.system.json("admin", "projections", "list")["items"]), 30, "both made again")
        again = wait_until(lambda: self.ask("GET", f"/v1/players/{best['player']}", token=token)["statistics"], 20, "statistics")
        self.assertGreaterEqual({each["statistic"]: each["value"] for each in again}["wins"], counted["wins"])
        held = {each["asset"]: each["amount"] for each in self.ask("GET", "/v1/inventory", token=token)["items"]}
        self.assertEqual(held["coin"], "110")
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])
        season, = self.system.json("admin", "season", "status")["items"]
        self.assertEqual((season["state"], season["players"], season["rewarded"]), ("open", "0", "0"))
        self.assertLess(season["begins_at"], season["ends_at"])

    def test_bots_of_a_load_test_are_marked(self):
        token = self.ask("POST", "/v1/auth/register", {"name": "joan", "password": "a long enough secret"})["access_token"]
        self.system.run("loadtest", "run", "smoke", "--bots", "4", "--duration", "5s", "--seed", "77")
        bots = [each["id"] for each in self.system.json("admin", "player", "list", "--limit", "500")["items"] if each["name"].startswith("bot-")]
        self.assertGreaterEqual(len(bots), 12 + 4, "of the house and of the load test")
        for player in bots:
            profile = self.ask("GET", f"/v1/players/{player}", token=token)
            self.assertTrue(profile["bot"])
            self.assertEqual(profile["statistics"], [])

    def test_metrics_are_clean_and_bounded(self):
        wait_until(lambda: ended_matches(self.system), 60, "a finished match")
        wanted = ("harvest_gateway_requests_total", "harvest_connsrv_connections", "harvest_instance_ended_total",
                  "harvest_match_formed_total", "harvest_runtime_loop_age_seconds", "harvest_runtime_ready",
                  "harvest_eventlog_lag_messages", "harvest_eventlog_events", "harvest_audit_healthy")

        def complete():  # a group of readers has a lag from its first commit on
            text = self.system.metrics()
            return text if all(name in text for name in wanted) else None

        text = wait_until(complete, 20, "every figure")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""), checked.stdout)
        self.assertLess(len([l for l in text.splitlines() if not l.startswith("#")]), 3000)

    def test_logs_are_ecs_json_without_secrets(self):
        for line in self.system.log().splitlines():
            record = json.loads(line)
            self.assertEqual(list(record)[:3], ["@timestamp", "log.level", "message"], line)
            self.assertNotIn("eyJ", line)

    def test_the_ledger_balances_while_they_play(self):
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])

    def test_status_and_health(self):
        daemons = {item["daemon"] for item in self.system.json("admin", "status")["items"]}
        self.assertLessEqual({"auth", "match", "instance", "chat", "metrics", "connsrv", "gateway"}, daemons)
        self.assertTrue(self.system.json("admin", "health")["healthy"])


class Refusals(unittest.TestCase):
    def test_a_used_port_is_one_clear_line(self):
        for setting in ("gateway.port", "connsrv.udp.port", "connsrv.tcp.port", "instance.udp.port", "instance.tcp.port", "admin.port"):
            kind = socket.SOCK_DGRAM if ".udp." in setting else socket.SOCK_STREAM
            with self.subTest(setting), socket.socket(type=kind) as taken:
                taken.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    taken.listen()
                port = taken.getsockname()[1]
                done = run("serve", "all", "--ephemeral", "--ports-from", str(free_range()), "--set", f"{setting}={port}")
                self.assertEqual(done.returncode, 69, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 3, done.stderr)  # what, why and what to type next
                line, why, _ = done.stderr.splitlines()
                self.assertRegex(line, rf"^error: {setting.split('.')[0]}-0 did not start: 127\.0\.0\.1:{port} is in use")
                self.assertEqual(re.findall(r":(\d+)", line), [str(port)])
                self.assertIn(setting, why)

    def test_an_unreadable_certificate(self):
        done = run("serve", "all", "--ephemeral", "--ports-from", "0", "--set", "tls.certificate=/nonexistent/cert.pem", "--set",
                   "tls.key=/nonexistent/key.pem")
        self.assertEqual(done.returncode, 66, done.stderr)
        self.assertIn("/nonexistent/cert.pem", done.stderr)

    def test_a_bad_config_names_file_line_and_column(self):
        path = pathlib.Path("/tmp") / f"harvest-bad-{os.getpid()}.yaml"
        path.write_text("gateway:\n  prot: 1\n  port: x\n")
        try:
            done = run("config", "check", str(path))
            self.assertEqual(done.returncode, 78)
            self.assertIn(f"{path}:2:3:", done.stdout + done.stderr)
            self.assertIn("did you mean", done.stdout + done.stderr)
            self.assertIn(f"{path}:3:", done.stdout + done.stderr)
        finally:
            path.unlink()

    def test_a_wrong_word_gets_a_suggestion(self):
        done = run("serve", "gatway")
        self.assertEqual(done.returncode, 64)
        self.assertIn("harvestctl serve gateway", done.stderr)

    def test_a_daemon_alone_needs_what_several_processes_share(self):
        for daemon in ("auth", "gateway", "connsrv", "match", "instance", "chat", "metrics"):
            with self.subTest(daemon):
                done = run("serve", daemon)
                self.assertEqual(done.returncode, 78, done.stderr)
                self.assertIn(f"'serve {daemon}' alone", done.stderr)
                self.assertIn("harvestctl serve all", done.stderr)

    def test_a_data_directory_in_use(self):
        with System() as system:
            done = run("serve", "all", "--data-dir", str(system.data_dir), "--ports-from", str(free_range()), env=system.env)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("use", done.stderr)


class Leaving(unittest.TestCase):
    def test_sigterm_drains_and_exits_0(self):
        with System("--ephemeral", "--bots", "4", "--drain-timeout", "10s") as system:
            wait_until(lambda: system.json("admin", "match", "list")["items"], 30, "a match")
            self.assertEqual(system.stop(), 0, system.log()[-2000:])


if __name__ == "__main__":
    unittest.main(verbosity=2)
