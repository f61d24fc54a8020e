#include "common/adapters/sql/ledger_check.hpp"
#include "common/game/crafting/errc.hpp"
#include "common/ports/crafting.hpp"
#include "common/protocol/idempotency.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <random>
#include <set>

using namespace harvest;
using namespace harvest::test;
using game::crafting::CraftErrc;

namespace {

const PlayerId crafter{"p_ada"}, other_crafter{"p_bob"};

// A fox of 3 wheat and a coin, under `key`.
template <class Stores>
CraftOrder fox(Stores& stores, const PlayerId& player, const std::string& key, bool numbered = true)
{
    const LedgerAccount account = player_account(player);
    CraftOrder order;
    order.numbered = numbered;
    order.transfers = {{stores.template id<TransferId>(), "wheat", account, "sink", 3, "craft.make"},
                       {stores.template id<TransferId>(), "coin", account, "sink", 1, "craft.make"},
                       {stores.template id<TransferId>(), "card.fox", "mint", account, 1, "craft.make"}};
    order.reply = {"now", "moonlit.fox", "fox", std::nullopt, {{"wheat", {3}}, {"coin", {1}}}};
    order.told = {player, "moonlit.fox", "fox", std::nullopt, order.reply.spent};
    order.event = event_of(stores, "harvest.game", player.value, "{}");
    order.record = {player, key, "make fox", {}, noon};
    return order;
}

template <class Stores>
DismantleOrder apart(Stores& stores, const PlayerId& player, const std::string& key, std::int64_t count)
{
    const LedgerAccount account = player_account(player);
    DismantleOrder order;
    order.taken = {stores.template id<TransferId>(), "card.fox", account, "sink", count, "craft.dismantle"};
    order.given = {{stores.template id<TransferId>(), "stardust", "mint", account, 2 * count, "craft.dismantle"}};
    order.reply = {"now", "fox", count, {}, {{"stardust", {2 * count}}}};
    order.told = {player, "fox", count, {}, order.reply.gained};
    order.event = event_of(stores, "harvest.game", player.value, "{}");
    order.record = {player, key, fmt::format("dismantle {}", count), {}, noon};
    return order;
}

template <class Stores>
void stock(Stores& stores, const PlayerId& player, const std::string& asset, std::int64_t amount)
{
    const std::vector<Transfer> grant{
        {stores.template id<TransferId>(), asset, "mint", player_account(player), amount, "test"}};
    REQUIRE(get(stores->ledger.transfer(grant, noon, {}, stores.soon())));
}

template <class Stores>
CraftView craft_view(Stores& stores, const PlayerId& player, const std::string& key = "")
{
    Result<CraftView> view = get(stores->crafting.view(player, key, noon, stores.soon()));
    REQUIRE(view);
    return std::move(*view);
}

std::int64_t held(const CraftView& view, const std::string& asset)
{
    for (const Balance& balance : view.balances)
        if (balance.asset == asset) return balance.amount;
    return 0;
}

std::vector<std::int64_t> serials(const CraftView& view)
{
    std::vector<std::int64_t> out;
    for (const NumberedCard& each : view.numbered) out.push_back(each.serial);
    return out;
}

template <class Stores>
Result<std::string> craft(Stores& stores, CraftOrder order)
{
    return get(stores->crafting.craft(std::move(order), stores.soon()));
}

template <class Stores>
Result<std::string> dismantle(Stores& stores, DismantleOrder order)
{
    return get(stores->crafting.dismantle(std::move(order), stores.soon()));
}

template <class Stores>
std::vector<StoredEvent> craft_events(Stores& stores)
{
    return *get(stores->events.read("harvest.game", "", 0, 1'000, stores.soon()));
}

template <class Stores>
sql::LedgerReport check(Stores& stores)
{
    sql::LedgerReport report;
    const auto looked = [&report](sql::Connection& connection) -> Result<void> {
        Result<sql::LedgerReport> checked = sql::check_ledger(connection);
        if (!checked) return checked.error();
        report = std::move(*checked);
        return {};
    };
    REQUIRE(stores->database->read_now(looked));
    return report;
}

template <class Stores>
void run_sql(Stores& stores, const std::string& statement)
{
    const auto job = [&statement](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> done = connection.execute(statement);
        if (!done) return done.error();
        return {};
    };
    REQUIRE(get(stores->database->write(job, stores.soon())));
}

} // namespace

TEMPLATE_TEST_CASE("A craft takes its ingredients, gives a numbered copy, tells the log and keeps its reply, over a "
                   "restart",
                   "[crafting]", HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 10);
    stock(stores, crafter, "coin", 10);
    const Result<std::string> reply = craft(stores, fox(stores, crafter, "k1"));
    REQUIRE(reply);
    const auto told = protocol::decode<protocol::CraftReply>(*reply);
    REQUIRE(told);
    CHECK(told->serial == 1);
    CHECK(told->recipe == "moonlit.fox");
    stores.reopen();
    const CraftView view = craft_view(stores, crafter, "k1");
    CHECK(held(view, "wheat") == 7);
    CHECK(held(view, "coin") == 9);
    CHECK(held(view, "card.fox") == 1);
    CHECK(serials(view) == std::vector<std::int64_t>{1});
    REQUIRE(view.done);
    CHECK(view.done->reply == *reply);
    const std::vector<StoredEvent> events = craft_events(stores);
    REQUIRE(events.size() == 1);
    CHECK(events[0].event.data == R"({"player":"p_ada","recipe":"moonlit.fox","card":"fox","serial":1,"spent":[)"
                                  R"({"asset":"wheat","amount":"3"},{"asset":"coin","amount":"1"}]})");

    stock(stores, other_crafter, "wheat", 10);
    stock(stores, other_crafter, "coin", 10);
    CHECK(protocol::decode<protocol::CraftReply>(craft(stores, fox(stores, other_crafter, "k1")).value())->serial == 2);
    const auto plain =
        protocol::decode<protocol::CraftReply>(craft(stores, fox(stores, other_crafter, "k2", false)).value());
    CHECK_FALSE(plain->serial);
    CHECK(held(craft_view(stores, other_crafter), "card.fox") == 2);
    CHECK(serials(craft_view(stores, other_crafter)) == std::vector<std::int64_t>{2});
    const auto history = get(stores->crafting.history("fox", 2, stores.soon()));
    REQUIRE(history);
    REQUIRE(history->size() == 1);
    CHECK(history->front().owner == "player:p_bob");
    CHECK(history->front().reason == "craft.make");
    CHECK(history->front().at == noon);
    CHECK(get(stores->crafting.history("fox", 3, stores.soon())).error() == Errc::not_found);
    const sql::LedgerReport report = check(stores);
    CHECK(report.sound());
    CHECK(report.numbered == 2);
}

TEMPLATE_TEST_CASE("T2: crafting and dismantling: the same key gives the same reply, another request is refused",
                   "[crafting]", HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 10);
    stock(stores, crafter, "coin", 10);
    const CraftOrder order = fox(stores, crafter, "key");
    const std::string reply = craft(stores, order).value();
    CHECK(craft(stores, order).value() == reply);
    CHECK(craft(stores, fox(stores, crafter, "key")).value() == reply); // decided anew, with other ids
    CraftOrder other = fox(stores, crafter, "key");
    other.record.request = "make wolf";
    CHECK(craft(stores, other).error() == protocol::IdempotencyErrc::key_reused);
    CHECK(dismantle(stores, apart(stores, crafter, "key", 1)).error() == protocol::IdempotencyErrc::key_reused);
    CHECK(held(craft_view(stores, crafter), "card.fox") == 1);

