#include "common/adapters/sql/ledger_check.hpp"
#include "common/ports/ledger.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <limits>
#include <map>
#include <random>
#include <tuple>

using namespace harvest;
using namespace harvest::test;

namespace {

std::int64_t held(OpenStores& stores, const std::string& account, const std::string& asset, Deadline by)
{
    for (const Balance& balance : *get(stores.ledger.balances(account, by)))
        if (balance.asset == asset) return balance.amount;
    return 0;
}

sql::LedgerReport check(OpenStores& stores)
{
    sql::LedgerReport report;
    const auto look = [&report](sql::Connection& connection) -> Result<void> {
        Result<sql::LedgerReport> checked = sql::check_ledger(connection);
        if (!checked) return checked.error();
        report = std::move(*checked);
        return {};
    };
    REQUIRE(stores.database->read_now(look));
    return report;
}

Transfer coins(TransferId id, std::string from, std::string to, std::int64_t amount)
{
    return {std::move(id), "coin", std::move(from), std::move(to), amount, "test"};
}

} // namespace

TEMPLATE_TEST_CASE("A transfer happens once, and its id means one content", "[ledger]", HARVEST_STORES)
{
    TestType stores;
    const auto transfer = [&](std::vector<Transfer> list) {
        return get(stores->ledger.transfer(std::move(list), noon, {}, stores.soon()));
    };
    const Transfer first = coins(TransferId{"t_1"}, "mint", "player:p_1", 100);
    REQUIRE(transfer({first}));
    REQUIRE(transfer({first}));
    CHECK(held(*stores.operator->(), "player:p_1", "coin", stores.soon()) == 100);
    CHECK(held(*stores.operator->(), "mint", "coin", stores.soon()) == -100);
    for (Transfer other : {first, first, first, first, first}) {
        static int which = 0;
        switch (which++ % 5) {
        case 0:
            other.amount = 101;
            break;
        case 1:
            other.asset = "wheat";
            break;
        case 2:
            other.credit = "player:p_2";
            break;
        case 3:
            other.debit = "reward";
            break;
        default:
            other.reason = "another";
        }
        CHECK(transfer({other}).error() == Errc::conflict);
    }
    CHECK(check(*stores.operator->()).transfers == 1);
}

TEMPLATE_TEST_CASE("No account but the mint goes below zero, and all or nothing moves", "[ledger]", HARVEST_STORES)
{
    TestType stores;
    OpenStores& open = *stores.operator->();
    const auto transfer = [&](std::vector<Transfer> list, std::vector<OutboxEvent> events) {
        return get(stores->ledger.transfer(std::move(list), noon, std::move(events), stores.soon()));
    };
    REQUIRE(transfer({coins(TransferId{"t_1"}, "mint", "player:p_1", 10)}, {}));
    const std::vector<Transfer> too_much{coins(TransferId{"t_2"}, "player:p_1", "player:p_2", 6),
                                         coins(TransferId{"t_3"}, "player:p_1", "player:p_3", 5)};
    const OutboxEvent event = event_of(stores, "harvest.game", "p_1", "{}");
    CHECK(transfer(too_much, {event}).error() == Errc::failed_precondition);
    CHECK(held(open, "player:p_1", "coin", stores.soon()) == 10);
    CHECK(held(open, "player:p_2", "coin", stores.soon()) == 0);
    CHECK(get(stores->events.read("harvest.game", "", 0, 10, stores.soon()))->empty());
    CHECK(transfer({coins(TransferId{"t_4"}, "player:p_9", "player:p_2", 1)}, {}).error() == Errc::failed_precondition);

    REQUIRE(transfer({coins(TransferId{"t_2"}, "player:p_1", "player:p_2", 6)}, {event}));
    CHECK(held(open, "player:p_2", "coin", stores.soon()) == 6);
    CHECK(get(stores->events.read("harvest.game", "", 0, 10, stores.soon()))->size() == 1);
    CHECK(check(open).sound());
}

