#include "common/adapters/sql/ledger_check.hpp"
#include "common/ports/farms.hpp"
#include "common/protocol/idempotency.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <random>
#include <set>

using namespace harvest;
using namespace harvest::test;

namespace {

const PlayerId farmer{"p_ada"}, neighbour{"p_bob"};

// A change that plants wheat on `plot` for one seed, after the farm as it was read.
template <class Stores>
FarmChange planting(Stores& stores, const KeptFarm& before, std::int64_t plot, const std::string& key)
{
    FarmChange change;
    change.next = before;
    ++change.next.version;
    change.next.farm.size = 12;
    change.next.farm.plots.push_back({plot, "wheat", noon, ~std::uint64_t{0} - 6, true, std::uint64_t{1} << 63});
    change.plots = {plot};
    change.transfers = {
        {stores.template id<TransferId>(), "seed.wheat", player_account(before.player), "sink", 1, "farm.plant"}};
    change.events = {event_of(stores, "harvest.game", before.player.value, "{}")};
    change.record = {before.player, key, fmt::format("plant {}", plot), fmt::format("\"planted {}\"", plot), noon};
    return change;
}

template <class Stores>
void grant_seeds(Stores& stores, const PlayerId& player, std::int64_t seeds)
{
    const std::vector<Transfer> grant{
        {stores.template id<TransferId>(), "seed.wheat", "mint", player_account(player), seeds, "starter"}};
    REQUIRE(get(stores->ledger.transfer(grant, noon, {}, stores.soon())));
}

template <class Stores>
FarmView farm_view(Stores& stores, const PlayerId& player, const std::string& key = "", Millis now = noon)
{
    Result<FarmView> view = get(stores->farms.view(player, key, now, stores.soon()));
    REQUIRE(view);
    return std::move(*view);
}

template <class Stores>
std::int64_t seeds_of(Stores& stores, const PlayerId& player)
{
    const FarmView view = farm_view(stores, player);
    return view.balances.empty() ? 0 : view.balances.front().amount;
}

template <class Stores>
std::size_t event_count(Stores& stores)
{
    return get(stores->events.read("harvest.game", "", 0, 1'000, stores.soon()))->size();
}

template <class Stores>
Result<std::string> commit(Stores& stores, FarmChange change)
{
    return get(stores->farms.change(std::move(change), stores.soon()));
}

} // namespace

TEMPLATE_TEST_CASE("A farm that nobody touched has version 0", "[farms]", HARVEST_STORES)
{
    TestType stores;
    const FarmView view = farm_view(stores, farmer, "k");
    CHECK(view.kept.player == farmer);
    CHECK(view.kept.version == 0);
    CHECK(view.kept.farm.plots.empty());
    CHECK_FALSE(view.done);
}

TEMPLATE_TEST_CASE("A change keeps plots, moves value, tells the log and keeps its reply, over a restart", "[farms]",
                   HARVEST_STORES)
{
    TestType stores;
    grant_seeds(stores, farmer, 3);
    const FarmChange first = planting(stores, farm_view(stores, farmer).kept, 7, "k1");
    CHECK(commit(stores, first).value() == "\"planted 7\"");
    stores.reopen();
    const FarmView view = farm_view(stores, farmer, "k1");
    CHECK(view.kept.version == 1);
    CHECK(view.kept.farm == first.next.farm);
    REQUIRE(view.done);
    CHECK(view.done->request == "plant 7");
    CHECK(view.done->reply == "\"planted 7\"");
    CHECK(seeds_of(stores, farmer) == 2);
    CHECK(event_count(stores) == 1);
    CHECK(farm_view(stores, neighbour, "k1").kept.version == 0); // keys and farms are each player's own
    CHECK_FALSE(farm_view(stores, neighbour, "k1").done);

    FarmChange cleared;
    cleared.next = view.kept;
    cleared.next.version = 2;
    cleared.next.farm.size = 13;
    cleared.next.farm.plots.clear();
    cleared.plots = {7};
    cleared.record = {farmer, "k2", "harvest 7", "{}", noon};
    REQUIRE(commit(stores, cleared));
    CHECK(farm_view(stores, farmer).kept.farm == cleared.next.farm);
}

TEMPLATE_TEST_CASE("T2: the same key and request: one effect, equal replies; another request is refused", "[farms]",
                   HARVEST_STORES)
{
    TestType stores;
    grant_seeds(stores, farmer, 5);
    const KeptFarm before = farm_view(stores, farmer).kept;
    const FarmChange change = planting(stores, before, 1, "key");
    REQUIRE(commit(stores, change));
    // Decided anew from a later look, with other ids: still the same request.
    FarmChange again = planting(stores, farm_view(stores, farmer).kept, 1, "key");
    again.record.reply = "\"something else\"";
    CHECK(commit(stores, again).value() == "\"planted 1\"");
    CHECK(commit(stores, change).value() == "\"planted 1\"");
    const FarmChange other = planting(stores, farm_view(stores, farmer).kept, 2, "key");
    CHECK(commit(stores, other).error() == protocol::IdempotencyErrc::key_reused);
    CHECK(farm_view(stores, farmer).kept.version == 1);
    CHECK(seeds_of(stores, farmer) == 4);
    CHECK(event_count(stores) == 1);
    for (const std::string& bad : {std::string(), std::string("a b"), std::string(65, 'k')})
        CHECK(commit(stores, planting(stores, farm_view(stores, farmer).kept, 3, bad)).error() ==
              Errc::invalid_argument);
}

TEMPLATE_TEST_CASE("A farm that has moved on, or a lack of means, leaves everything as it was", "[farms]",
                   HARVEST_STORES)
{
    TestType stores;
    grant_seeds(stores, farmer, 1);
    const KeptFarm before = farm_view(stores, farmer).kept;
    REQUIRE(commit(stores, planting(stores, before, 1, "k1")));
    CHECK(commit(stores, planting(stores, before, 2, "k2")).error() == Errc::conflict);
    CHECK(commit(stores, planting(stores, farm_view(stores, farmer).kept, 2, "k3")).error() ==
          Errc::failed_precondition);
    const FarmView view = farm_view(stores, farmer, "k3");
    CHECK(view.kept.version == 1);
    CHECK(view.kept.farm.plots.size() == 1);
    CHECK_FALSE(view.done); // a refusal is not kept: the key may be tried again
    CHECK(event_count(stores) == 1);
    grant_seeds(stores, farmer, 1);
    CHECK(commit(stores, planting(stores, view.kept, 2, "k3")));
}

TEMPLATE_TEST_CASE("Keys are kept seven days", "[farms]", HARVEST_STORES)
{
    TestType stores;
    grant_seeds(stores, farmer, 5);
    REQUIRE(commit(stores, planting(stores, farm_view(stores, farmer).kept, 1, "key")));
    CHECK(farm_view(stores, farmer, "key", noon + idempotency_kept - 1ms).done);
    CHECK_FALSE(farm_view(stores, farmer, "key", noon + idempotency_kept).done);
    FarmChange later = planting(stores, farm_view(stores, farmer).kept, 2, "key");
    later.record.at = noon + idempotency_kept - 1ms;
    CHECK(commit(stores, later).error() == protocol::IdempotencyErrc::key_reused);
    later.record.at = noon + idempotency_kept;
    CHECK(commit(stores, later));
}

// Fifty senders of each of a few keys, all at once, each having read the farm before anybody wrote.
TEMPLATE_TEST_CASE("T2: many at once: one effect a key and equal replies", "[farms]", HARVEST_STORES)
{
    TestType stores;
    grant_seeds(stores, farmer, 100);
    for (int round = 0; round < 10; ++round) {
        const KeptFarm before = farm_view(stores, farmer).kept;
        std::set<std::string> replies;
        int conflicts = 0, refused = 0;
        Loop loop;
        for (int sender = 0; sender < 50; ++sender) {
            const bool other_body = sender % 10 == 9;
            FarmChange change = planting(stores, before, other_body ? 30 : round + 1, fmt::format("key {}", round));
            change.record.key = fmt::format("key-{}", round);
            loop.spawn([&, change]() -> Task<void> {
                FarmChange mine = change;
                const Result<std::string> reply = co_await stores->farms.change(std::move(mine), stores.soon());
                if (reply)
                    replies.insert(*reply);
                else if (reply.error() == Errc::conflict)
                    ++conflicts;
                else if (reply.error() == protocol::IdempotencyErrc::key_reused)
                    ++refused;
                else
                    FAIL_CHECK(wire_code(reply.error()));
            });
        }
        loop.run();
        CHECK(replies.size() == 1);
        CHECK(farm_view(stores, farmer).kept.version == round + 1);
        CHECK(conflicts == 0); // one writer: who comes second finds the reply
        CHECK(refused == 5);
    }
    CHECK(seeds_of(stores, farmer) == 90);
    CHECK(event_count(stores) == 10);
    const auto sound = [](sql::Connection& connection) -> Result<void> {
        const Result<sql::LedgerReport> report = sql::check_ledger(connection);
        if (!report) return report.error();
        if (!report->sound()) return Errc::data_loss;
        return {};
    };
    CHECK(stores->database->read_now(sound));
}