    const std::string gone = dismantle(stores, apart(stores, crafter, "key-2", 1)).value();
    CHECK(dismantle(stores, apart(stores, crafter, "key-2", 1)).value() == gone);
    CHECK(dismantle(stores, apart(stores, crafter, "key-2", 2)).error() == protocol::IdempotencyErrc::key_reused);
    CHECK(held(craft_view(stores, crafter), "stardust") == 2);
    CHECK(craft_events(stores).size() == 2);
    for (const std::string& bad : {std::string(), std::string("a b"), std::string(65, 'k')}) {
        CHECK(craft(stores, fox(stores, crafter, bad)).error() == Errc::invalid_argument);
        CHECK(dismantle(stores, apart(stores, crafter, bad, 1)).error() == Errc::invalid_argument);
    }
    CHECK(check(stores).sound());
}

TEMPLATE_TEST_CASE("Who lacks an ingredient or the copies changes nothing", "[crafting]", HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 4); // enough of one, and no coin
    CHECK(craft(stores, fox(stores, crafter, "k1")).error() == CraftErrc::missing_ingredients);
    CHECK(dismantle(stores, apart(stores, crafter, "k2", 1)).error() == CraftErrc::not_owned);
    stock(stores, crafter, "card.fox", 1);
    CHECK(dismantle(stores, apart(stores, crafter, "k2", 2)).error() == CraftErrc::not_owned);
    const CraftView view = craft_view(stores, crafter, "k1");
    CHECK(held(view, "wheat") == 4);
    CHECK(held(view, "card.fox") == 1);
    CHECK(held(view, "stardust") == 0);
    CHECK(view.numbered.empty());
    CHECK_FALSE(view.done); // a refusal does not use up its key
    CHECK(craft_events(stores).empty());
    stock(stores, crafter, "coin", 1);
    CHECK(protocol::decode<protocol::CraftReply>(craft(stores, fox(stores, crafter, "k1")).value())->serial == 1);
    CHECK(check(stores).sound());
}

