#!/usr/bin/env python3
"""The real gateway and connection server, signed in, against nginx and npm's ws: the same generator on all, interleaved,
operations per CPU-second of the server's whole process."""
import base64
import http.client
import json
import os
import pathlib
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from harvest_system import System, free_range  # noqa: E402

GENERATOR = str(pathlib.Path(os.environ.get("HARVESTCTL", ROOT / "build/release/harvestctl")).parent / "tls_generator")
MODULES = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "harvest/bench"
WS_VERSION = "8.18.0"
ROUNDS, SECONDS, CONNECTIONS, IDLE = 5, "2", "64", 2000
SIZES = ("6", CONNECTIONS, "640")
PING = json.dumps({"op": "session.ping", "id": 7, "data": {}})
UNLIMITED = ["gateway.limits.address.burst=0", "gateway.limits.account.burst=0", "gateway.limits.device.burst=0",
             "gateway.max_connections_per_address=20000", "connsrv.tcp.max_connections_per_address=20000",
             "connsrv.hello_burst=1000000", "connsrv.op_burst_factor=1000000"]
ACCOUNT_SIZED = json.dumps({"id": "p_01JD8Q3V9T6Y2M4K7N5R0B1C2D", "name": "harvester", "rating": 1512, "created_at": "2026-01-01T00:00:00.000Z"})


def row(name, ours, unit, yardstick=None, **more):
    shown = {"row": name, "ours": round(ours, 1), "unit": unit, **more}
    if yardstick:
        shown |= {"yardstick": round(yardstick, 1), "ratio": round(ours / yardstick, 3)}
    print(json.dumps(shown), flush=True)


def growth(name, by, **sizes):
    print(json.dumps({"growth": name, "by": by, **sizes}), flush=True)


def generate(kind, port, pid, *words):
    done = subprocess.run([GENERATOR, kind, "--port", str(port), "--pid", str(pid), "--seconds", SECONDS, *words],
                          capture_output=True, text=True, errors="replace", timeout=120)
    if done.returncode:
        raise RuntimeError(f"tls_generator {kind} {words}: {done.stderr}")
    return float(done.stdout)


def interleaved(ours, yardstick):
    pairs = [(ours(), yardstick()) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


class Nginx:
    """One worker that answers a static body over TLS."""

    def __init__(self, folder, system):
        self.port = free_range(1)
        conf = folder / "nginx.conf"
        temp = "".join(f" {name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf.write_text(
            f"daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 20000; }\n"
            f"http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;{temp}\n"
            f" server {{ listen 127.0.0.1:{self.port} ssl backlog=4096; ssl_certificate {system.ca_file};\n"
            f"  ssl_certificate_key {system.ca_file.removesuffix('.crt')}.key; ssl_protocols TLSv1.2 TLSv1.3;\n"
            f"  location / {{ default_type application/json; return 200 '{ACCOUNT_SIZED}'; }} }} }}\n")
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(conf), "-p", str(folder)], stderr=subprocess.DEVNULL)
        self.pid = self.process.pid


class WsEcho:
    """npm's ws over TLS, no compression, echoing each message."""

    def __init__(self, folder, system):
        if not (MODULES / "node_modules/ws").exists():
            MODULES.mkdir(parents=True, exist_ok=True)
            subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", str(MODULES), f"ws@{WS_VERSION}"], check=True)
        self.port = free_range(1)
        script = folder / "echo.cjs"
        script.write_text(f"""
const fs = require("fs"), https = require("https"), {{ WebSocketServer }} = require({json.dumps(str(MODULES / "node_modules/ws"))});
const server = https.createServer({{ cert: fs.readFileSync({json.dumps(system.ca_file)}), key: fs.readFileSync({json.dumps(system.ca_file.removesuffix(".crt") + ".key")}) }});
new WebSocketServer({{ server, perMessageDeflate: false }}).on("connection", (socket) =>
  socket.on("message", (text) => {{ const asked = JSON.parse(text); socket.send(JSON.stringify({{ re: asked.id, data: asked.data }})); }}));
server.listen({self.port}, "127.0.0.1", 4096);
""")
        self.process = subprocess.Popen(["node", str(script)])
        self.pid = self.process.pid


def sign_in(system, count):
    """Access tokens of `count` new device accounts."""
    context = ssl.create_default_context(cafile=system.ca_file)
    link = http.client.HTTPSConnection("127.0.0.1", system.port("gateway", "https"), context=context)
    tokens = []
    for i in range(count):
        secret = base64.urlsafe_b64encode(i.to_bytes(32, "big")).decode().rstrip("=")
        link.request("POST", "/v1/auth/device", json.dumps({"secret": secret, "name": f"bench{i:05}"}), {"content-type": "application/json"})
        reply = link.getresponse()
        body = json.loads(reply.read())
        if reply.status >= 300:
            raise RuntimeError(f"device login: {reply.status} {body}")
        tokens.append(body["access_token"])
    return tokens


def measure(system, folder):
    tokens = sign_in(system, IDLE)
    hellos = folder / "hellos"
    hellos.write_text("".join(
        json.dumps({"op": "session.hello", "id": 1, "data": {"token": token, "protocol": "harvest.v1", "client": {"name": "bench", "version": "1", "device_class": "desktop"}}}) + "\n" for token in tokens))
    request = folder / "request"
    request.write_bytes(("GET /v1/account HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nUser-Agent: bench\r\n"
                         f"Authorization: Bearer {tokens[0]}\r\n\r\n").encode())
    servers = [Nginx(folder, system), WsEcho(folder, system)]
    nginx, ws = servers
    pid, https, wss = system.process.pid, system.port("gateway", "https"), system.port("connsrv", "wss")
    time.sleep(1)
    try:
        get = ["--connections", CONNECTIONS, "--request", str(request)]
        ours, theirs = interleaved(lambda: generate("http", https, pid, *get), lambda: generate("http", nginx.port, nginx.pid, *get))
        row("https_account", ours, "requests/CPU-s", theirs)
        growth("https_account", "connections", rates={size: generate("http", https, pid, "--connections", size, "--request", str(request)) for size in SIZES})
        echo = ["--connections", CONNECTIONS, "--message", PING]
        ours, theirs = interleaved(lambda: generate("wss", wss, pid, *echo, "--hello", str(hellos)),
                                   lambda: generate("wss", ws.port, ws.pid, *echo))
        row("wss_echo", ours, "echoes/CPU-s", theirs)
        growth("wss_echo", "connections", rates={size: generate("wss", wss, pid, "--connections", size, "--message", PING, "--hello", str(hellos)) for size in SIZES})
        held = {str(count): generate("wss", wss, pid, "--connections", str(count), "--hello", str(hellos), "--idle") for count in (IDLE // 10, IDLE)}
        row("wss_memory", held[str(IDLE)], "bytes a connection")
        growth("wss_memory", "connections", costs=held)
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()


def main():
    sets = [word for key in UNLIMITED for word in ("--set", key)]
    with tempfile.TemporaryDirectory(prefix="harvest-bench-") as folder, System("--bots", "0", *sets) as system:
        measure(system, pathlib.Path(folder))


if __name__ == "__main__":
    main()
