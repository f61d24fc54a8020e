"""What a client is told that sends bad live messages, to the lobby and to a table: a typed error each, then a close; who sits at the
same table notices nothing."""
import ssl
import unittest

from harvest_system import System
from live_link import LivePlayer

MOST, TRANSPORTS_MOST = 8 * 1024, 16 * 1024


class BadMessages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.system = System().start()
        cls.addClassCleanup(cls.system.close)
        cls.trust = ssl.create_default_context(cafile=cls.system.ca_file)

    def player(self):
        player = LivePlayer(self.system, self.trust)
        self.addCleanup(lambda: player.lobby.close())
        return player

    def table_of_two(self):
        both = [self.player(), self.player()]
        for each in both:
            each.queue("casual")
        for each in both:
            each.sit_down()
            self.addCleanup(each.table.close)
        return both

    def code(self, link, said):
        """The code of the error that a message in these very words is answered with."""
        link.say(said)
        return link.answer_to(0)["error"]["code"]

    def check_link(self, link, good):
        """Each kind of bad message is answered, in its own words; then there is an end."""
        self.assertEqual(self.code(link, "{"), "live.bad_message" if good == "session.ping" else "invalid_argument")
        self.assertIn(self.code(link, '{"op":"%s","id":0,"data":{},"more":1}' % good), ("live.bad_message", "invalid_argument"))
        self.assertIn(self.code(link, '{"op":"no.such","id":0,"data":{}}'), ("live.unknown_op", "invalid_argument"))
        whole = '{"op":"%s","id":7,"data":{}' % good
        self.assertEqual(self.code(link, whole.ljust(MOST) + "}"), "live.too_big")
        link.say(whole.ljust(MOST - 1) + "}")
        self.assertIn("data", link.answer_to(7))
        with self.assertRaisesRegex(ConnectionError, "too many bad messages|bad messages"):
            for _ in range(20):
                self.code(link, "{")

    def test_the_lobby_answers_then_closes(self):
        ann = self.player()
        self.check_link(ann.lobby, "session.ping")
        ann.connect()
        ann.lobby.ask("session.ping")

    def test_a_table_answers_then_closes_and_the_other_seat_plays_on(self):
        ann, bob = self.table_of_two()
        self.check_link(ann.table, "battle.state")
        bob.table.ask("battle.state")

    def test_what_no_message_may_have_closes_with_1009(self):
        for link in (self.player().lobby, self.table_of_two()[0].table):
            link.say(" " * TRANSPORTS_MOST + "{")
            with self.assertRaisesRegex(ConnectionError, "message too big"):
                link.answer_to(0)
            self.assertEqual(link.closed_with, 1009)


if __name__ == "__main__":
    unittest.main()
