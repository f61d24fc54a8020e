"""A live link as any program could write it: WebSocket over TLS (RFC 6455), requests with their replies, pushes in order; and a
player with one."""
import base64
import json
import secrets
import socket
import ssl
import struct
import time
import urllib.request

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The server's error; `code` is what it is known by."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]


class LiveLink:
    def __init__(self, host, port, trust):
        plain = socket.create_connection((host, port), timeout=10)
        self.socket = trust.wrap_socket(plain, server_hostname="localhost")
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.socket.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: harvest.v1\r\n\r\n".encode())
        self.bytes = b""
        head = self._until(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(head.decode(errors="replace"))
        self.next_id, self.pushes, self.closed_with = 1, [], None

    def close(self):
        self.socket.close()

    def act(self, op, data):
        """As ask(), of what takes an idempotency key."""
        return self.ask(op, data, key=secrets.token_hex(16))

    def ask(self, op, data=None, timeout=10, key=None):
        """The data of the reply; Refused where it is an error."""
        number, self.next_id = self.next_id, self.next_id + 1
        keyed = {"key": key} if key else {}
        self._send(TEXT, json.dumps({"op": op, "id": number, "data": data or {}, **keyed}).encode())
        message = self.answer_to(number, timeout)
        if "error" in message:
            raise Refused(message["error"])
        return message["data"]

    def say(self, text):
        """A message in these very words."""
        self._send(TEXT, text.encode())

    def answer_to(self, number, timeout=10):
        """The reply to a request, as it came; pushes before it are kept."""
        until = time.monotonic() + timeout
        while (message := self._message(until)).get("re") != number:
            self.pushes.append(message)
        return message

    def push(self, op, timeout=20, where=lambda data: True):
        """The data of the next push of that kind; others stay."""
        until = time.monotonic() + timeout
        looked = 0
        while True:
            for at in range(looked, len(self.pushes)):
                if self.pushes[at]["op"] == op and where(self.pushes[at]["data"]):
                    return self.pushes.pop(at)["data"]
            looked = len(self.pushes)
            self.pushes.append(self._message(until))

    def _message(self, until):
        while True:
            self.socket.settimeout(max(0.01, until - time.monotonic()))
            first, second = self._take(2)
            length = second & 127
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            payload, kind = self._take(length), first & 15
            if kind == CLOSE:
                self.closed_with = struct.unpack(">H", payload[:2])[0] if payload else 1005
                raise ConnectionError(payload[2:].decode(errors="replace"))
            if kind == PING:
                self._send(PONG, payload)
            elif kind != PONG:
                return json.loads(payload)

    def _send(self, kind, payload):
        mask = secrets.token_bytes(4)
        length = bytes([128 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        self.socket.sendall(bytes([128 | kind]) + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload)))

    def _take(self, count):
        while len(self.bytes) < count:
            self._read()
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def _until(self, mark):
        while mark not in self.bytes:
            self._read()
        head, self.bytes = self.bytes.split(mark, 1)
        return head

    def _read(self):
        try:
            more = self.socket.recv(65536)
        except (socket.timeout, ssl.SSLWantReadError) as late:
            raise TimeoutError("nothing came in time") from late
        if not more:
            raise ConnectionError("closed")
        self.bytes += more


def refused_messages(link, most=20):
    """How many bad messages a link bears, up to so many, until it is closed."""
    for said in range(1, most + 1):
        try:
            link.ask("nonsense")
        except Refused:
            pass
        except ConnectionError:
            return said - 1
        try:
            link.push("none", timeout=0.2)
        except TimeoutError:
            pass
        except ConnectionError:
            return said
    return most


class LivePlayer:
    """A player with a device and a link to the lobby."""

    def __init__(self, system, trust):
        self.system, self.trust = system, trust
        self.secret = secrets.token_urlsafe(32)
        self.token = self.lobby = None
        self.token = self.rest("POST", "/v1/auth/device", {"secret": self.secret})["access_token"]
        self.deck = self.rest("GET", "/v1/decks")["items"][0]["id"]
        self.connect()

    def connect(self):
        if self.lobby:
            self.lobby.close()
        self.lobby = LiveLink("127.0.0.1", self.system.port("connsrv", "wss"), self.trust)
        client = {"name": "e2e", "version": "1", "device_class": "desktop"}
        hello = self.lobby.ask("session.hello", {"token": self.token, "protocol": "harvest.v1", "client": client})
        self.player = hello["player"]

    def rest(self, method, path, body=None):
        request = urllib.request.Request(f"https://localhost:{self.system.port('gateway', 'https')}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=10, context=self.trust) as reply:
            text = reply.read()
            return json.loads(text) if text else None

    def every(self, path):
        """The items of all pages of a list."""
        page = self.rest("GET", path)
        items = page["items"]
        while "next_cursor" in page:
            page = self.rest("GET", f"{path}?cursor={page['next_cursor']}")
            items += page["items"]
        return items

    def queue(self, mode, **preferences):
        return self.lobby.ask("match.queue", {"mode": mode, "deck": self.deck, "preferences": preferences})

    def sit_down(self):
        """At the table that match.found names; gives the match."""
        return self.sit_down_at(self.lobby.push("match.found"))

    def sit_down_at(self, found):
        place = next(each for each in found["endpoints"] if each["transport"] == "wss")
        self.table = LiveLink(place["host"], place["port"], self.trust)
        joined = self.table.ask("battle.join", {"ticket": found["ticket"]})
        if joined["phase"] == "nonces":
            self.table.ask("battle.nonce", {"nonce": secrets.token_hex(32)})
        return found
