// Crafting over live messages, with faults between the daemons, and what it does to a saved deck.
#include "common/game/battle/deck.hpp"
#include "common/game/crafting/errc.hpp"
#include "common/protocol/crafting.hpp"
#include "common/protocol/idempotency.hpp"
#include "tests/sim/possessions.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/explained.hpp"
#include "tests/support/flaky.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;
using game::crafting::CraftErrc;

namespace {

// Everything for `times` of a recipe.
void give_for(World& world, const Player& player, const std::string& recipe, std::int64_t times)
{
    std::vector<Transfer> grant;
    for (const game::crafting::Item& item : test_recipes().find(recipe)->things)
        grant.push_back(
            {world.id<TransferId>(), item.asset, "mint", player_account(player.id), item.amount * times, "test"});
    world.play([&]() -> Task<void> {
        std::vector<OutboxEvent> none;
        REQUIRE(co_await world.ledger->transfer(std::move(grant), world.clock.now(), std::move(none), world.soon()));
    });
}

} // namespace

TEST_CASE("A player crafts and dismantles over a live link; a deck without its copies is refused when queueing",
          "[sim][craft]")
{
    World world;
    world.start();
    const Player player = world.new_player("kestrel");
    const std::string card = test_content().card(test_content().starters().front().cards.front()).id;
    give_for(world, player, card, 1);
    world.play([&]() -> Task<void> {
        const std::unique_ptr<LiveClient> live = co_await world.signed_in(player);
        const std::string make = R"({"card":")" + card + R"("})", asset = "card." + card;
        const std::int64_t before = co_await held(world, player.id, asset);
        const Result<std::string> keyless = co_await live->call("craft.make", make);
        CHECK(keyless.error() == protocol::IdempotencyErrc::key_missing);
        const Result<std::string> made = co_await live->call("craft.make", make, "k1");
        REQUIRE(made);
        CHECK(protocol::decode<protocol::CraftReply>(*made)->card == card);
        const Result<std::string> again = co_await live->call("craft.make", make, "k1");
        REQUIRE(again);
        CHECK(*again == *made);
        CHECK(co_await held(world, player.id, asset) == before + 1);
        const Result<std::string> poor = co_await live->call("craft.make", make, "k2");
        CHECK(poor.error() == CraftErrc::missing_ingredients);
        CHECK(live->error_text == "craft.missing_ingredients");
        const Result<std::string> unknown = co_await live->call("craft.make", R"({"card":"unicorn"})", "k2");
        CHECK(unknown.error() == CraftErrc::no_such_card);
        const std::string none = R"({"card":")" + card + R"(","count":0})";
        CHECK((co_await live->call("craft.dismantle", none, "k3")).error() == CraftErrc::bad_count);

        // All copies but one go: the deck has two in it.
        const std::string apart = R"({"card":")" + card + R"(","count":)" + std::to_string(before) + "}";
        REQUIRE(co_await live->call("craft.dismantle", apart, "k3"));
        CHECK(co_await held(world, player.id, asset) == 1);
        std::string queue = World::queue(player);
        const Result<std::string> refused = co_await live->call("match.queue", std::move(queue));
        CHECK_FALSE(refused);
        CHECK(live->error_text == "match.bad_deck");
        live->close();
    });
    give_for(world, player, card, 1);
    world.play([&]() -> Task<void> {
        const std::unique_ptr<LiveClient> live = co_await world.signed_in(player);
        const std::string make = R"({"card":")" + card + R"("})";
        const Result<std::string> made = co_await live->call("craft.make", make, "k4");
        REQUIRE(made);
        std::string queue = World::queue(player);
        const Result<std::string> queued = co_await live->call("match.queue", std::move(queue));
        CHECK(queued);
        live->close();
    });
    CHECK(sound(world));
    CHECK(unexplained(world) == std::vector<std::string>());
}

// The Rpc between connsrv and instance loses calls and replies and repeats them; a client repeats with the same key.
TEST_CASE("T2: however often a craft is lost or doubled, each key has one effect and one serial", "[sim][craft]")
{
    int seen = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        std::unique_ptr<Faults> faults;
        std::unique_ptr<FlakyRpc> flaky;
        WorldOptions options;
        options.seed = seed;
        World* made = nullptr;
        options.rpc = [&](Rpc& inner) -> Rpc& {
            if (!faults) faults = std::make_unique<Faults>(seed, FaultRates{150, 150, 150, 100, 300ms}, made->clock);
            if (!flaky) flaky = std::make_unique<FlakyRpc>(inner, *faults);
            return *flaky;
        };
        World world(options);
        made = &world;
        world.start();
        const Player player = world.new_player("kestrel");
        const std::string recipe = "moonlit.bee_swarm";
        give_for(world, player, recipe, 20);
        world.play([&]() -> Task<void> {
            std::unique_ptr<LiveClient> live;
            const auto surely = [&](std::string op, std::string data, std::string key) -> Task<void> {
                for (int tries = 0; tries < 50; ++tries) {
                    if (!live || live->ended()) {
                        live = world.client();
                        if (!co_await live->connect()) continue;
                        std::string hello = World::hello(player);
                        if (!co_await live->call("session.hello", std::move(hello))) {
                            live->close();
                            continue;
                        }
                    }
                    const Result<std::string> reply = co_await live->call(op, data, key);
                    if (reply) co_return;
                    (void)co_await world.clock.sleep_until(world.clock.after(1s));
                }
                FAIL_CHECK("never done: " << op << " " << key);
            };
            for (int round = 0; round < 10; ++round) {
                const std::string number = std::to_string(round);
                co_await surely("craft.make", R"({"recipe":"moonlit.bee_swarm"})", "make-" + number);
                if (round % 2 == 1)
                    co_await surely("craft.dismantle", R"({"card":"bee_swarm","count":1})", "apart-" + number);
            }
            live->close();
        });
        for (const char* kind : {"rpc.lost", "rpc.reply_lost", "rpc.doubled"}) seen += faults->count[kind];
        faults->stop();
        world.play([&]() -> Task<void> {
            const std::int64_t starters = game::battle::starter_collection(test_content()).at("bee_swarm");
            CHECK(co_await held(world, player.id, "card.bee_swarm") == starters + 5);
            const auto view = co_await world.crafting->view(player.id, "", world.clock.now(), world.soon());
            REQUIRE(view);
            // Two plain copies went first, then three of the ten serials.
            CHECK(view->numbered.size() == static_cast<std::size_t>(10 - (5 - starters)));
            const auto events = co_await world.events->read("harvest.game", "", 0, 1'000, world.soon());
            REQUIRE(events);
            CHECK(events->size() == 15);
        });
        CHECK(sound(world));
        CHECK(unexplained(world) == std::vector<std::string>());
    }
    CHECK(seen > 10);
}
