"""The embedded event log keeps chat for its time, sealed under its authors' keys, and everything else for ever."""
import contextlib
import pathlib
import sqlite3
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

    def test_what_was_said_is_sealed_and_its_key_goes_with_the_account(self):
        self.system = System().start()
        self.addCleanup(self.system.close)
        store = pathlib.Path(self.system.ready["data_dir"]) / "harvest.db"

        def rows(statement, *values):
            with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
                return connection.execute(statement, values).fetchall()

        person = LivePlayer(self.system, ssl.create_default_context(cafile=self.system.ca_file))
        person.lobby.ask("chat.join", {"channel": "room:lobby"})
        sent = person.lobby.ask("chat.send", {"channel": "room:lobby", "text": "xylophone"})["message"]
        heard = person.lobby.push("chat.message", where=lambda entry: entry["message"] == sent)
        self.assertEqual(heard["text"], "xylophone")
        shown = self.system.run("admin", "kafka", "consume", "harvest.chat", "--exit-at-end").stdout
        for log in (shown, repr(rows("SELECT * FROM events"))):
            self.assertIn(sent, log)
            self.assertIn("harvest.chat.message.posted.v2", log)
            self.assertNotIn("xylophone", log)
            self.assertNotIn(heard["name"], log)
        boxes = rows("SELECT box FROM player_keys WHERE player = ?", person.player)
        self.assertEqual([len(box) for (box,) in boxes], [12 + 32 + 16])
        person.rest("DELETE", "/v1/account", {"secret": person.secret})
        person.lobby.close()
        self.assertEqual(rows("SELECT box FROM player_keys WHERE player = ?", person.player), [])
        self.assertEqual(rows("SELECT body FROM chat_messages WHERE author = ?", person.player), [])
        self.assertIn(sent, repr(rows("SELECT * FROM events")))
        self.assertEqual(self.system.stop(), 0)
        self.assertNotIn(boxes[0][0], store.read_bytes())  # nor is it among what the file has free


if __name__ == "__main__":
    unittest.main(verbosity=2)
