// What the store did and the match daemon did not hear of, through to what players are told.
#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/unit/match/doubtful_world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

// The ticket that match.queue names.
Task<TicketId> queue_ranked(LiveClient& live, const Player& player)
{
    std::string data = World::queue(player);
    const Result<std::string> reply = co_await live.call("match.queue", std::move(data));
    if (!reply) throw std::runtime_error("not queued: " + live.error_text);
    co_return protocol::decode<protocol::QueueReply>(*reply)->ticket;
}

Task<protocol::StatusReply> state_of(LiveClient& live)
{
    const Result<std::string> reply = co_await live.call("match.status", "{}");
    if (!reply) throw std::runtime_error("no status: " + live.error_text);
    co_return *protocol::decode<protocol::StatusReply>(*reply);
}

Task<bool> is_met(LiveClient& live, Millis within)
{
    const Result<Push> found = co_await live.push("match.found", within);
    co_return found.has_value();
}

} // namespace

TEST_CASE("A cancelling that was not heard of leaves no ticket to be acknowledged", "[match]")
{
    DoubtfulWorld doubtful;
    World& world = doubtful.world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const TicketId old = co_await queue_ranked(*first, ann);
        doubtful.doubts.unheard["unqueue"] = 1;
        const Result<std::string> cancelled = co_await first->call("match.cancel", "{}");
        CHECK_FALSE(cancelled);
        CHECK(first->error_text == "in_doubt");
        CHECK(world.match_daemons[0]->load().at("tickets") == 0); // it is paired with nobody meanwhile
        protocol::StatusReply now = co_await state_of(*first);
        CHECK(now.state == "idle");
        const TicketId fresh = co_await queue_ranked(*first, ann);
        CHECK(fresh != old);
        now = co_await state_of(*first);
        CHECK(now.state == "queued");
        CHECK(now.ticket == fresh);
        (void)co_await world.clock.sleep_until(world.clock.after(20s));
        (void)co_await queue_ranked(*second, bob);
        const bool met = co_await is_met(*first, 5s);
        CHECK(met);
    });
}

TEST_CASE("A ticket that another match daemon took out of the queue is not acknowledged", "[match]")
{
    DoubtfulWorld doubtful(2);
    World& world = doubtful.world;
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        const auto ask = [&](std::string slot, std::string method, std::string body) -> AsyncResult<std::string> {
            RpcRequest call{.daemon = "match",
                            .id = std::move(slot),
                            .method = std::move(method),
                            .body = std::move(body),
                            .traceparent = {},
                            .by = world.soon()};
            co_return co_await world.rpc.call(std::move(call));
        };
        const protocol::PlayerQueueRequest wish{ann.id, {"ranked", ann.deck, std::nullopt}};
        const std::string wanted = protocol::encode(wish), who = protocol::encode(protocol::PlayerRequest{ann.id});
        for (const bool cancelled_again : {false, true}) {
            const Result<std::string> queued = co_await ask("match-0", "queue", wanted);
            REQUIRE(queued);
            const Result<std::string> cancelled = co_await ask("match-1", "cancel", who);
            REQUIRE(cancelled);
            if (cancelled_again) {
                const Result<std::string> gone = co_await ask("match-0", "cancel", who);
                CHECK_FALSE(gone);
                CHECK(world.match_daemons[0]->load().at("tickets") == 0);
            }
            const Result<std::string> again = co_await ask("match-0", "queue", wanted);
            REQUIRE(again);
            CHECK(protocol::decode<protocol::QueueReply>(*again)->ticket !=
                  protocol::decode<protocol::QueueReply>(*queued)->ticket);
            const Result<MatchTicket> stored = co_await world.matches->ticket(ann.id, world.soon());
            REQUIRE(stored);
            CHECK(stored->id == protocol::decode<protocol::QueueReply>(*again)->ticket);
            const Result<std::string> end = co_await ask("match-0", "cancel", who);
            REQUIRE(end);
        }
    });
}

TEST_CASE("A ticket that is taken back while the tickets are read does not come back", "[match]")
{
    DoubtfulWorld doubtful;
    World& world = doubtful.world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        // Only the store knows of this one, and it is the first of the list.
        MatchTicket unknown;
        unknown.id = world.id<TicketId>();
        unknown.player = eve.id;
        unknown.mode = "casual";
        unknown.deck = eve.deck;
        unknown.preferences = R"({"bots":false})";
        unknown.queued_at = world.clock.now() - 10s;
        const Result<void> kept = co_await world.matches->queue(std::move(unknown), world.soon());
        REQUIRE(kept);
        bool reading = false;
        doubtful.doubts.slow = [&](const PlayerId& player) { return player == eve.id && (reading = true); };
        (void)co_await queue_ranked(*first, ann);
        (void)co_await world.clock.sleep_until(world.clock.after(1s));
        reading = false;
        while (!reading) (void)co_await world.clock.sleep_until(world.clock.after(100ms));
        const Result<void> gone = co_await world.decks->remove(ann.id, ann.deck, world.soon());
        REQUIRE(gone);
        (void)co_await queue_ranked(*second, bob);
        const Result<Push> told = co_await first->push("match.cancelled", 1s);
        REQUIRE(told);
        const Result<Push> again = co_await first->push("match.cancelled", 10s);
        CHECK_FALSE(again);
        CHECK(world.match_daemons[0]->load().at("tickets") == 2);
    });
}