TEMPLATE_TEST_CASE("Dismantling takes plain copies first, then the latest serials, which are never given again",
                   "[crafting]", HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 100);
    stock(stores, crafter, "coin", 100);
    stock(stores, crafter, "card.fox", 2);
    for (int i = 1; i <= 3; ++i) REQUIRE(craft(stores, fox(stores, crafter, fmt::format("make-{}", i))));
    const auto retired = [&](const std::string& key, std::int64_t count) {
        DismantleOrder order = apart(stores, crafter, key, count);
        order.record.at = noon + 1s;
        return protocol::decode<protocol::DismantleReply>(dismantle(stores, order).value())->retired;
    };
    const auto had_before = [&](Millis until) {
        return get(stores->crafting.numbered_before(crafter, until, stores.soon())).value().size();
    };
    CHECK(retired("a", 1).empty());
    CHECK(retired("b", 2) == std::vector<std::int64_t>{3}); // one plain copy was left
    CHECK(serials(craft_view(stores, crafter)) == std::vector<std::int64_t>{1, 2});
    CHECK(retired("c", 2) == std::vector<std::int64_t>{2, 1});
    CHECK(craft_view(stores, crafter).numbered.empty());
    CHECK(held(craft_view(stores, crafter), "stardust") == 10);
    CHECK(had_before(noon) == 0);
    CHECK(had_before(noon + 1ms) == 3);
    CHECK(had_before(noon + 1s) == 3);
    CHECK(had_before(noon + 1s + 1ms) == 0);
    CHECK(protocol::decode<protocol::CraftReply>(craft(stores, fox(stores, crafter, "d")).value())->serial == 4);
    const auto history = get(stores->crafting.history("fox", 3, stores.soon()));
    REQUIRE(history);
    REQUIRE(history->size() == 2);
    CHECK(history->back().owner.empty());
    CHECK(history->back().reason == "craft.dismantle");
    CHECK(check(stores).sound());
}

TEMPLATE_TEST_CASE("A numbered copy leaves its owner with its serial only", "[crafting]", HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 10);
    stock(stores, crafter, "coin", 10);
    REQUIRE(craft(stores, fox(stores, crafter, "k")));
    stock(stores, crafter, "card.fox", 1);
    const auto send = [&](std::int64_t amount) {
        const std::vector<Transfer> gift{{stores.template id<TransferId>(), "card.fox", player_account(crafter),
                                          player_account(other_crafter), amount, "test"}};
        return get(stores->ledger.transfer(gift, noon, {}, stores.soon()));
    };
    CHECK(send(2).error() == Errc::failed_precondition);
    CHECK(held(craft_view(stores, crafter), "card.fox") == 2);
    CHECK(send(1));
    CHECK(send(1).error() == Errc::failed_precondition);
    CHECK(held(craft_view(stores, other_crafter), "card.fox") == 1);
    CHECK(check(stores).sound());
}

// Each of 64 senders has looked before anybody wrote, and there is enough for ten.
TEMPLATE_TEST_CASE("64 crafts at once with ingredients for 10: exactly 10 copies and no serial twice", "[crafting]",
                   HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 32);
    stock(stores, crafter, "coin", 100);
    std::set<std::int64_t> made;
    int replies = 0, refused = 0;
    Loop loop;
    for (int sender = 0; sender < 64; ++sender) {
        const CraftOrder order = fox(stores, crafter, fmt::format("key-{}", sender));
        loop.spawn([&, order]() -> Task<void> {
            CraftOrder mine = order;
            const Result<std::string> reply = co_await stores->crafting.craft(std::move(mine), stores.soon());
            if (reply) {
                ++replies;
                made.insert(protocol::decode<protocol::CraftReply>(*reply)->serial.value());
            } else if (reply.error() == CraftErrc::missing_ingredients) {
                ++refused;
            } else {
                FAIL_CHECK(wire_code(reply.error()));
            }
        });
    }
    loop.run();
    CHECK(replies == 10);
    CHECK(refused == 54);
    CHECK(made == std::set<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    const CraftView view = craft_view(stores, crafter);
    CHECK(held(view, "card.fox") == 10);
    CHECK(held(view, "wheat") == 2);
    CHECK(held(view, "coin") == 90);
    CHECK(view.numbered.size() == 10);
    CHECK(craft_events(stores).size() == 10);
    CHECK(check(stores).sound());
}

