"""Clients that trade and write down what they were told, and what a store has lost of it, read by means of its own."""
import dataclasses
import secrets
import sqlite3
import threading
import time

from rest_client import RestClient

# One address, and more haste than a person has.
UNLIMITED = [word for name in ("address", "account", "write") for word in ("--set", f"gateway.limits.{name}.burst=0")]


@dataclasses.dataclass
class Acknowledged:
    """What a client was told, and when (time.monotonic_ns())."""
    at: int
    what: str # account, opened, cancelled, audited
    id: str
    key: str = ""


class Trader(threading.Thread):
    """Opens and cancels orders as fast as they are answered, and keeps a journal."""

    def __init__(self, system, until):
        super().__init__()
        self.system, self.until, self.journal, self.trouble = system, until, [], None

    def run(self):
        try:
            with RestClient(self.system) as client:
                self.note("account", client.sign_in())
                while time.monotonic() < self.until:
                    self.trade(client)
        except (OSError, RuntimeError) as trouble:
            self.trouble = trouble

    def trade(self, client):
        opening, cancelling = secrets.token_hex(8), secrets.token_hex(8)
        order = client.ask("POST", "/v1/market/orders", {"asset": "moonberry", "side": "buy", "price": "1", "quantity": "1"}, opening)["order"]
        self.note("opened", order["id"], opening)
        client.ask("DELETE", f"/v1/market/orders/{order['id']}", key=cancelling)
        self.note("cancelled", order["id"], cancelling)

    def note(self, what, number, key=""):
        self.journal.append(Acknowledged(time.monotonic_ns(), what, number, key))


def lost_in(folder, acknowledged):
    """Faults of the store in `folder`: what it has not, though a client was told; what does not add up."""
    database = sqlite3.connect(next(folder.glob("*.db")))
    try:
        if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
            return ["the file is broken"]
        accounts = {row[0] for row in database.execute("SELECT id FROM accounts")}
        orders = dict(database.execute("SELECT id, state FROM market_orders"))
        keys = {row[0] for row in database.execute("SELECT idempotency_key FROM idempotency_records")}
        faults = [f"asset {asset} sums to {total}" for asset, total in database.execute("SELECT asset, SUM(amount) FROM balances GROUP BY asset")
                  if total]
        folded = database.execute("SELECT account, asset, SUM(amount) FROM (SELECT credit AS account, asset, amount FROM transfers UNION ALL "
                                  "SELECT debit, asset, -amount FROM transfers) GROUP BY account, asset HAVING SUM(amount) <> 0").fetchall()
        held = database.execute("SELECT account, asset, amount FROM balances WHERE amount <> 0").fetchall()
    finally:
        database.close()
    if sorted(folded) != sorted(held):
        faults.append("balances are not what the transfers make")
    for each in acknowledged:
        if each.what == "audited":
            continue
        there = each.id in accounts if each.what == "account" else each.id in orders and (each.what == "opened" or orders[each.id] != 0)
        if not there or (each.key and each.key not in keys):
            faults.append(f"{each.what} {each.id} is lost")
    return faults
