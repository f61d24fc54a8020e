#!/usr/bin/env python3
"""scripts/lib/check_house.py finds what it is for: a breach of each rule is planted, and so is its harmless neighbour."""
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/lib"))
import check_house  # noqa: E402

# Rule, path, a line that breaks it, and one like it that does not.
LINES = (
    ("include-arrow", "daemons/chat/x.cpp", '#include "common/adapters/redis/redis_cache.hpp"', '#include "common/ports/cache.hpp"'),
    ("include-arrow", "daemons/chat/x.cpp", '#include "daemons/match/match.hpp"', '#include "daemons/chat/chat.hpp"'),
    ("include-arrow", "common/base/x.hpp", '#include "common/ports/clock.hpp"', '#include "common/base/time.hpp"'),
    ("include-arrow", "cli/admin/x.cpp", '#include "common/adapters/sqlite/database.hpp"', '#include "common/ports/clock.hpp"'),
    ("foreign-header", "daemons/auth/x.cpp", "#include <sqlite3.h>", "#include <algorithm>"),
    ("foreign-header", "common/adapters/kafka/x.cpp", "#include <hiredis/hiredis.h>", "#include <librdkafka/rdkafkacpp.h>"),
    ("pure-service", "daemons/match/service.cpp", "#include <boost/asio/post.hpp>", "#include <vector>"),
    ("detached", "daemons/chat/x.cpp", "asio::co_spawn(io, run(), asio::detached);", "tasks_.spawn(run); // not detached"),
    ("daemon-thread", "daemons/chat/x.cpp", "std::mutex lock;", 'log("std::mutex");'),
    ("daemon-thread", "daemons/chat/x.cpp", "asio::steady_timer timer;", "clock_.sleep_until(by);"),
    ("platform", "daemons/chat/chat.cpp", "Chat::Chat(Platform& all) {}", "Chat::Chat(Clock& clock) {}"),
    ("name", "daemons/chat/x.hpp", "class ChatManager {", "class ChatRooms {"),
    ("name", "daemons/chat/chat_utils.hpp", "", None),
    ("determinism", "common/game/battle/x.cpp", "double health = 0;", "int health = 0;"),
    ("determinism", "common/game/battle/x.cpp", "std::unordered_map<int, int> hand;", "std::map<int, int> hand;"),
    ("gcc12-coroutine", "daemons/chat/x.cpp", "co_await store(Message{text, 1});", "co_await store(std::move(message));"),
    ("gcc12-coroutine", "daemons/chat/x.cpp", "co_await spawn([name] { return 1; });", "co_await spawn(named);"),
    ("shared-sql", "common/adapters/sql/x.cpp", 'run("select sum(amount) from entries");', 'run("select amount from entries");'),
    ("shared-sql", "common/adapters/sql/x.cpp", 'run("insert or replace into a values (1)");', 'say("insert coins or leave");'),
    ("dialect", "common/adapters/postgres/x.cpp", 'run("select pg_advisory_lock(1)");', 'run("select 1");'),
)


class HouseRules(unittest.TestCase):
    def setUp(self):
        for list_of in (check_house.findings, check_house.warnings):
            list_of.clear()
        check_house.error_ids.clear()

    def findings(self, path, text):
        self.setUp()
        for check in (check_house.check_includes, check_house.check_text, check_house.check_sql):
            check(path, text)
        return [each.split(": ")[1] for each in check_house.findings]

    def test_a_breach_is_found_and_its_neighbour_is_not(self):
        for rule, path, bad, good in LINES:
            with self.subTest(rule=rule, line=bad or path):
                self.assertEqual(self.findings(path, bad + "\n"), [rule])
                if good is not None:
                    self.assertEqual(self.findings(path, good + "\n"), [])

    def test_what_is_long_is_warned_of(self):
        check_house.check_text("daemons/chat/x.cpp", "\n" * 401)
        check_house.check_text("daemons/chat/y.cpp", "void f()\n{\n" + "    g();\n" * 80 + "}\n")
        self.assertEqual([each.split(": ")[1] for each in check_house.warnings], ["long-file", "long-function"])

    def test_two_error_categories_of_one_id(self):
        line = "constexpr DomainTable table(0x1234, rows);\n"
        self.assertEqual(self.findings("daemons/chat/errc.cpp", line), [])
        check_house.check_error_ids("daemons/match/errc.cpp", line)
        self.assertEqual(len(check_house.findings), 1)

    def test_a_port_without_a_suite_a_source_and_a_test_that_nothing_runs(self):
        check_house.check_ports(["common/ports/clock.hpp", "common/ports/oracle.hpp"])
        check_house.check_registered(["tests/e2e/test_kill.py", "tests/e2e/harvest_system.py", "tests/operation/playbook.sh",
                                      "tests/e2e/test_nobody_runs_it.py", "tests/operation/nobody_runs_it.sh"])
        self.assertEqual([each.split(":")[0] for each in check_house.findings],
                         ["common/ports/oracle.hpp", "tests/e2e/test_nobody_runs_it.py", "tests/operation/nobody_runs_it.sh"])
        if (ROOT / "build/debug/compile_commands.json").exists():
            self.setUp()
            check_house.check_compiled(["daemons/chat/chat.cpp", "daemons/chat/nothing_compiles_it.cpp"])
            self.assertEqual([each.split(":")[0] for each in check_house.findings], ["daemons/chat/nothing_compiles_it.cpp"])

    def test_an_adapter_on_which_the_suite_does_not_run(self):
        check_house.check_adapters({
            "common/ports/clock.hpp": "class Clock {\n",
            "common/ports/sealer.hpp": "class Sealer {\n",  # has an exception from having a suite
            "common/adapters/memory/manual_clock.hpp": "class ManualClock final : public Clock {\n",
            "common/adapters/crypto/box.hpp": "class Box final : public Sealer {\n",
            "common/adapters/web/door.hpp": "class Door final : public Pollee {\n",
            "common/adapters/system/sundial.hpp": "class Sundial final : public Named,\n                      public Clock {\n",
        })
        self.assertEqual([each.split(": ")[:2] for each in check_house.findings], [["common/adapters/system/sundial.hpp:1", "adapter-suite"]])

    def test_an_exception_needs_a_reason_and_covers_its_own_rule_and_file_alone(self):
        check_house.find("port-suite", "common/ports/task.hpp", 1, "…")
        self.assertEqual(check_house.findings, [])
        check_house.find("name", "common/ports/task.hpp", 1, "…")
        self.assertEqual(len(check_house.findings), 1)
        self.assertTrue(all(check_house.EXCEPT.values()))


if __name__ == "__main__":
    unittest.main()
