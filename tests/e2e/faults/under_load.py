"""A system under load while something fails: what watches it meanwhile, and what must hold when it is over."""
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

from cluster import distributed_settings, environment
from harvest_system import QUICK_CONTENT, QUICK_HOUSE_BOTS, System, wait_until


class Watch(threading.Thread):
    """Asks a system again and again whether it lives and is ready, and beside that whether it serves a player, and how long each
    answer took."""

    PATIENCE = 20  # of this client; the server answers within its own deadline of 5 s

    def __init__(self, system):
        super().__init__(daemon=True)
        self.rest = f"https://127.0.0.1:{system.port('gateway', 'https')}"
        self.admin = f"http://127.0.0.1:{system.port('admin', 'http')}"
        self.trust = ssl.create_default_context(cafile=system.ca_file)
        self.ended = threading.Event()
        self.slowest, self.served_at = 0.0, 0.0
        self.dead, self.refused, self.unready = [], set(), set()
        self.is_ready = False
        self.token = None

    def ask(self, url, body=None, headers=()):
        """(status or None where nobody answers, text)"""
        request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(),
                                         {"content-type": "application/json", **dict(headers)})
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=self.PATIENCE, context=self.trust if url.startswith("https") else None) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return None, str(error)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)

    def sign_in(self):
        status, text = self.ask(self.rest + "/v1/auth/register", {"name": f"watch{os.getpid()}", "password": "correct horse battery"})
        if status not in (200, 201):
            raise RuntimeError(f"cannot register: {status} {text}")
        self.token = json.loads(text)["access_token"]

    def run(self):
        looking = threading.Thread(target=self.look, daemon=True)  # an answer to a player may take as long as a fault lasts
        looking.start()
        while not self.ended.wait(0.1):
            served, text = self.ask(self.rest + "/v1/inventory", headers={"authorization": f"Bearer {self.token}"})
            if self.is_ready and served == 200:
                self.served_at = time.monotonic()
            elif served != 200:
                self.refused.add((served, json.loads(text).get("code") if text.startswith("{") else text))
        looking.join()

    def look(self):
        while not self.ended.wait(0.1):
            status, text = self.ask(self.admin + "/livez")
            if status != 200:
                self.dead.append((status, text))
            ready, why = self.ask(self.admin + "/readyz?verbose")
            self.is_ready = ready == 200
            if ready != 200:
                self.unready.add((ready, why))


def over(servers):
    """`serve all` over these servers."""
    addresses = servers.addresses()
    settings = distributed_settings(addresses)
    system = System(*[word for key, value in settings.items() for word in ("--set", f"{key}={value}")], *QUICK_HOUSE_BOTS)
    system.env.update({k: v for k, v in environment(system.home, addresses).items() if k.startswith("HARVESTE2E_")})
    system.arguments += QUICK_CONTENT
    system.schema = settings["store.schema"]
    return system


class UnderLoad(unittest.TestCase):
    def ended(self, load, within, system, out):
        """The load's exit code; where it does not end, or the system did, why."""
        try:
            code = load.wait(within)
        except subprocess.TimeoutExpired:
            load.kill()
            load.wait()
            self.fail(f"the load does not end\n{out.read_text()[-4000:]}{system.log()[-2000:]}")
        self.assertIsNone(system.process.poll(), f"serve ended\n{system.log()[-2000:]}")
        return code

    def judge(self, system, out, *where):
        """What the bots were told is there; matches, ledger and replays are whole."""
        text = out.read_text()
        report = json.loads(next((line for line in text.splitlines() if line.startswith("{")), "{}"))
        self.assertTrue(report, text[-3000:])
        verified = [claim for claim in report["thresholds"] if claim["threshold"].startswith("verify")]
        self.assertGreaterEqual(len(verified), 3, text[-3000:])
        self.assertEqual([claim for claim in verified if not claim["passed"]], [], text[-4000:])
        books = [each for each in report.get("errors_by_kind", []) if "verify.books" in json.dumps(each)]
        self.assertEqual(books, [])
        self.assertGreater(report["matches_finished"], 0)
        print(f"{report['matches_finished']} matches, {report['errors']} errors, the longest cut {report['longest_cut_ms']:.0f} ms",
              file=sys.stderr)
        listed = lambda: system.json("admin", "match", "list", "--limit", "5000", *where)["items"]  # noqa: E731
        wait_until(lambda: not [m for m in listed() if m["state"] in ("made", "playing")], 60, "every match resumed or settled")
        self.assertTrue(system.json("admin", "ledger", "check", *where)["sound"])
        for match in [m["id"] for m in listed() if m["state"] == "ended"][:5]:
            self.assertEqual(system.json("admin", "replay", match, *where)["verdict"], "verified")
