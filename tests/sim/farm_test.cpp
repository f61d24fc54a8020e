// The farm over live messages, on a clock that stands still until it is told otherwise, with faults between the
// daemons.
#include "common/protocol/farm.hpp"
#include "common/protocol/idempotency.hpp"
#include "tests/sim/possessions.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/explained.hpp"
#include "tests/support/flaky.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

game::farm::Stage stage_of(const std::string& reply, std::size_t plot)
{
    const auto farm = protocol::decode<protocol::FarmInfo>(reply);
    REQUIRE(farm);
    return farm->plots.at(plot - 1).state;
}

} // namespace

TEST_CASE("A player plants over a live link, waits, waters, harvests and sees the balance", "[sim][farm]")
{
    World world;
    world.start();
    const Player player = world.new_player("kestrel");
    give(world, player, "seed.beet", 2);
    give(world, player, "coin", 10'000);
    world.play([&]() -> Task<void> {
        const std::unique_ptr<LiveClient> live = co_await world.signed_in(player);
        const Result<std::string> before = co_await live->call("farm.get", "{}");
        REQUIRE(before);
        CHECK(stage_of(*before, 1) == game::farm::Stage::empty);
        const std::string plant = R"({"plots":[1,2],"crop":"beet"})";
        REQUIRE(co_await live->call("farm.plant", plant, "k1"));
        CHECK(co_await held(world, player.id, "seed.beet") == 0);
        CHECK((co_await live->call("farm.plant", plant)).error() == protocol::IdempotencyErrc::key_missing);
        CHECK((co_await live->call("farm.harvest", R"({"plots":[1]})", "k2")).error() ==
              game::farm::FarmErrc::not_ripe);
        CHECK(live->error_text == "farm.not_ripe");
        (void)co_await world.clock.sleep_until(world.clock.after(30s));
        REQUIRE(co_await live->call("farm.water", R"({"plots":[2]})", "k3"));
        live->close(); // growth does not need anybody to look
        (void)co_await world.clock.sleep_until(world.clock.after(70s));
        const std::unique_ptr<LiveClient> later = co_await world.signed_in(player);
        const Result<std::string> ripe = co_await later->call("farm.get", "{}");
        REQUIRE(ripe);
        CHECK(stage_of(*ripe, 1) == game::farm::Stage::ripe);
        const Result<std::string> cut = co_await later->call("farm.harvest", R"({"plots":[1,2]})", "k4");
        REQUIRE(cut);
        CHECK(co_await held(world, player.id, "beet") == 170); // 70 and 100
        const Result<std::string> again = co_await later->call("farm.harvest", R"({"plots":[1,2]})", "k4");
        REQUIRE(again);
        CHECK(*again == *cut);
        CHECK(co_await held(world, player.id, "beet") == 170);
        const std::size_t plots = protocol::decode<protocol::FarmInfo>(*ripe)->plots.size();
        REQUIRE(co_await later->call("farm.expand", "{}", "k5"));
        const Result<std::string> larger = co_await later->call("farm.get", "{}");
        REQUIRE(larger);
        CHECK(protocol::decode<protocol::FarmInfo>(*larger)->plots.size() == plots + 1);
        later->close();
    });
    CHECK(sound(world));
    CHECK(unexplained(world) == std::vector<std::string>());
}

// The Rpc between connsrv and instance loses calls and replies and repeats them; a client repeats with the same key.
TEST_CASE("T2: however often a request is lost or doubled, each key has one effect", "[sim][farm]")
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
        give(world, player, "seed.beet", 1'000);
        std::int64_t planted = 0, cut = 0;
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
            for (int round = 0; round < 4; ++round) {
                const std::string number = std::to_string(round);
                co_await surely("farm.plant", R"({"plots":[1,2,3],"crop":"beet"})", "plant-" + number);
                planted += 3;
                (void)co_await world.clock.sleep_until(world.clock.after(101s));
                co_await surely("farm.harvest", R"({"plots":[3,2,1]})", "harvest-" + number);
                cut += 3;
            }
            live->close();
        });
        for (const char* kind : {"rpc.lost", "rpc.reply_lost", "rpc.doubled"}) seen += faults->count[kind];
        faults->stop();
        world.play([&]() -> Task<void> {
            CHECK(co_await held(world, player.id, "seed.beet") == 1'000 - planted);
            CHECK(co_await held(world, player.id, "beet") == 70 * cut);
            const auto events = co_await world.events->read("harvest.game", "", 0, 1'000, world.soon());
            REQUIRE(events);
            CHECK(events->size() == 8);
        });
        CHECK(sound(world));
        CHECK(unexplained(world) == std::vector<std::string>());
    }
    CHECK(seen > 10);
}
