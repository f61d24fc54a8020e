"""The embedded event log keeps chat for its time and everything else for ever."""
import ssl
import time
import unittest

from harvest_system import System, wait_until
from live_link import LivePlayer


class Retention(unittest.TestCase):
    def kept(self, topic):
        items = self.system.json("admin", "kafka", "describe", topic)["items"]
        return sum(int(each["messages"]) for each in items), {int(each["retention_seconds"]) for each in items}

    def test_chat_goes_after_its_time(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        person = LivePlayer(self.system, ssl.create_default_context(cafile=self.system.ca_file))
        person.lobby.ask("chat.join", {"channel": "room:lobby"})
        sent = person.lobby.ask("chat.send", {"channel": "room:lobby", "text": "hello"})["message"]
        person.lobby.push("chat.message", where=lambda entry: entry["message"] == sent)
        person.lobby.close()
        messages, retention = self.kept("harvest.chat")
        self.assertGreater(messages, 0)
        self.assertEqual(retention, {30 * 24 * 3600})
        users = self.kept("harvest.user")
        self.assertGreater(users[0], 0)
        self.assertEqual(users[1], {0})
        self.assertEqual(self.system.stop(), 0)

        time.sleep(1.1)
        self.system.arguments += ["--set", "kafka.chat_retention=1s"]
        self.system.start()
        wait_until(lambda: self.kept("harvest.chat") == (0, {1}), 10, "chat that has gone")
        self.assertGreaterEqual(self.kept("harvest.user")[0], users[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
