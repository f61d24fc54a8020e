"""An account from its player's side: an e-mail address, another password by letter, a device as one more way in, an authenticator
app. The letters are read as any mail program would, the codes are made as any app would."""
import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import pathlib
import re
import secrets
import ssl
import stat
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from harvest_system import System, wait_until
from live_link import LivePlayer, Refused

# A person is slower than these tests: the gateway's own limits have tests of their own. Of failed checks from one address five are
# admitted at once, whatever is set: these tests have four.
UNHURRIED = ["--log-level", "debug", "--set", "gateway.limits.mail.burst=100", "--set", "gateway.limits.password.burst=100"]
OLD, NEW = "correct horse", "battery staple"


def app_code(uri, steps=0):
    """What an authenticator app shows so many steps from now (RFC 6238)."""
    secret = urllib.parse.parse_qs(urllib.parse.urlsplit(uri).query)["secret"][0]
    mac = hmac.new(base64.b32decode(secret), (int(time.time()) // 30 + steps).to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


class Accounts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System(*UNHURRIED).start()
        cls.addClassCleanup(cls.system.close)
        cls.mail = pathlib.Path(cls.system.ready["data_dir"]) / "mail"
        cls.trust = ssl.create_default_context(cafile=cls.system.ca_file)

    def ask(self, method, path, body=None, token=None):
        """Status and body."""
        request = urllib.request.Request(f"https://localhost:{self.system.port('gateway', 'https')}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10, context=self.trust) as reply:
                text = reply.read()
                return reply.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def done(self, status, method, path, body=None, token=None):
        got, reply = self.ask(method, path, body, token)
        self.assertEqual(got, status, reply)
        return reply

    def refused(self, status, code, method, path, body=None, token=None):
        got, reply = self.ask(method, path, body, token)
        self.assertEqual((got, (reply or {}).get("code")), (status, code), reply)

    def newcomer(self):
        name = "ann" + secrets.token_hex(4)
        return name, self.done(201, "POST", "/v1/auth/register", {"name": name, "password": OLD})

    def letters(self, address):
        """The letters to an address, the newest last."""
        found = []
        for path in sorted(self.mail.glob("*.eml")):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if letter["To"] == address:
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
                found.append(letter)
        return found

    def code(self, address, number):
        """The code in the letter of that number, which may be on its way yet."""
        letters = wait_until(lambda: len(self.letters(address)) >= number and self.letters(address), 10, f"letter {number}")
        self.assertEqual(len(letters), number)
        self.assertEqual(letters[-1].defects, [])
        return re.search(r"^    (\S{43})\r?$", letters[-1].get_content(), re.MULTILINE)[1]

    def with_address(self):
        """A newcomer with an address: name, tokens, address."""
        name, tokens = self.newcomer()
        address = f"{name}@example.org"
        self.done(202, "PUT", "/v1/account/email", {"email": address, "password": OLD}, tokens["access_token"])
        self.done(204, "POST", "/v1/auth/email/confirm", {"token": self.code(address, 1)})
        return name, tokens, address

    def test_an_address_is_shown_by_its_letter(self):
        name, tokens = self.newcomer()
        token, address = tokens["access_token"], f"{name}@example.org"
        path = "/v1/account/email"
        self.refused(401, "unauthenticated", "PUT", path, {"email": address, "password": OLD})
        self.refused(400, "invalid_argument", "PUT", path, {"email": address}, token)
        self.refused(400, "account.bad_email", "PUT", path, {"email": "nowhere", "password": OLD}, token)
        self.refused(401, "auth.bad_credentials", "PUT", path, {"email": address, "password": NEW}, token)
        self.assertEqual(self.letters(address), [])
        self.assertEqual(self.done(202, "PUT", path, {"email": address, "password": OLD}, token), {})
        code = self.code(address, 1)
        self.refused(409, "account.bad_token", "POST", "/v1/auth/email/confirm", {"token": code[::-1]})
        self.assertNotIn("email", self.done(200, "GET", "/v1/account/export", token=token)["account"])
        self.done(204, "POST", "/v1/auth/email/confirm", {"token": code})
        self.refused(409, "account.bad_token", "POST", "/v1/auth/email/confirm", {"token": code})
        self.assertEqual(self.done(200, "GET", "/v1/account/export", token=token)["account"]["email"], address)

        rival = self.newcomer()[1]["access_token"]
        self.done(202, "PUT", path, {"email": address, "password": OLD}, rival)
        self.refused(409, "account.email_taken", "POST", "/v1/auth/email/confirm", {"token": self.code(address, 2)})

    def test_a_password_is_reset_by_letter(self):
        name, tokens, address = self.with_address()
        second = self.done(200, "POST", "/v1/auth/login", {"name": name, "password": OLD})
        path = "/v1/auth/password/reset"
        self.refused(400, "invalid_argument", "POST", path, {})
        self.refused(400, "invalid_argument", "POST", path, {"name": name, "email": address})
        nobody = self.done(202, "POST", path, {"name": "nobody-at-all"})
        self.assertEqual(self.done(202, "POST", path, {"email": address.upper()}), nobody)
        code = self.code(address, 2)
        self.refused(409, "account.bad_token", "POST", path + "/confirm", {"token": "x", "password": NEW})
        self.refused(400, "auth.bad_password", "POST", path + "/confirm", {"token": code, "password": "short"})
        self.refused(409, "account.bad_token", "POST", "/v1/auth/email/confirm", {"token": code})
        self.done(204, "POST", path + "/confirm", {"token": code, "password": NEW})
        self.refused(409, "account.bad_token", "POST", path + "/confirm", {"token": code, "password": NEW})

        self.refused(401, "auth.bad_credentials", "POST", "/v1/auth/login", {"name": name, "password": OLD})
        for each in (tokens, second):
            self.refused(401, "auth.session_ended", "POST", "/v1/auth/refresh", {"refresh_token": each["refresh_token"]})
            wait_until(lambda: self.ask("GET", "/v1/account", token=each["access_token"])[0] == 401, 10, "the token is no good")
        self.done(200, "POST", "/v1/auth/login", {"name": name, "password": NEW})

    def test_a_letter_asked_for_by_who_had_the_old_password_is_void(self):
        name, tokens, address = self.with_address()
        self.done(202, "PUT", "/v1/account/email", {"email": f"eve-{address}", "password": OLD}, tokens["access_token"])
        self.done(202, "POST", "/v1/auth/password/reset", {"name": name})
        self.done(204, "POST", "/v1/auth/password/reset/confirm", {"token": self.code(address, 2), "password": NEW})
        self.refused(409, "account.bad_token", "POST", "/v1/auth/email/confirm", {"token": self.code(f"eve-{address}", 1)})

    def test_a_device_is_linked_and_signs_in(self):
        name, tokens = self.newcomer()
        token, device = tokens["access_token"], secrets.token_urlsafe(32)
        path = "/v1/account/device"
        self.refused(400, "invalid_argument", "PUT", path, {"device": device}, token)
        self.refused(400, "auth.bad_device_secret", "PUT", path, {"device": "short", "password": OLD}, token)
        self.refused(401, "auth.bad_credentials", "PUT", path, {"device": device, "password": NEW}, token)
        self.done(204, "PUT", path, {"device": device, "password": OLD}, token)
        signed_in = self.done(200, "POST", "/v1/auth/device", {"secret": device})
        self.assertEqual((signed_in["player"], signed_in["name"]), (tokens["player"], name))
        rival = self.newcomer()[1]["access_token"]
        self.refused(409, "account.device_taken", "PUT", path, {"device": device, "password": OLD}, rival)
        self.refused(409, "account.has_password", "PUT", "/v1/account/password", {"next": NEW, "secret": device}, token)

    def test_a_device_account_gets_its_first_password(self):
        device = secrets.token_urlsafe(32)
        tokens = self.done(200, "POST", "/v1/auth/device", {"secret": device})
        path, token = "/v1/account/password", tokens["access_token"]
        self.refused(401, "auth.bad_credentials", "PUT", path, {"next": NEW, "secret": secrets.token_urlsafe(32)}, token)
        self.refused(400, "auth.bad_password", "PUT", path, {"next": tokens["name"], "secret": device}, token)
        self.done(204, "PUT", path, {"next": NEW, "secret": device}, token)
        self.assertEqual(self.done(200, "POST", "/v1/auth/login", {"name": tokens["name"], "password": NEW})["player"], tokens["player"])

    def test_an_app_is_asked_for_its_code(self):
        name, tokens, address = self.with_address()
        token, path = tokens["access_token"], "/v1/account/totp"
        self.refused(409, "account.no_totp", "DELETE", path, {"password": OLD}, token)
        self.refused(409, "account.no_totp", "POST", path + "/confirm", {"code": "000000"}, token)
        uri = self.done(200, "PUT", path, {"password": OLD}, token)["uri"]
        self.refused(401, "auth.bad_code", "POST", path + "/confirm", {"code": "abcdef"}, token)
        self.done(200, "POST", "/v1/auth/login", {"name": name, "password": OLD})
        recovery = self.done(200, "POST", path + "/confirm", {"code": app_code(uri)}, token)["recovery_codes"]
        self.assertEqual(len(recovery), 10)
        self.refused(409, "account.has_totp", "POST", path + "/confirm", {"code": app_code(uri)}, token)
        self.refused(409, "account.has_totp", "PUT", path, {"password": OLD, "code": recovery[0]}, token)
        self.assertTrue(self.done(200, "GET", "/v1/account/export", token=token)["account"]["authenticator"])

        self.refused(401, "auth.code_required", "POST", "/v1/auth/login", {"name": name, "password": OLD})
        self.refused(401, "auth.code_required", "PUT", "/v1/account/email", {"email": address, "password": OLD}, token)
        code = app_code(uri, 1)  # the one of now was used to confirm
        self.done(200, "POST", "/v1/auth/login", {"name": name, "password": OLD, "code": code})
        self.refused(401, "auth.bad_code", "POST", "/v1/auth/login", {"name": name, "password": OLD, "code": code})

        # Who reads the mail alone does not come in.
        self.done(202, "POST", "/v1/auth/password/reset", {"name": name})
        self.done(204, "POST", "/v1/auth/password/reset/confirm", {"token": self.code(address, 2), "password": NEW})
        self.refused(401, "auth.code_required", "POST", "/v1/auth/login", {"name": name, "password": NEW})
        token = self.done(200, "POST", "/v1/auth/login", {"name": name, "password": NEW, "code": recovery[1]})["access_token"]
        self.done(204, "DELETE", path, {"password": NEW, "code": recovery[2]}, token)
        self.done(200, "POST", "/v1/auth/login", {"name": name, "password": NEW})

    def test_no_letter_no_secret_and_no_word_is_in_the_log(self):
        name, tokens, address = self.with_address()
        wrong, spoken, mute = "quite another horse", "the silent pumpkin speaks", "what a damned silence"
        secret_words = [OLD, wrong, spoken, mute, address, self.code(address, 1), tokens["access_token"], tokens["refresh_token"]]
        self.refused(401, "auth.bad_credentials", "POST", "/v1/auth/login", {"name": name, "password": wrong})
        fresh = self.done(200, "POST", "/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        secret_words += [fresh["access_token"], fresh["refresh_token"]]
        for body in ({"refresh_token": fresh["refresh_token"][::-1]}, {"refresh_token": fresh["refresh_token"], "more": 1}):
            self.ask("POST", "/v1/auth/refresh", body)

        player = LivePlayer(self.system, self.trust)
        secret_words += [player.secret, player.token]
        player.lobby.ask("chat.join", {"channel": "room:lobby"})
        for text in (spoken, mute):
            player.lobby.ask("chat.send", {"channel": "room:lobby", "text": text})
        for data in ({"channel": mute, "text": spoken}, {"text": mute}):
            with contextlib.suppress(Refused):
                player.lobby.ask("chat.send", data)
        with self.assertRaises(Refused):
            player.lobby.ask("session.resume", {"token": player.token, "resume": secret_words[-1], "protocol": "harvest.v1", "last_seq": 0})
        self.assertEqual(player.lobby.push("chat.message", where=lambda said: said["text"] == spoken)["text"], spoken)
        player.lobby.close()

        operator = (pathlib.Path(self.system.ready["data_dir"]) / "admin.token").read_text().strip()
        secret_words.append(operator)
        for token in (operator, operator[::-1]):
            request = urllib.request.Request(f"http://127.0.0.1:{self.system.port('admin', 'http')}/admin/v1/players/@{name}",
                                             headers={"Authorization": f"Bearer {token}"})
            try:
                urllib.request.urlopen(request, timeout=10).close()
            except urllib.error.HTTPError as refused:
                refused.close()
        self.system.run("admin", "ban", f"@{name}", "--for", "1h", "--reason", "a test", "--yes")
        log = self.system.log()
        self.assertIn("player.ban", log)  # it was written
        for word in secret_words:
            self.assertNotIn(word, log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
