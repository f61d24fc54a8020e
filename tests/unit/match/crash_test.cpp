// T13 on two slots of the match daemon, of which some are killed.
#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <map>
#include <set>

using namespace harvest;
using namespace harvest::test;

TEST_CASE("T13: players who queue twice on two slots, with kills, are in one match each, none with himself, none lost",
          "[match]")
{
    WorldOptions options;
    options.matches = 2;
    options.seed = 13;
    World world(options);
    world.start();
    world.allocator->play_time = 1h; // nobody is free again in this test
    std::vector<Player> players;
    constexpr int count = 60;
    for (int i = 0; i < count; ++i) players.push_back(world.new_player("player-" + std::to_string(i)));

    const auto queue_all = [&](const std::string& slot, bool odd) {
        for (std::size_t i = odd ? 1 : 0; i < players.size(); i += 2) {
            const Player player = players[i];
            world.tasks.spawn([&world, slot, player]() -> Task<void> {
                protocol::PlayerQueueRequest wish{player.id, {"ranked", player.deck, std::nullopt}};
                RpcRequest call{.daemon = "match",
                                .id = slot,
                                .method = "queue",
                                .body = protocol::encode(wish),
                                .traceparent = {},
                                .by = world.soon()};
                (void)co_await world.rpc.call(std::move(call));
            });
        }
    };
    queue_all("match-0", false);
    queue_all("match-1", false);
    queue_all("match-1", true);
    world.run_for(260ms);
    queue_all("match-0", true);
    world.run_for(40ms);
    world.kill_match(0);
    world.run_for(5s);
    world.start_match(0);
    world.run_for(2s);
    queue_all("match-0", true);
    queue_all("match-1", false);
    world.run_for(60s);

    std::map<std::string, int> playing;
    std::size_t matches = 0, waiting = 0;
    world.play([&]() -> Task<void> {
        MatchFilter everything;
        everything.limit = 1'000;
        const Result<std::vector<Match>> all = co_await world.matches->list(std::move(everything), world.soon());
        REQUIRE(all);
        matches = all->size();
        for (const Match& match : *all) {
            CHECK(match.seats[0].player != match.seats[1].player);
            if (match.state == MatchState::ended || match.state == MatchState::aborted) continue;
            for (const MatchSeat& seat : match.seats) ++playing[seat.player.value];
        }
        const Result<std::vector<MatchTicket>> tickets = co_await world.matches->queued(world.soon());
        REQUIRE(tickets);
        waiting = tickets->size();
        for (const MatchTicket& ticket : *tickets) CHECK_FALSE(playing.contains(ticket.player.value));
    });
    for (const auto& [player, times] : playing) CHECK(times == 1);
    CHECK(playing.size() + waiting == count);
    CHECK(waiting <= 1);
    CHECK(matches == playing.size() / 2);
}

TEST_CASE("Players whose match.found was lost with the match daemon are told when the instance misses them", "[match]")
{
    World world;
    world.start();
    world.allocator->play_time = 1h;
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        const Result<std::string> queued = co_await first->call("match.queue", std::move(data));
        REQUIRE(queued);
        data = World::queue(bob);
        const Result<std::string> also = co_await second->call("match.queue", std::move(data));
        REQUIRE(also);
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        const Result<Push> other = co_await second->push("match.found", 10s);
        REQUIRE(other);
        const MatchId match = protocol::decode<protocol::MatchFound>(found->data)->match;

        const protocol::AbsentRequest missed{match, {2, 7, 0}};
        RpcRequest call{.daemon = "match",
                        .id = {},
                        .method = "absent",
                        .body = protocol::encode(missed),
                        .traceparent = {},
                        .by = world.soon()};
        const Result<std::string> told = co_await world.rpc.call(std::move(call));
        REQUIRE(told);
        const bool ann_is_second = protocol::decode<protocol::MatchFound>(found->data)->seat == 2;
        const Result<Push> again = co_await (ann_is_second ? first : second)->push("match.found", 5s);
        REQUIRE(again);
        CHECK(protocol::decode<protocol::MatchFound>(again->data)->match == match);
        const Result<Push> nothing = co_await (ann_is_second ? second : first)->push("match.found", 2s);
        CHECK_FALSE(nothing);
    });
}
