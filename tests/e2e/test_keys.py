"""Token keys of a running system are rotated without anybody being signed out."""
import base64
import json
import ssl
import unittest
import urllib.request

from harvest_system import System, wait_until


def kid(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


class Rotation(unittest.TestCase):
    def ask(self, method, path, body=None, token=None):
        request = urllib.request.Request(f"https://localhost:{self.system.port('gateway', 'https')}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10, context=self.tls) as reply:
            return json.load(reply)

    def kids(self):
        return [key["kid"] for key in self.ask("GET", "/.well-known/jwks.json")["keys"]]

    def login(self):
        return self.ask("POST", "/v1/auth/login", {"name": "ann", "password": "a long enough secret"})

    def test_an_old_token_outlives_its_key(self):
        with System("--set", "auth.key_activation=3s", "--set", "gateway.keys_every=1s") as self.system:
            self.tls = ssl.create_default_context(cafile=self.system.ca_file)
            signed = self.ask("POST", "/v1/auth/register", {"name": "ann", "password": "a long enough secret"})
            before = self.kids()
            self.assertEqual(before, [kid(signed["access_token"])])
            done = self.system.run("admin", "key", "rotate", check=False)
            self.assertEqual(done.returncode, 64, done.stderr)  # nobody can be asked
            self.assertEqual(self.kids(), before)

            self.system.run("admin", "key", "rotate", "--yes")
            after = self.kids()
            self.assertEqual(len(after), 2)
            self.assertIn(before[0], after)
            self.assertEqual(self.ask("GET", "/v1/account", token=signed["access_token"])["name"], "ann")
            self.assertEqual(kid(self.login()["access_token"]), before[0], "the new key is published before it signs")
            again = wait_until(lambda: next((s for s in [self.login()] if kid(s["access_token"]) != before[0]), None), 10, "the new key signs")
            self.assertEqual({kid(again["access_token"]), before[0]}, set(after))
            for each in (signed, again):
                self.assertEqual(self.ask("GET", "/v1/account", token=each["access_token"])["name"], "ann")
            renewed = self.ask("POST", "/v1/auth/refresh", {"refresh_token": signed["refresh_token"]})
            self.assertEqual(kid(renewed["access_token"]), kid(again["access_token"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
