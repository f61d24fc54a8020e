"""config/prometheus and config/grafana: each alert fires and stays quiet where it should, is explained, and names what the program
exports; a real Prometheus that scrapes a real system answers every query of every panel and rule."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harvest_system import BINARY, ROOT, System, as_people, free_range, wait_until  # noqa: E402

PROMETHEUS, GRAFANA, CASES = ROOT / "config/prometheus", ROOT / "config/grafana", ROOT / "tests/operation/alerts"
# Counters that the first event makes, disks and clocks that not every machine shows, and what only a relay to Kafka has.
LATE = {"harvest_connsrv_closes_total", "harvest_connsrv_handshake_failures_total", "harvest_metrics_parked_total",
        "harvest_metrics_coins_sunk_total", "harvest_eventlog_outbox_age_seconds", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
LATE_SELECTORS = ('type="harvest.game.match.aborted.v1"',)


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, cwd=ROOT)


def rules():
    return [rule for path in sorted((PROMETHEUS / "rules").glob("*.yml")) for group in yaml.safe_load(path.read_text())["groups"]
            for rule in group["rules"]]


def alerts():
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def dashboards():
    return {path.name: json.loads(path.read_text()) for path in sorted((GRAFANA / "dashboards").glob("*.json"))}


def panels():
    """(dashboard, panel, expression)"""
    return [(name, panel, target["expr"]) for name, board in dashboards().items() for panel in board["panels"]
            for target in panel.get("targets", [])]


def expressions():
    return [rule["expr"] for rule in rules()] + [expression for _, _, expression in panels()]


def selectors(expression):
    bare = re.sub(r"\b(by|without|on|ignoring) *\([^)]*\)", "", expression)
    return {name + (labels or "") for name, labels in re.findall(r"\b((?:harvest|process|node|up|scrape)[a-z_A-Z:0-9]*)(\{[^}]*\})?", bare)}


def name_of(selector):
    return selector.split("{")[0]


class Described(unittest.TestCase):
    def test_yamllint_finds_nothing(self):
        style = "{extends: default, rules: {line-length: {max: 150}, document-start: disable, comments: {min-spaces-from-content: 1}}}"
        done = run("yamllint", "-s", "-d", style, PROMETHEUS, GRAFANA, CASES)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_promtool_finds_nothing(self):
        for words in (("check", "config", PROMETHEUS / "prometheus.yml"), ("check", "rules", *(PROMETHEUS / "rules").glob("*.yml")),
                      ("test", "rules", *CASES.glob("*.yml"))):
            done = run("promtool", *words)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotIn("FAILED", done.stdout + done.stderr)

    def test_each_alert_has_a_case_that_fires_and_a_quiet_one(self):
        fires, quiet = set(), set()
        for path in CASES.glob("*.yml"):
            for case in yaml.safe_load(path.read_text())["tests"]:
                for claim in case["alert_rule_test"]:
                    (fires if claim["exp_alerts"] else quiet).add(claim["alertname"])
        self.assertEqual(fires, set(alerts()))
        self.assertEqual(quiet, set(alerts()))

    def test_each_alert_says_how_bad_it_is_and_what_to_do(self):
        for name, rule in alerts().items():
            self.assertTrue(name.startswith("Harvest"), name)
            self.assertIn(rule["labels"]["severity"], ("page", "ticket"), name)
            self.assertRegex(rule["annotations"]["summary"], r"\{\{.*\}\}", name)
            self.assertEqual(rule["annotations"]["runbook"], f"harvestctl admin explain {name}")

    def test_each_alert_is_explained_with_commands_that_exist(self):
        commands = set()
        for name in alerts():
            done = run(BINARY, "admin", "explain", name, "-o", "json")
            self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")
            told = json.loads(done.stdout)
            self.assertEqual(told["about"], "alert")
            self.assertTrue(told["meaning"] and told["check"], told)
            commands |= set(re.findall(r"harvestctl ((?:[a-z]+(?: |;|$))+)", told["check"]))
        self.assertGreater(len(commands), 5)
        for command in commands:
            done = run(BINARY, *command.strip("; ").split(), "--help")
            self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")

    def test_what_is_asked_for_is_exported(self):
        source = "".join(path.read_text() for folder in ("common", "daemons", "cli") for path in (ROOT / folder).rglob("*.cpp"))
        exported = set(re.findall(r'"((?:harvest|process)_[a-z_]+)"', source))
        exported |= {rule["record"] for rule in rules() if "record" in rule} | {"up", "scrape_samples_scraped"}
        asked = {name_of(selector) for expression in expressions() for selector in selectors(expression)}
        self.assertGreater(len(asked), 40)
        for name in sorted(asked):
            if not name.startswith("node_"):
                self.assertIn(re.sub(r"_(bucket|sum|count)$", "", name), exported, name)

    def test_dashboards_stand_by_themselves(self):
        boards = dashboards()
        self.assertEqual(len(boards), 2)
        self.assertEqual(len({board["uid"] for board in boards.values()}), len(boards))
        for name, board in boards.items():
            identifiers = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(set(identifiers)), len(identifiers), name)
            self.assertEqual([each["name"] for each in board["templating"]["list"]], ["datasource"], name)
            self.assertTrue(board["time"]["from"].startswith("now-"), name)
            self.assertNotRegex(json.dumps(board), r"/(home|root|tmp|work|Users)/", name)
            taken = set()
            for panel in board["panels"]:
                at = panel["gridPos"]
                self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
                cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
                self.assertFalse(cells & taken, f"{name}: {panel['title']} lies over another")
                taken |= cells
                for each in [panel, *panel.get("targets", [])] if panel["type"] != "row" else []:
                    self.assertEqual(each["datasource"], {"type": "prometheus", "uid": "${datasource}"}, panel["title"])
        for path in GRAFANA.glob("provisioning/*/*.yml"):
            self.assertEqual(yaml.safe_load(path.read_text())["apiVersion"], 1, path)


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.started = []
        cls.system = System("--ephemeral", "--bots", "20").start()
        cls.addClassCleanup(cls.system.close)
        cls.addClassCleanup(lambda: [process.kill() or process.wait() for process in cls.started])
        first = free_range(10)
        folder = cls.system.work / "prometheus"
        shutil.copytree(PROMETHEUS, folder)
        text = (folder / "prometheus.yml").read_text()
        for written, here in (("127.0.0.1:7600", f"127.0.0.1:{cls.system.port('admin', 'http')}"), ("127.0.0.1:9100", f"127.0.0.1:{first}"),
                              (": 15s", ": 1s")):
            assert written in text, written
            text = text.replace(written, here)
        (folder / "prometheus.yml").write_text(text)
        cls.log = open(folder / "log", "w")
        cls.addClassCleanup(cls.log.close)
        cls.begin("prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{first}")
        cls.begin("prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", "--log.level=warn",
                  f"--web.listen-address=127.0.0.1:{first + 1}")
        cls.api = f"http://127.0.0.1:{first + 1}/api/v1"
        # Bots are in no figure of what people do, unless they stand for them.
        cls.started.append(cls.system.background("loadtest", "run", as_people(cls.system, "mixed"), "--bots", "12", "--duration", "120s", out=cls.system.work / "load.out"))
        # Rates want more than one look at each counter.
        wait_until(lambda: cls.value("sum(increase(harvest_metrics_matches_total[1m]))") > 0, 60, "a match ended, and Prometheus saw it")
        wait_until(lambda: cls.value("count_over_time(up{job=\"harvest\"}[1m])") > 12, 30, "Prometheus looked often enough")

    @classmethod
    def begin(cls, *words):
        cls.started.append(subprocess.Popen(words, stdout=cls.log, stderr=subprocess.STDOUT, env=dict(os.environ, HOME=str(cls.system.home))))

    @classmethod
    def ask(cls, path, **query):
        with urllib.request.urlopen(f"{cls.api}/{path}?{urllib.parse.urlencode(query)}", timeout=20) as reply:
            return json.loads(reply.read())["data"]

    @classmethod
    def value(cls, expression):
        try:
            found = cls.ask("query", query=expression)["result"]
        except OSError:
            return 0
        return float(found[0]["value"][1]) if found else 0

    def data(self, expression):
        return self.ask("query", query=expression.replace("$__rate_interval", "10s"))["result"]

    def figure(self, series):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.system.metrics().splitlines() if line.startswith(series + " "))

    def test_the_doors_are_counted(self):
        """Before any session too: a port scan is seen."""
        for series in ('harvest_enet_handshakes_total{daemon="connsrv",outcome="done"}', 'harvest_enet_cookies_sent_total{daemon="connsrv"}',
                       'harvest_enet_links{daemon="connsrv"}', 'harvest_enet_handshakes_total{daemon="instance",outcome="done"}',
                       'harvest_web_handshakes_total{daemon="gateway",outcome="done"}', 'harvest_web_messages_total{daemon="connsrv",direction="in"}',
                       'harvest_web_connections_total{daemon="admin",outcome="accepted"}'):
            self.assertGreater(self.figure(series), 0, series)
        self.assertIn('harvest_enet_guard_rules_total{daemon="connsrv",rule="budget"} 0', self.system.metrics())
        failed = 'harvest_web_handshakes_total{daemon="gateway",outcome="failed"}'
        before = self.figure(failed)
        with socket.create_connection(("127.0.0.1", self.system.port("gateway", "https"))) as link:
            link.sendall(b"GET / HTTP/1.1\r\n\r\n")
            while link.recv(4096):
                pass
        wait_until(lambda: self.figure(failed) == before + 1, 10, "the failed handshake is counted")

    def test_every_panel_has_data(self):
        for board, panel, expression in panels():
            with self.subTest(board=board, panel=panel["title"], expression=expression):
                if not self.data(expression):
                    self.assertIn("Empty until", panel.get("description", ""), "no data")

    def test_every_rule_finds_what_it_looks_at(self):
        wanted = {selector for rule in rules() for selector in selectors(rule["expr"])}
        self.assertGreater(len(wanted), 30)
        for selector in sorted(wanted):
            with self.subTest(selector=selector):
                late = name_of(selector) in LATE or any(each in selector for each in LATE_SELECTORS)
                if not self.data(selector) and not late:
                    self.fail("no data")

    def test_rules_work_and_nothing_is_told_of_a_healthy_system(self):
        time.sleep(1)
        states = {}
        for group in self.ask("rules")["groups"]:
            for rule in group["rules"]:
                self.assertEqual(rule["health"], "ok", rule)
                if rule["type"] == "alerting" and group["name"] != "harvest_resources":  # those judge the machine
                    states[rule["name"]] = rule["state"]
        self.assertEqual({name for name, state in states.items() if state == "firing"}, set())
        self.assertGreater(len(states), 20)

    def test_metrics_are_as_they_should_be(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.system.metrics(), capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
