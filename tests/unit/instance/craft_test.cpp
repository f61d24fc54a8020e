// Crafting at the instance's desk: any of them answers, and who comes too late is told what is missing.
#include "common/protocol/crafting.hpp"
#include "common/protocol/idempotency.hpp"
#include "tests/unit/instance/world.hpp"

#include <set>

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;
using game::crafting::CraftErrc;

namespace {

void give(World& world, std::int64_t copies)
{
    for (const auto& [asset, amount] :
         {std::pair("beet", 2), std::pair("coin", 5), std::pair("stardust", 3), std::pair("moonberry", 1)}) {
        const std::vector<Transfer> grant{{new_id<TransferId>(world.clock, world.entropy), asset, "mint",
                                           player_account(ada), amount * copies, "test"}};
        REQUIRE(world.get(world.stores->ledger.transfer(grant, world.clock.now(), {}, world.soon())));
    }
}

} // namespace

TEST_CASE("Any instance knows what another one has crafted, and gives the reply that it gave", "[instance][craft]")
{
    World world;
    world.start("instance-0");
    world.start("instance-1");
    give(world, 2);
    const std::string make = R"({"recipe":"moonlit.card-3"})";
    const Result<std::string> first = ask(world, "instance-0", "craft.make", make, "k1");
    REQUIRE(first);
    CHECK(ask(world, "instance-1", "craft.make", make, "k1").value() == *first);
    const auto answer =
        protocol::decode<protocol::CraftAnswer>(ask(world, "instance-1", "craft.make", make, "k2").value());
    REQUIRE(answer);
    REQUIRE(answer->done);
    CHECK(protocol::decode<protocol::CraftReply>(answer->done->text)->serial == 2);
    CHECK(ask(world, "instance-1", "craft.sell", "{}", "k3").error() == Errc::not_found);
    CHECK(ask(world, "instance-1", "craft.make", make, "").error() == protocol::IdempotencyErrc::key_missing);
    CHECK(ask(world, "instance-1", "craft.make", "[]", "k3").error() == Errc::invalid_argument);
    CHECK(ask(world, "instance-1", "craft.dismantle", R"({"card":"card-3","count":3})", "k3").error() ==
          CraftErrc::not_owned);
}

TEST_CASE("64 crafts at once at two instances with ingredients for 10: ten are done, the others learn what is missing",
          "[instance][craft]")
{
    World world;
    world.start("instance-0");
    world.start("instance-1");
    give(world, 10);
    int done = 0, refused = 0, ended = 0;
    std::set<std::int64_t> serials;
    for (int sender = 0; sender < 64; ++sender)
        world.loop.spawn([&, sender]() -> Task<void> {
            const std::string key = "key-" + std::to_string(sender);
            RpcRequest call = call_of(world, sender % 2 == 0 ? "instance-0" : "instance-1", "craft.make",
                                      R"({"recipe":"moonlit.card-3"})", key);
            const Result<std::string> text = co_await world.rpc.call(std::move(call));
            ++ended;
            REQUIRE(text);
            const auto answer = protocol::decode<protocol::CraftAnswer>(*text);
            REQUIRE(answer);
            if (answer->done) {
                ++done;
                serials.insert(protocol::decode<protocol::CraftReply>(answer->done->text)->serial.value());
                co_return;
            }
            ++refused;
            REQUIRE(answer->missing);
            CHECK(answer->missing->size() == 4);
        });
    for (int i = 0; i < 10'000 && ended < 64; ++i) world.pass(1ms);
    CHECK(done == 10);
    CHECK(refused == 54);
    CHECK(serials.size() == 10);
}
