"""Who left an order in the market hears what became of it, at once or at the next sign-in; a numbered card changes hands as the
one that it is."""
import shutil
import ssl
import unittest

from harvest_system import QUICK_CONTENT_DIR, System, wait_until
from live_link import LivePlayer, Refused

WAS = "reward: {coin: 10, compost: 1}"
NOW = "reward: {coin: 400, compost: 1, stardust: 100, moonberry: 20, carrot: 60, wheat: 40}"


class Market(unittest.TestCase):
    def setUp(self):
        self.system = System()
        self.addCleanup(self.system.close)
        content = self.system.work / "content"
        shutil.copytree(QUICK_CONTENT_DIR, content, symlinks=False)
        quests = content / "quests.yaml"
        text = quests.read_text()
        self.assertIn(WAS, text)
        quests.unlink()  # it may be a link to the shipped file
        quests.write_text(text.replace(WAS, NOW, 1))
        self.system.arguments += ["--set", f"content_dir={content}"]
        self.system.start()
        self.trust = ssl.create_default_context(cafile=self.system.ca_file)

    def person(self):
        """A player with all that a common critter is made of: the reward of a first planting."""
        person = LivePlayer(self.system, self.trust)
        self.addCleanup(lambda: person.lobby.close())
        person.lobby.act("farm.plant", {"plots": [1], "crop": "wheat", "buy": True})
        wait_until(lambda: self.owned(person, "moonberry") == 20, 20, "the reward of a first planting")
        return person

    @staticmethod
    def owned(person, asset):
        return next((int(each["amount"]) for each in person.every("/v1/inventory") if each["asset"] == asset), 0)

    @staticmethod
    def serials(person, card):
        return next((each.get("serials", []) for each in person.every("/v1/collection") if each["card"] == card), [])

    def order(self, person, side, asset, price, quantity=1, **more):
        return person.lobby.act("market.order", {"side": side, "asset": asset, "price": str(price), "quantity": str(quantity), **more})

    def test_the_owner_of_an_order_is_told(self):
        ann, bob = self.person(), self.person()
        offered = self.order(ann, "sell", "carrot", 3, 10)["order"]
        before = self.owned(bob, "coin")
        self.order(bob, "buy", "carrot", 5, 4)
        self.assertEqual(self.owned(bob, "coin"), before - 12)
        told = ann.lobby.push("notify.new")
        self.assertEqual((told["kind"], told["order"]["id"], told["order"]["left"], told["order"]["state"]), ("order_filled", offered["id"], "6", "open"))

        ann.lobby.close()
        self.order(bob, "buy", "carrot", 3, 6)
        self.system.kill()
        self.system.start()
        ann.connect()
        kept = ann.lobby.ask("notify.list")["items"]
        self.assertEqual([(each["kind"], each["order"]["left"], each["order"]["state"]) for each in kept],
                         [("order_filled", "0", "filled")])  # one an order, as it stands
        self.assertEqual(self.owned(bob, "carrot"), 70)
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])

    def test_a_numbered_card_is_sold_as_the_one_that_it_is(self):
        ann, bob = self.person(), self.person()
        made = [ann.lobby.act("craft.make", {"recipe": "moonlit.hedgehog"})["serial"] for _ in range(3)]
        self.assertEqual(made, [1, 2, 3])
        with self.assertRaises(Refused) as refusal:
            self.order(bob, "sell", "card.hedgehog", 90, serial=2)
        self.assertEqual(refusal.exception.code, "market.no_such_serial")
        self.order(ann, "sell", "card.hedgehog", 90, serial=2)
        self.assertEqual(self.serials(ann, "hedgehog"), [1, 3])  # it belongs to the market
        bought = self.order(bob, "buy", "card.hedgehog", 100)
        self.assertEqual(bought["fills"][0]["price"], "90")
        self.assertEqual((self.serials(ann, "hedgehog"), self.serials(bob, "hedgehog")), ([1, 3], [2]))
        self.assertEqual(ann.lobby.push("notify.new")["order"]["serial"], 2)
        taken_back = self.order(ann, "sell", "card.hedgehog", 90, serial=1)["order"]
        ann.lobby.act("market.cancel", {"order": taken_back["id"]})
        self.assertEqual(self.serials(ann, "hedgehog"), [1, 3])
        self.assertTrue(self.system.json("admin", "ledger", "check")["sound"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