TEMPLATE_TEST_CASE("Transfers that make no sense are refused", "[ledger]", HARVEST_STORES)
{
    TestType stores;
    const auto refused = [&](Transfer transfer) {
        const std::vector<Transfer> list{std::move(transfer)};
        return get(stores->ledger.transfer(list, noon, {}, stores.soon())).error() == Errc::invalid_argument;
    };
    CHECK(refused(coins(TransferId{"t_1"}, "mint", "player:p_1", 0)));
    CHECK(refused(coins(TransferId{"t_1"}, "mint", "player:p_1", -5)));
    CHECK(refused(coins(TransferId{"t_1"}, "mint", "player:p_1", std::numeric_limits<std::int64_t>::max())));
    CHECK(refused(coins(TransferId{"t_1"}, "player:p_1", "player:p_1", 5)));
    CHECK(refused(coins(TransferId{""}, "mint", "player:p_1", 5)));
    CHECK(refused(coins(TransferId{"t_1"}, "", "player:p_1", 5)));
    CHECK(check(*stores.operator->()).transfers == 0);
}

TEMPLATE_TEST_CASE("The history of an account comes in order, in pages", "[ledger]", HARVEST_STORES)
{
    TestType stores;
    for (int i = 0; i < 7; ++i) {
        const std::string id = fmt::format("t_{}", i);
        const std::vector<Transfer> list{i % 2 == 0 ? coins(TransferId{id}, "mint", "player:p_1", 10)
                                                    : coins(TransferId{id}, "player:p_1", "sink", 1)};
        REQUIRE(get(stores->ledger.transfer(list, noon + Millis{i}, {}, stores.soon())));
    }
    std::vector<std::string> seen;
    std::int64_t after = 0;
    for (;;) {
        const auto page = get(stores->ledger.history("player:p_1", after, 3, stores.soon()));
        REQUIRE(page);
        if (page->empty()) break;
        for (const LedgerEntry& entry : *page) {
            CHECK(entry.seq > after);
            after = entry.seq;
            seen.push_back(entry.transfer.id.value);
        }
    }
    CHECK(seen == std::vector<std::string>{"t_0", "t_1", "t_2", "t_3", "t_4", "t_5", "t_6"});
    CHECK(get(stores->ledger.history("sink", 0, 10, stores.soon()))->size() == 3);
}

// A model of the ledger that knows nothing of the store decides what must have happened.
TEMPLATE_TEST_CASE("T4: the ledger agrees with a model and with its own history", "[ledger]", HARVEST_STORES)
{
    TestType stores;
    std::mt19937 random(7);
    const auto below = [&random](unsigned limit) { return static_cast<int>(random() % limit); };
    std::map<std::pair<std::string, std::string>, std::int64_t> model;
    std::map<std::string, Transfer> accepted;
    for (int i = 0; i < 400; ++i) {
        Transfer transfer{TransferId{fmt::format("t_{}", below(300))},
                          below(2) ? "coin" : "wheat",
                          below(3) ? fmt::format("player:p_{}", below(4)) : "mint",
                          fmt::format("player:p_{}", below(4)),
                          1 + below(50),
                          "test"};
        Result<void> expected{};
        const auto before = accepted.find(transfer.id.value);
        if (transfer.debit == transfer.credit) {
            expected = Errc::invalid_argument;
        } else if (before != accepted.end()) {
            const Transfer& old = before->second;
            if (std::tie(old.asset, old.debit, old.credit, old.amount) !=
                std::tie(transfer.asset, transfer.debit, transfer.credit, transfer.amount))
                expected = Errc::conflict;
        } else if (transfer.debit != "mint" && model[{transfer.debit, transfer.asset}] < transfer.amount) {
            expected = Errc::failed_precondition;
        } else {
            model[{transfer.debit, transfer.asset}] -= transfer.amount;
            model[{transfer.credit, transfer.asset}] += transfer.amount;
            accepted.emplace(transfer.id.value, transfer);
        }
        const std::vector<Transfer> list{transfer};
        const Result<void> outcome = get(stores->ledger.transfer(list, noon, {}, stores.soon()));
        REQUIRE(outcome.has_value() == expected.has_value());
        if (!expected) REQUIRE(outcome.error() == expected.error());
    }
    for (const auto& [key, amount] : model)
        CHECK(held(*stores.operator->(), key.first, key.second, stores.soon()) == amount);
    const sql::LedgerReport report = check(*stores.operator->());
    CHECK(report.sound());
    CHECK(report.transfers == static_cast<std::int64_t>(accepted.size()));
    REQUIRE(report.assets.size() == 2);
    CHECK(report.assets[0].in_circulation == report.assets[0].minted);
}

