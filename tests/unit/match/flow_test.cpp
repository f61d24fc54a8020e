#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

TEST_CASE("Two players queue and are told where their match is", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        const Result<std::string> queued = co_await first->call("match.queue", std::move(data));
        REQUIRE(queued);
        const Result<std::string> status = co_await first->call("match.status", "{}");
        REQUIRE(status);
        CHECK(protocol::decode<protocol::StatusReply>(*status)->state == "queued");
        data = World::queue(bob);
        const Result<std::string> also = co_await second->call("match.queue", std::move(data));
        REQUIRE(also);
        const Result<Push> found = co_await first->push("match.found", 10s);
        const Result<Push> other = co_await second->push("match.found", 10s);
        REQUIRE(found);
        REQUIRE(other);
        const auto mine = protocol::decode<protocol::MatchFound>(found->data);
        const auto theirs = protocol::decode<protocol::MatchFound>(other->data);
        REQUIRE(mine);
        REQUIRE(theirs);
        CHECK(mine->match == theirs->match);
        CHECK(mine->seat + theirs->seat == 3);
        CHECK(mine->opponent.name == "bob");
        CHECK(mine->endpoints.size() == 2);
        CHECK(mine->ticket ==
              "ticket|" + ann.id.value + "|" + mine->match.value + "|" + std::to_string(mine->seat) + "|instance-0");
        const Result<std::string> later = co_await first->call("match.status", "{}");
        REQUIRE(later);
        const auto state = protocol::decode<protocol::StatusReply>(*later);
        CHECK(state->state == "in_match");
        REQUIRE(state->found);
        CHECK(state->found->match == mine->match);
    });
}

TEST_CASE("Queueing is refused with its reason", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto live = co_await world.signed_in(ann);
        const auto refused = [&](std::string data) -> Task<std::string> {
            const Result<std::string> reply = co_await live->call("match.queue", std::move(data));
            co_return reply ? "queued" : live->error_text;
        };
        std::string data = World::queue(ann, "chess");
        std::string why = co_await refused(std::move(data));
        CHECK(why == "match.unknown_mode");
        data = World::queue(bob);
        why = co_await refused(std::move(data));
        CHECK(why == "match.no_such_deck");
        const Result<std::string> early = co_await live->call("match.cancel", "{}");
        CHECK_FALSE(early);
        CHECK(live->error_text == "match.not_queued");
        Deck deck;
        deck.id = world.id<DeckId>();
        deck.player = ann.id;
        deck.name = "thin";
        deck.farmer = test_content().farmers()[0].id;
        deck.cards = {test_content().cards()[0].id};
        deck.version = 1;
        Player other_deck = ann;
        other_deck.deck = deck.id;
        const Result<void> put = co_await world.decks->put(std::move(deck), world.soon());
        REQUIRE(put);
        data = World::queue(other_deck);
        why = co_await refused(std::move(data));
        CHECK(why == "match.bad_deck");
        (void)co_await world.clock.sleep_until(world.clock.after(10s));
        data = World::queue(ann);
        why = co_await refused(std::move(data));
        CHECK(why == "queued");
        data = World::queue(ann);
        why = co_await refused(std::move(data));
        CHECK(why == "queued"); // the same wish twice is the same ticket
        data = World::queue(ann, "casual");
        why = co_await refused(std::move(data));
        CHECK(why == "match.already_queued");
        const Result<std::string> cancelled = co_await live->call("match.cancel", "{}");
        CHECK(cancelled);
        const Result<std::string> status = co_await live->call("match.status", "{}");
        REQUIRE(status);
        CHECK(protocol::decode<protocol::StatusReply>(*status)->state == "idle");
    });
}

TEST_CASE("A bot takes the other seat where the mode allows it, not before", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto casual = co_await world.signed_in(ann);
        auto ranked = co_await world.signed_in(bob);
        std::string data = World::queue(ann, "casual");
        (void)co_await casual->call("match.queue", std::move(data));
        data = World::queue(bob, "ranked");
        (void)co_await ranked->call("match.queue", std::move(data));
        const Result<Push> early = co_await casual->push("match.found", 9s);
        CHECK_FALSE(early);
        const Result<Push> found = co_await casual->push("match.found", 3s);
        REQUIRE(found);
        CHECK(protocol::decode<protocol::MatchFound>(found->data)->opponent.bot);
        const Result<Push> never = co_await ranked->push("match.found", 20s);
        CHECK_FALSE(never);
    });
}

TEST_CASE("A match whose instance is gone is announced again with a new ticket, or aborted and told", "[match]")
{
    World world;
    world.start();
    world.allocator->play_time = 10min;
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        world.allocator->crash();
        const Result<Push> again = co_await first->push("match.found", 20s);
        REQUIRE(again);
        CHECK(protocol::decode<protocol::MatchFound>(again->data)->match ==
              protocol::decode<protocol::MatchFound>(found->data)->match);
        world.allocator->crash();
        world.allocator->broken = true;
        const Result<Push> aborted = co_await first->push("match.aborted", 2min);
        REQUIRE(aborted);
        const Result<Push> other = co_await second->push("match.aborted", 5s);
        CHECK(other);
        const Result<std::string> status = co_await first->call("match.status", "{}");
        REQUIRE(status);
        CHECK(protocol::decode<protocol::StatusReply>(*status)->state == "idle");
    });
}
