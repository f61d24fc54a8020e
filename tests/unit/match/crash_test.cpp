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