TEST_CASE("An abort that was not heard of is told to the players, also when it can be read back only later", "[match]")
{
    for (const bool at_once : {true, false}) {
        DoubtfulWorld doubtful;
        World& world = doubtful.world;
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob");
        world.play([&]() -> Task<void> {
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            world.allocator->broken = true;
            doubtful.doubts.unheard["abort"] = 1;
            (void)co_await queue_ranked(*first, ann);
            (void)co_await queue_ranked(*second, bob);
            for (int i = 0; i < 1'200 && doubtful.doubts.unheard["abort"] > 0; ++i)
                (void)co_await world.clock.sleep_until(world.clock.after(50ms));
            if (!at_once) {
                doubtful.doubts.away = {"get"};
                const Result<Push> early = co_await first->push("match.aborted", 5s);
                CHECK_FALSE(early);
                doubtful.doubts.away.clear();
            }
            for (LiveClient* live : {first.get(), second.get()}) {
                const Result<Push> told = co_await live->push("match.aborted", 5s);
                REQUIRE(told);
                CHECK(protocol::decode<protocol::MatchAborted>(told->data)->reason == "no_instance");
                const Result<Push> again = co_await live->push("match.aborted", 5s);
                CHECK_FALSE(again);
            }
        });
    }
}

TEST_CASE("Who is taken out of the queue for his deck is told, also when that was not heard of", "[match]")
{
    for (const bool at_once : {true, false}) {
        DoubtfulWorld doubtful;
        World& world = doubtful.world;
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob");
        world.play([&]() -> Task<void> {
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            const TicketId ticket = co_await queue_ranked(*first, ann);
            const Result<void> gone = co_await world.decks->remove(ann.id, ann.deck, world.soon());
            REQUIRE(gone);
            doubtful.doubts.unheard["unqueue"] = 1;
            (void)co_await queue_ranked(*second, bob);
            if (!at_once) {
                doubtful.doubts.away = {"current"};
                const Result<Push> early = co_await first->push("match.cancelled", 5s);
                CHECK_FALSE(early);
                doubtful.doubts.away.clear();
            }
            const Result<Push> told = co_await first->push("match.cancelled", 5s);
            REQUIRE(told);
            const auto cancelled = protocol::decode<protocol::QueueCancelled>(told->data);
            REQUIRE(cancelled);
            CHECK(cancelled->reason == "bad_deck");
            CHECK(cancelled->ticket == ticket);
            const Result<Push> again = co_await first->push("match.cancelled", 15s);
            CHECK_FALSE(again);
            CHECK(world.match_daemons[0]->load().at("tickets") == 1);
        });
    }
}

TEST_CASE("Whose party is another one by now is told that his ticket is taken back, also when that was not heard of",
          "[match][party]")
{
    DoubtfulWorld doubtful;
    World& world = doubtful.world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const Result<std::string> made = co_await first->call("party.create", "{}");
        REQUIRE(made);
        std::string data = R"({"code":")" + protocol::decode<protocol::PartyInfo>(*made)->code + R"("})";
        const Result<std::string> joined = co_await second->call("party.join", std::move(data));
        REQUIRE(joined);
        data = World::queue(ann, "challenge");
        const Result<std::string> ready = co_await first->call("match.queue", std::move(data));
        REQUIRE(ready);
        doubtful.doubts.unheard["unqueue"] = 1;
        const Result<std::string> left = co_await second->call("party.leave", "{}");
        REQUIRE(left);
        const Result<Push> told = co_await first->push("match.cancelled", 5s);
        REQUIRE(told);
        const auto cancelled = protocol::decode<protocol::QueueCancelled>(told->data);
        REQUIRE(cancelled);
        CHECK(cancelled->reason == "party_changed");
        CHECK(cancelled->ticket == protocol::decode<protocol::QueueReply>(*ready)->ticket);
    });
}

TEST_CASE("A friend is seen to be ready no more when that was cancelled unheard", "[match][party]")
{
    DoubtfulWorld doubtful;
    World& world = doubtful.world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const Result<std::string> made = co_await first->call("party.create", "{}");
        REQUIRE(made);
        std::string data = R"({"code":")" + protocol::decode<protocol::PartyInfo>(*made)->code + R"("})";
        const Result<std::string> joined = co_await second->call("party.join", std::move(data));
        REQUIRE(joined);
        data = World::queue(ann, "challenge");
        const Result<std::string> ready = co_await first->call("match.queue", std::move(data));
        REQUIRE(ready);
        doubtful.doubts.unheard["unqueue"] = 1;
        const Result<std::string> cancelled = co_await first->call("match.cancel", "{}");
        CHECK_FALSE(cancelled);
        std::string reason;
        while (reason != "not_ready") {
            const Result<Push> told = co_await second->push("party.changed", 5s);
            REQUIRE(told);
            reason = protocol::decode<protocol::PartyChanged>(told->data)->reason;
        }
        const Result<Push> own_wish = co_await first->push("match.cancelled", 5s);
        CHECK_FALSE(own_wish);
    });
}
