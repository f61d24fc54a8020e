"""The REST part walked with stock curl, which checks the certificate by the CA file."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harvest_system import ROOT, System, wait_until


def quick_wheat(folder):
    """The game's own content in `folder`, its prices too, with wheat that is ripe after a second."""
    shutil.copytree(ROOT / "config/game", folder, dirs_exist_ok=True)
    farm = pathlib.Path(folder) / "farm.yaml"
    farm.write_text(re.sub(r"(id: wheat,.*grow_s: )\d+", r"\g<1>1", farm.read_text()))
    return folder


class Curl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.content = tempfile.TemporaryDirectory()
        cls.system = System("--ephemeral", "--except", "metrics",  # nobody is rewarded while coins are counted
                            "--set", f"content_dir={quick_wheat(cls.content.name)}").start()
        cls.base = f"https://127.0.0.1:{cls.system.port('gateway', 'https')}"

    @classmethod
    def tearDownClass(cls):
        cls.system.close()
        cls.content.cleanup()

    def curl(self, method, path, body=None, token=None, *extra):
        words = ["curl", "-sS", "--http1.1", "--cacert", self.system.ca_file, "-X", method, "-w", "\n%{http_code} %{content_type}", *extra]
        if body is not None:
            words += ["-H", "content-type: application/json", "-d", body if isinstance(body, str) else json.dumps(body)]
        if token:
            words += ["-H", f"authorization: Bearer {token}"]
        done = subprocess.run([*words, self.base + path], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        text, _, tail = done.stdout.rpartition("\n")
        status, _, kind = tail.partition(" ")
        return int(status), kind, json.loads(text) if text else None

    def problem(self, reply, status):
        self.assertEqual(reply[0], status, reply)
        self.assertEqual(reply[1].split(";")[0], "application/problem+json", reply)
        self.assertIn("code", reply[2])
        return reply[2]["code"]

    def every(self, path, token):
        """The items of all pages."""
        items, cursor = [], ""
        while True:
            status, _, page = self.curl("GET", f"{path}?limit=20{cursor}", token=token)
            self.assertEqual(status, 200, page)
            items += page["items"]
            if "next_cursor" not in page:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    def test_a_players_way(self):
        status, _, tokens = self.curl("POST", "/v1/auth/register", {"name": "kestrel", "password": "correct horse battery"})
        self.assertIn(status, (200, 201), tokens)
        access = tokens["access_token"]
        status, _, account = self.curl("GET", "/v1/account", token=access)
        self.assertEqual((status, account["name"]), (200, "kestrel"))
        status, _, decks = self.curl("GET", "/v1/decks", token=access)
        self.assertEqual((status, len(decks["items"])), (200, 2))
        status, _, cards = self.curl("GET", "/v1/catalog/cards")
        self.assertEqual(status, 200)
        self.assertGreaterEqual(len(cards["items"]), 24)
        status, _, inventory = self.curl("GET", "/v1/inventory", token=access)
        self.assertEqual(status, 200)
        self.assertIn("coin", json.dumps(inventory))
        status, _, again = self.curl("POST", "/v1/auth/login", {"name": "Kestrel", "password": "correct horse battery"})
        self.assertEqual(status, 200, again)
        status, _, renewed = self.curl("POST", "/v1/auth/refresh", {"refresh_token": again["refresh_token"]})
        self.assertEqual(status, 200, renewed)
        status, _, _ = self.curl("POST", "/v1/auth/logout", {"refresh_token": renewed["refresh_token"]}, access)
        self.assertIn(status, (200, 204))
        self.problem(self.curl("POST", "/v1/auth/refresh", {"refresh_token": renewed["refresh_token"]}), 401)

    def test_a_farmers_day(self):
        _, _, tokens = self.curl("POST", "/v1/auth/register", {"name": "farmer", "password": "correct horse battery"})
        access = tokens["access_token"]

        def act(what, body, key):
            return self.curl("POST", f"/v1/farm/{what}", body, access, "-H", f"idempotency-key: {key}")

        def held(asset):
            return sum(int(item["amount"]) for item in self.every("/v1/inventory", access) if item["asset"] == asset)

        def stages():
            status, _, farm = self.curl("GET", "/v1/farm", token=access)
            self.assertEqual(status, 200, farm)
            return [plot["state"] for plot in farm["plots"]]

        _, _, crops = self.curl("GET", "/v1/catalog/crops")
        self.assertIn("wheat", [crop["id"] for crop in crops["items"]])
        self.assertEqual(stages(), ["empty"] * 12)
        seeds = held("seed.wheat")
        first = act("plant", {"plots": [1, 2], "crop": "wheat"}, "plant-1")
        self.assertEqual(first[0], 200, first)
        self.assertEqual(act("plant", {"plots": [1, 2], "crop": "wheat"}, "plant-1"), first)
        self.assertEqual(self.problem(act("plant", {"plots": [3], "crop": "wheat"}, "plant-1"), 422), "idempotency.key_reused")
        self.assertEqual(self.problem(self.curl("POST", "/v1/farm/plant", {"plots": [3], "crop": "wheat"}, access), 400),
                         "idempotency.key_missing")
        self.assertEqual(held("seed.wheat"), seeds - 2)
        wait_until(lambda: stages()[:2] == ["ripe", "ripe"], 20, "the wheat is ripe")
        status, _, cut = act("harvest", {"plots": [1, 2]}, "harvest-1")
        self.assertEqual(status, 200, cut)
        gained = {item["asset"]: int(item["amount"]) for item in cut["gained"]}
        self.assertGreaterEqual(gained["wheat"], 2)
        self.assertEqual(held("wheat"), gained["wheat"])
        self.assertEqual(self.problem(act("harvest", {"plots": [1]}, "harvest-2"), 409), "farm.plot_empty")
        self.assertEqual(self.problem(act("expand", {}, "expand-1"), 409), "farm.no_coin")
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])

    def test_a_market_day(self):
        def trader(name):
            _, _, tokens = self.curl("POST", "/v1/auth/register", {"name": name, "password": "correct horse battery"})
            return tokens["access_token"]

        def order(access, side, price, quantity, key):
            body = {"asset": "card.wheat_sheaf", "side": side, "price": str(price), "quantity": str(quantity)}
            return self.curl("POST", "/v1/market/orders", body, access, "-H", f"idempotency-key: {key}")

        def coins(access):
            return sum(int(item["amount"]) for item in self.every("/v1/inventory", access) if item["asset"] == "coin")

        def copies(access):
            return sum(item["copies"] for item in self.every("/v1/collection", access) if item["card"] == "wheat_sheaf")

        seller, buyer = trader("seller"), trader("buyer")
        self.assertEqual((copies(buyer), coins(buyer)), (2, 100))
        sale = order(seller, "sell", 9, 2, "s-1")
        self.assertEqual(sale[0], 200, sale)
        self.assertEqual(order(seller, "sell", 9, 2, "s-1"), sale)
        self.assertEqual(self.problem(order(seller, "sell", 9, 1, "s-1"), 422), "idempotency.key_reused")
        self.assertEqual(self.problem(order(seller, "buy", 9, 1, "s-2"), 409), "market.self_trade")
        self.assertEqual(self.problem(order(seller, "sell", 0, 1, "s-2"), 400), "market.bad_price")
        _, _, book = self.curl("GET", "/v1/market/book/card.wheat_sheaf", token=buyer)
        self.assertIn({"price": "9", "quantity": "2", "orders": 1}, book["asks"])
        status, _, bought = order(buyer, "buy", 10, 1, "b-1")
        self.assertEqual((status, bought["order"]["state"]), (200, "filled"), bought)
        self.assertEqual((copies(buyer), coins(buyer)), (3, 91))
        self.assertEqual((copies(seller), coins(seller)), (0, 108))
        path = f"/v1/market/orders/{sale[2]['order']['id']}"
        self.assertEqual(self.problem(self.curl("DELETE", path, None, buyer, "-H", "idempotency-key: c-1"), 404),
                         "market.no_such_order")
        cancelled = self.curl("DELETE", path, None, seller, "-H", "idempotency-key: c-1")
        self.assertEqual(cancelled[0], 200, cancelled)
        self.assertEqual(self.curl("DELETE", path, None, seller, "-H", "idempotency-key: c-1"), cancelled)
        self.assertEqual(copies(seller), 1)
        _, _, mine = self.curl("GET", "/v1/market/orders?state=open", token=seller)
        self.assertEqual(mine["items"], [])
        _, _, trades = self.curl("GET", "/v1/market/trades/card.wheat_sheaf", token=seller)
        self.assertEqual(sum(int(hour["volume"]) for hour in trades["candles"]), 1)
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])

    def test_two_neighbours(self):
        def neighbour(name):
            _, _, tokens = self.curl("POST", "/v1/auth/register", {"name": name, "password": "correct horse battery"})
            return tokens["player"], tokens["access_token"]

        (ann, ann_token), (bob, bob_token) = neighbour("neighbour-ann"), neighbour("neighbour-bob")
        status, _, asked = self.curl("POST", "/v1/friends", {"name": "Neighbour-Bob"}, ann_token)
        self.assertEqual((status, asked["player"], asked["state"]), (200, bob, "outgoing"), asked)
        self.assertEqual(self.problem(self.curl("POST", "/v1/friends", {"player": bob}, ann_token), 409), "social.already_asked")
        _, _, told = self.curl("GET", "/v1/notifications", token=bob_token)
        self.assertEqual([(item["kind"], item["name"]) for item in told["items"]], [("friend_requested", "neighbour-ann")])
        self.assertEqual(self.curl("POST", "/v1/notifications/read", {"up_to": told["items"][0]["number"]}, bob_token)[2],
                         {"unread": 0})
        status, _, accepted = self.curl("PUT", f"/v1/friends/{ann}", token=bob_token)
        self.assertEqual((status, accepted["state"]), (200, "friends"), accepted)
        _, _, friends = self.curl("GET", "/v1/friends?state=friends", token=ann_token)
        self.assertEqual([(item["player"], item["presence"]) for item in friends["items"]], [(bob, "offline")])
        for _ in range(2):
            self.assertEqual(self.curl("PUT", f"/v1/blocks/{ann}", token=bob_token)[0], 204)
        self.assertEqual(self.curl("GET", "/v1/friends", token=ann_token)[2], {"items": []})
        status, _, unheard = self.curl("POST", "/v1/friends", {"player": bob}, ann_token)
        self.assertEqual((status, unheard["state"]), (200, "outgoing"), unheard)
        self.assertEqual(self.curl("GET", "/v1/friends", token=bob_token)[2], {"items": []})
        requested = self.system.json("admin", "events", "--type", "user.friend.requested.v1")["items"]
        self.assertEqual(len(requested), 1, requested)  # what nobody hears of is no event

    def test_a_crafters_day(self):
        _, _, tokens = self.curl("POST", "/v1/auth/register", {"name": "crafter", "password": "correct horse battery"})
        access = tokens["access_token"]

        def act(path, body, key):
            return self.curl("POST", path, body, access, "-H", f"idempotency-key: {key}")

        def copies(card):
            return sum(item["copies"] for item in self.every("/v1/collection", access) if item["card"] == card)

        _, _, recipes = self.curl("GET", "/v1/catalog/recipes")
        self.assertGreaterEqual(len({recipe["card"] for recipe in recipes["items"]}), 80)
        self.assertEqual(copies("thistle"), 2)
        first = act("/v1/craft/dismantle", {"card": "thistle", "count": 2}, "apart-1")
        self.assertEqual(first[0], 200, first)
        self.assertEqual(first[2]["gained"], [{"asset": "stardust", "amount": "10"}])
        self.assertEqual(act("/v1/craft/dismantle", {"card": "thistle", "count": 2}, "apart-1"), first)
        self.assertEqual(copies("thistle"), 0)
        self.assertEqual(self.problem(act("/v1/craft/dismantle", {"card": "thistle", "count": 1}, "apart-2"), 409),
                         "craft.not_owned")
        status, _, refused = act("/v1/craft", {"card": "wheat_sheaf"}, "make-1")
        self.assertEqual((status, refused["code"]), (409, "craft.missing_ingredients"))
        self.assertEqual(refused["missing"], [{"asset": "wheat", "amount": "15"}])
        self.assertEqual(self.problem(act("/v1/craft", {"card": "unicorn"}, "make-2"), 404), "craft.no_such_card")
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])

    def test_the_contract_is_served(self):
        status, _, document = self.curl("GET", "/v1/openapi.json")
        self.assertEqual((status, document["openapi"][:3]), (200, "3.1"))
        status, _, keys = self.curl("GET", "/.well-known/jwks.json")
        self.assertEqual((status, keys["keys"][0]["crv"]), (200, "P-256"))

    def test_faults_are_problems(self):
        self.problem(self.curl("GET", "/v1/account"), 401)
        self.problem(self.curl("GET", "/v1/account", token="a.b.c"), 401)
        self.problem(self.curl("GET", "/v1/nothing"), 404)
        self.problem(self.curl("DELETE", "/v1/catalog/cards"), 405)
        self.problem(self.curl("POST", "/v1/auth/login", "{"), 400)
        self.problem(self.curl("POST", "/v1/auth/login", {"name": "kestrel"}), 400)
        self.problem(self.curl("POST", "/v1/auth/login", {"name": "a" * 20, "password": "x" * 20, "admin": True}), 400)
        self.problem(self.curl("POST", "/v1/auth/login", {"name": "nobody-here", "password": "x" * 20}), 401)
        self.problem(self.curl("POST", "/v1/auth/register", {"name": "x", "password": "short"}), 400)
        self.problem(self.curl("POST", "/v1/auth/login", "x" * 100000), 413)

    def test_limits_are_told(self):
        done = subprocess.run(["curl", "-sS", "-D-", "-o/dev/null", "--cacert", self.system.ca_file, self.base + "/v1/catalog/cards"],
                              capture_output=True, text=True, check=True)
        self.assertIn("ratelimit", done.stdout.lower())


if __name__ == "__main__":
    unittest.main(verbosity=2)