TEST_CASE("T4: the ledger check finds what has been tampered with", "[ledger]")
{
    const std::string tampering =
        GENERATE(as<std::string>{}, //
                 "UPDATE balances SET amount = amount + 1 WHERE account = 'player:p_1'",
                 "UPDATE balances SET amount = amount + 1 WHERE account = 'mint'",
                 "DELETE FROM balances WHERE account = 'player:p_2'",
                 "INSERT INTO balances (account, asset, amount) VALUES ('fee', 'coin', 3)",
                 "DELETE FROM transfers WHERE id = 't_2'", "UPDATE transfers SET amount = 99 WHERE id = 't_2'",
                 "UPDATE transfers SET seq = 0 - seq WHERE id = 't_1'",
                 "UPDATE transfers SET credit = 'player:p_7' WHERE id = 't_2'");
    SqliteThreaded stores;
    const std::vector<Transfer> list{coins(TransferId{"t_1"}, "mint", "player:p_1", 10),
                                     coins(TransferId{"t_2"}, "player:p_1", "player:p_2", 4)};
    REQUIRE(get(stores->ledger.transfer(list, noon, {}, stores.soon())));
    REQUIRE(check(*stores.operator->()).sound());
    sql::Job tamper = [&tampering](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute(tampering);
        if (!rows) return rows.error();
        return {};
    };
    REQUIRE(get(stores->database->write(tamper, stores.soon())));
    INFO(tampering);
    CHECK_FALSE(check(*stores.operator->()).sound());
}

namespace {

// Sees how much is read at once.
class Measured final : public sql::Connection {
public:
    explicit Measured(sql::Connection& inner) : inner_(inner) {}
    Result<sql::Rows> execute(std::string_view statement, std::span<const sql::Param> params) override
    {
        Result<sql::Rows> rows = inner_.execute(statement, params);
        if (rows) most = std::max(most, rows->size());
        return rows;
    }
    std::size_t most{};

private:
    sql::Connection& inner_;
};

} // namespace

TEMPLATE_TEST_CASE("T4: the ledger check reads serials page by page", "[ledger]", HARVEST_STORES)
{
    TestType stores;
    sql::Job make = [](sql::Connection& connection) -> Result<void> {
        // Three steps each, so that a page ends within a serial.
        for (const char* statement :
             {"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 15000) INSERT INTO "
              "numbered_cards (card, number, owner, since, step) SELECT 'fox', x, '', 0, 3 FROM n",
              "INSERT INTO numbered_card_steps (card, number, step, owner, reason, at) "
              "SELECT card, number, s.step, CASE WHEN s.step = 3 THEN '' ELSE 'player:p_1' END, 'test', 0 "
              "FROM numbered_cards, (SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3) AS s"}) {
            const Result<sql::Rows> rows = connection.execute(statement);
            if (!rows) return rows.error();
        }
        return {};
    };
    REQUIRE(get(stores->database->write(make, stores.soon())));
    const auto look = [](sql::Connection& connection) -> Result<void> {
        Measured measured(connection);
        const Result<sql::LedgerReport> report = sql::check_ledger(measured);
        if (!report) return report.error();
        CHECK(report->sound());
        CHECK(report->numbered == 15'000);
        CHECK(measured.most <= 20'000);
        return {};
    };
    REQUIRE(stores->database->read_now(look));
    sql::Job lose = [](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows =
            connection.execute("DELETE FROM numbered_card_steps WHERE number = 6667 AND step = 2"); // the 20,000th row
        if (!rows) return rows.error();
        return {};
    };
    REQUIRE(get(stores->database->write(lose, stores.soon())));
    CHECK(check(*stores.operator->()).violations == 1);
}
