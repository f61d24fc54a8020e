"""Traces reach a collector by OTLP/HTTP: one id joins what the daemons did, in one process and in several; failures are always
told, and a collector that is away holds up nobody."""
import http.server
import json
import os
import secrets
import signal
import ssl
import threading
import time
import unittest
import urllib.error
import urllib.request

from cluster import ORDER, Cluster
from harvest_system import System, free_range, wait_until


class Collector:
    """Takes POST /v1/traces, as stock collectors do, and keeps the spans with their resource."""

    def __enter__(self):
        self.spans, lock = [], threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    outer.spans += [flat(resource, span) for resource in body["resourceSpans"] for scope in resource["scopeSpans"]
                                    for span in scope["spans"]]
                self.send_response(200 if self.path == "/v1/traces" and self.headers["content-type"] == "application/json" else 400)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", free_range(10)), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def of(self, trace):
        return [span for span in list(self.spans) if span["traceId"] == trace]


def flat(resource, span):
    values = {each["key"]: each["value"]["stringValue"] for each in resource["resource"]["attributes"]}
    return {**span, "slot": values["service.instance.id"], "service": values["service.name"]}


def settings(endpoint, one_in):
    return {"telemetry.traces.endpoint": endpoint, "telemetry.traces.one_in": one_in, "telemetry.traces.every": "500ms",
            "telemetry.traces.timeout": "1s"}


def flags(endpoint, one_in):
    return [word for key, value in settings(endpoint, one_in).items() for word in ("--set", f"{key}={value}")]


def register(port, trace, flag, cafile):
    """(status, seconds) of a sign-up that is part of a trace."""
    trust = ssl.create_default_context(cafile=cafile)
    body = json.dumps({"name": f"t{secrets.token_hex(6)}", "password": "correct horse battery"}).encode()
    request = urllib.request.Request(f"https://127.0.0.1:{port}/v1/auth/register", body, {
        "content-type": "application/json", "traceparent": f"00-{trace}-00f067aa0ba902b7-{flag}"})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=20, context=trust) as reply:
            return reply.status, time.monotonic() - began
    except urllib.error.HTTPError as error:
        return error.code, time.monotonic() - began


class Traces(unittest.TestCase):
    def whole(self, spans):
        """Every span but the first has its parent among the others."""
        ids = {span["spanId"] for span in spans} | {"00f067aa0ba902b7"}
        self.assertEqual(len(ids), len(spans) + 1, "a span id came twice")
        self.assertEqual([span for span in spans if span.get("parentSpanId") not in ids], [])
        for span in spans:
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))

    def test_one_process(self):
        trace = secrets.token_hex(16)
        with Collector() as collector, System("--ephemeral", *flags(collector.endpoint, 1)) as system:
            self.assertEqual(register(system.port("gateway", "https"), trace, "00", system.ca_file)[0], 201)
            names = {("gateway-0", "POST /v1/auth/register", 2), ("gateway-0", "auth.register", 3), ("auth-0", "auth.register", 2)}
            wait_until(lambda: names <= {(s["slot"], s["name"], s["kind"]) for s in collector.of(trace)}, 10, "spans of the sign-up")
            self.whole(collector.of(trace))
            system.run("loadtest", "run", "smoke", "--bots", "4", "--duration", "4s")
            # A live request: connsrv, and match behind it; what is said in chat goes on over the event log.
            for wanted in ({"connsrv", "match"}, {"connsrv", "chat"}):
                wait_until(lambda: [t for t in {s["traceId"] for s in list(collector.spans)}
                                    if wanted <= {s["service"] for s in collector.of(t)}], 10, f"a trace through {wanted}")
            ops = {"battle.join", "battle.nonce", "battle.end_turn"}
            wait_until(lambda: ops <= {s["name"] for s in list(collector.spans) if s["slot"] == "instance-0"}, 10, "spans of battles")
            kept = len(collector.spans)
            self.assertEqual(system.stop(), 0)
            self.assertGreaterEqual(len(collector.spans), kept)
            told = json.dumps(collector.spans)
            self.assertNotIn("p_0", told, "a player's id is in a span")

    def test_several_processes_and_failures(self):
        trace, failed = secrets.token_hex(16), secrets.token_hex(16)
        with Collector() as collector, Cluster({name: 1 for name in ORDER}, settings(collector.endpoint, 0)) as cluster:
            cafile = str(cluster.work / "data/keys/tls.crt")
            self.assertEqual(register(cluster.rest_port, trace, "01", cafile)[0], 201)
            wait_until(lambda: {"gateway", "auth"} <= {s["service"] for s in collector.of(trace)}, 10, "spans of two processes")
            self.whole(collector.of(trace))
            self.assertEqual({s["traceId"] for s in collector.spans}, {trace}, "nothing else failed or was asked for")
            auth = cluster.processes["auth-0"]
            auth.send_signal(signal.SIGSTOP)
            try:
                status, _ = register(cluster.rest_port, failed, "00", cafile)
            finally:
                auth.send_signal(signal.SIGCONT)
            self.assertIn(status, (503, 504))
            spans = wait_until(lambda: collector.of(failed), 10, "the failure")
            self.assertEqual({s["status"]["code"] for s in spans if s["service"] == "gateway"}, {2})
            lines = [json.loads(line) for line in cluster.log("gateway-0").splitlines() if failed in line]
            self.assertEqual([(line["trace.id"], line["log.level"]) for line in lines], [(failed, "warn")], "the log tells it too")

    def test_a_collector_that_is_away_holds_up_nobody(self):
        nobody = f"http://127.0.0.1:{free_range(10)}/v1/traces"
        with System("--ephemeral", *flags(nobody, 1)) as system:
            for _ in range(3):
                status, seconds = register(system.port("gateway", "https"), secrets.token_hex(16), "01", system.ca_file)
                self.assertEqual(status, 201)
                self.assertLess(seconds, 2)
            wait_until(lambda: 'harvest_runtime_spans_dropped_total{reason="collector"} 0\n' not in system.metrics(), 10, "spans given up")
            self.assertEqual(system.log().count("traces.away"), 1, "one line a change")
            began = time.monotonic()
            self.assertEqual(system.stop(), 0)
            self.assertLess(time.monotonic() - began, 10)

    def test_a_wrong_endpoint_is_refused(self):
        system = System("--ephemeral", *flags("localhost:4318", 1))
        try:
            done = system.run(*system.command()[1:], check=False)
            self.assertEqual(done.returncode, 78, done.stderr)
            self.assertIn("telemetry.traces.endpoint", done.stderr)
        finally:
            system.close()


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    unittest.main(verbosity=2)
