#!/usr/bin/env python3
"""What a flood of logins does to everybody else: the p99 of a signed-in `GET /v1/account` at an even pace while more password
logins come than the hashing threads can take, against the same without them, interleaved."""
import http.client
import json
import multiprocessing
import pathlib
import ssl
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harvest_system import System  # noqa: E402

ROUNDS, SECONDS, PACE, CLIENTS = 5, 6, 0.01, 12
LIMITS = ("address", "account", "device", "register", "login")
PASSWORD = "correct horse battery staple"


def row(name, ours, unit, **more):
    print(json.dumps({"row": name, "ours": ours, "unit": unit, **more}), flush=True)


def connection(port, ca_file, number=0):
    """Each from an address of its own: guesses are limited by address and account."""
    return http.client.HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(cafile=ca_file),
                                       source_address=(f"127.0.1.{1 + number}", 0))


def ask(link, method, path, body=None, token=None):
    headers = {"content-type": "application/json"} if body else {}
    if token:
        headers["authorization"] = f"Bearer {token}"
    link.request(method, path, json.dumps(body) if body else None, headers)
    reply = link.getresponse()
    return reply.status, json.loads(reply.read() or "{}")


def flood(port, ca_file, going, over, answered):
    """Clients that log in one after the other while `going`."""
    def client(number):
        link = connection(port, ca_file, number)
        while not over.is_set():
            if not going.wait(0.1):
                continue
            status, problem = ask(link, "POST", "/v1/auth/login", {"name": f"login-{number}", "password": PASSWORD})
            if status != 200:
                print(status, problem, file=sys.stderr)
                time.sleep(0.1)
                continue
            with answered.get_lock():
                answered.value += 1

    clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()


def p99_ms(link, token):
    """Of requests that are due every PACE seconds; one that had to wait for another counts from when it was due."""
    took, began = [], time.monotonic()
    for i in range(int(SECONDS / PACE)):
        due = began + i * PACE
        time.sleep(max(0.0, due - time.monotonic()))
        status, _ = ask(link, "GET", "/v1/account", token=token)
        if status != 200:
            raise RuntimeError(f"GET /v1/account: {status}")
        took.append((time.monotonic() - due) * 1000)
    return statistics.quantiles(took, n=100)[98]


def main():
    sets = [word for name in LIMITS for word in ("--set", f"gateway.limits.{name}.burst=0")]
    with System("--bots", "0", *sets) as system:
        port, ca_file = system.port("gateway", "https"), system.ca_file
        for number in range(CLIENTS):
            link = connection(port, ca_file, number)
            status, tokens = ask(link, "POST", "/v1/auth/register", {"name": f"login-{number}", "password": PASSWORD})
            if status // 100 != 2:
                raise RuntimeError(f"register: {status} {tokens}")
        going, over, answered = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Value("i", 0)
        crowd = multiprocessing.Process(target=flood, args=(port, ca_file, going, over, answered))
        crowd.start()
        quiet, saturated = [], []
        for _ in range(ROUNDS):
            quiet.append(p99_ms(link, tokens["access_token"]))
            going.set()
            time.sleep(1)
            saturated.append(p99_ms(link, tokens["access_token"]))
            going.clear()
            time.sleep(2)  # those that wait for a thread
        over.set()
        crowd.join()
    ours, yardstick = statistics.median(saturated), statistics.median(quiet)
    row("p99_during_logins", round(ours, 2), "ms", yardstick=round(yardstick, 2),
        ratio=round(ours / yardstick, 2), note=f"{answered.value / (ROUNDS * (SECONDS + 3)):.0f} logins/s were answered meanwhile")


if __name__ == "__main__":
    main()
