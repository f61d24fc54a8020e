"""A client of the REST API that keeps its connection."""
import http.client
import json
import secrets
import ssl


class Refusal(RuntimeError):
    """A problem+json; `code` is what it is known by."""

    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.code = status, problem.get("code")


class RestClient:
    def __init__(self, system, timeout=10):
        self.trust = ssl.create_default_context(cafile=system.ca_file)
        self.connection = http.client.HTTPSConnection("localhost", system.port("gateway", "https"), timeout=timeout, context=self.trust)
        self.token = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None, key=None):
        headers = {name: value for name, value in (("Authorization", self.token and f"Bearer {self.token}"), ("Idempotency-Key", key)) if value}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = self.connection.getresponse()
        text = reply.read()
        document = json.loads(text) if text else None
        if reply.status >= 400:
            raise Refusal(reply.status, document)
        return document

    def sign_in(self, secret=None):
        """The player's id."""
        tokens = self.ask("POST", "/v1/auth/device", {"secret": secret or secrets.token_urlsafe(32)})
        self.token = tokens["access_token"]
        return tokens["player"]