TEMPLATE_TEST_CASE("Any run of crafts and dismantlings by two players, many at once, conserves every asset",
                   "[crafting]", HARVEST_STORES)
{
    TestType stores;
    for (const PlayerId& player : {crafter, other_crafter}) {
        stock(stores, player, "wheat", 60);
        stock(stores, player, "coin", 60);
        stock(stores, player, "card.fox", 3);
    }
    std::mt19937_64 random(17);
    Loop loop;
    for (int i = 0; i < 120; ++i) {
        const PlayerId player = random() % 2 == 0 ? crafter : other_crafter;
        const std::string key = fmt::format("k-{}", random() % 100); // some are repeated
        if (random() % 2 == 0) {
            const CraftOrder order = fox(stores, player, key, random() % 2 == 0);
            loop.spawn([&, order]() -> Task<void> {
                CraftOrder mine = order;
                (void)co_await stores->crafting.craft(std::move(mine), stores.soon());
            });
        } else {
            const auto count = static_cast<std::int64_t>(1 + random() % 3);
            const DismantleOrder order = apart(stores, player, key, count);
            loop.spawn([&, order]() -> Task<void> {
                DismantleOrder mine = order;
                (void)co_await stores->crafting.dismantle(std::move(mine), stores.soon());
            });
        }
    }
    loop.run();
    const sql::LedgerReport report = check(stores);
    for (const std::string& example : report.examples) UNSCOPED_INFO(example);
    CHECK(report.sound());
    CHECK(report.numbered > 0);
    for (const PlayerId& player : {crafter, other_crafter}) {
        const CraftView view = craft_view(stores, player);
        CHECK(static_cast<std::int64_t>(view.numbered.size()) <= held(view, "card.fox"));
        CHECK((60 - held(view, "wheat")) == 3 * (60 - held(view, "coin")));
        CHECK(held(view, "stardust") == 2 * (3 + 60 - held(view, "coin") - held(view, "card.fox")));
    }
}

TEMPLATE_TEST_CASE("The ledger check sees a serial without a copy, with two histories, or back from retirement",
                   "[crafting]", HARVEST_STORES)
{
    TestType stores;
    stock(stores, crafter, "wheat", 10);
    stock(stores, crafter, "coin", 10);
    REQUIRE(craft(stores, fox(stores, crafter, "k1")));
    REQUIRE(craft(stores, fox(stores, crafter, "k2")));
    REQUIRE(dismantle(stores, apart(stores, crafter, "k3", 1)));
    REQUIRE(check(stores).sound());
    const auto broken = [&](const std::string& statement, const std::string& mend) {
        run_sql(stores, statement);
        const sql::LedgerReport report = check(stores);
        run_sql(stores, mend);
        return report.examples.empty() ? std::string() : report.examples.front();
    };
    CHECK(
        broken("INSERT INTO numbered_cards (card, number, owner, since, step) VALUES ('fox', 3, 'player:p_ada', 1, 1)",
               "DELETE FROM numbered_cards WHERE number = 3")
            .find("lacks step 1") != std::string::npos);
    CHECK(broken("UPDATE numbered_cards SET owner = 'player:p_bob' WHERE number = 1",
                 "UPDATE numbered_cards SET owner = 'player:p_ada' WHERE number = 1")
              .find("belongs to") != std::string::npos);
    CHECK(broken("INSERT INTO numbered_card_steps (card, number, step, owner, reason, at) "
                 "VALUES ('fox', 2, 3, 'player:p_bob', 'x', 1)",
                 "DELETE FROM numbered_card_steps WHERE step = 3")
              .find("came back") != std::string::npos);
    CHECK(broken("UPDATE numbered_card_steps SET number = 7 WHERE number = 1",
                 "UPDATE numbered_card_steps SET number = 1 WHERE number = 7")
              .find("comes where") != std::string::npos);
    // The copy is gone and its serial lives on.
    run_sql(stores, "INSERT INTO transfers (seq, id, asset, debit, credit, amount, reason, at) "
                    "VALUES (9999, 't_x', 'card.fox', 'player:p_ada', 'sink', 1, 'x', 1)");
    run_sql(stores, "UPDATE balances SET amount = 0 WHERE account = 'player:p_ada' AND asset = 'card.fox'");
    run_sql(stores, "UPDATE balances SET amount = 2 WHERE account = 'sink' AND asset = 'card.fox'");
    const sql::LedgerReport report = check(stores);
    CHECK(report.violations == 1);
    CHECK(report.examples.front() == "player:p_ada owns 1 serials of fox and 0 copies");
    CHECK(check(stores).numbered == 2);
}
