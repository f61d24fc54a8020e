"""A page in headless Chromium signs in over REST, connects over WSS and plays a match to its end."""
import base64
import hashlib
import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import unittest

from harvest_system import QUICK_HOUSE_BOTS, ROOT, System

CHROMIUM = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]


class PageServer(http.server.SimpleHTTPRequestHandler):
    results = []
    arrived = threading.Event()

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=str(ROOT / "tests/clients/web"))

    def do_POST(self):
        PageServer.results.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()
        PageServer.arrived.set()

    def log_message(self, *_):
        pass


def spki_hash(ca_file):
    """What --ignore-certificate-errors-spki-list takes: base64 of SHA-256 over the public key."""
    key = subprocess.run(["openssl", "x509", "-in", ca_file, "-pubkey", "-noout"], capture_output=True, check=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key, capture_output=True, check=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class Browser(unittest.TestCase):
    def test_a_page_plays_a_match(self):
        pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PageServer)
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{pages.server_port}"
        with System("--ephemeral", *QUICK_HOUSE_BOTS, "--set", f"gateway.cors_origins={origin}") as system:
            rest, lobby = system.port("gateway", "https"), system.port("connsrv", "wss")
            page = f"{origin}/index.html?rest=https://127.0.0.1:{rest}&lobby=wss://127.0.0.1:{lobby}/"
            with tempfile.TemporaryDirectory() as profile:
                browser = subprocess.Popen([*CHROMIUM, f"--user-data-dir={profile}", "--remote-debugging-port=0",
                                            f"--ignore-certificate-errors-spki-list={spki_hash(system.ca_file)}", page],
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    came = PageServer.arrived.wait(150)
                finally:
                    browser.kill()
                    errors = browser.communicate()[1]
            self.assertTrue(came, "the page never told of its match\n" + errors[-2000:] + system.log()[-2000:])
            result = PageServer.results[0]
            self.assertTrue(result["ok"], result)
            # Another account saw every command from the gallery, and the same end.
            self.assertEqual(result["watched"], {"delay": 3, "command": result["commands"], "winner": result["winner"],
                                                 "phase": "over"})
            self.assertGreater(result["views"], result["commands"] // 2)
            verdict = system.json("admin", "replay", result["match"])
            self.assertEqual(verdict["verdict"], "verified")
        pages.shutdown()


if __name__ == "__main__":
    unittest.main(verbosity=2)
