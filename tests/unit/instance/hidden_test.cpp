#include "common/game/battle/deck.hpp"
#include "tests/unit/instance/world.hpp"

#include <set>

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

struct Watched {
    std::vector<std::string> bytes; // all that seat 1 was sent
    std::vector<std::string> own, other;
    std::string server_seed;
};

// Seat 1 plays from its own view. Seat 2 passes, so that nothing of its hand and deck is ever shown, until it would
// burn a card. With `other_cards` seat 2 has another deck under its own
// farmer.
Watched watch(bool other_cards, std::uint64_t seed)
{
    World world(seed);
    Running& instance = world.start();
    const Match match = world.make_match("casual", {}, [other_cards](Match& made) {
        if (other_cards) made.seats[1].cards = made.seats[0].cards;
    });
    auto clients = begin(world, instance, match);
    clients[1]->ask("battle.mulligan", R"({"cards":[]})");
    for (int i = 0; i < 500; ++i) {
        world.pass(5ms);
        for (auto& client : clients) client->read();
        if (clients[0]->end || clients[0]->view->opponent.hand_count >= 8) break;
        if (clients[1]->view->phase == battle::Phase::playing && clients[1]->view->active_seat == 2) {
            clients[1]->ask("battle.end_turn", "{}");
            continue;
        }
        clients[0]->act();
        if (i % 7 == 0) clients[0]->ask("battle.state", "{}");
        if (i == 20) {
            clients[0]->drop();
            clients[0]->join(clients[0]->last_seq);
        }
    }
    REQUIRE_FALSE(clients[0]->end);
    Watched out;
    out.bytes = clients[0]->bytes;
    out.own = match.seats[0].cards;
    out.other = match.seats[1].cards;
    clients[0]->ask("battle.concede", "{}");
    world.pass(500ms);
    clients[0]->read();
    REQUIRE(clients[0]->end);
    out.server_seed = clients[0]->end->server_seed;
    return out;
}

} // namespace

TEST_CASE("T16: two worlds that differ only in what seat 1 may not see give it the same bytes", "[instance]")
{
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const Watched one = watch(false, seed), two = watch(true, seed);
        REQUIRE(one.other != two.other);
        CHECK(one.bytes.size() > 12);
        CHECK(one.bytes == two.bytes);
    }
}

TEST_CASE("T16: nothing sent to a seat before the end names the other's hidden cards or the seed", "[instance]")
{
    for (std::uint64_t seed = 20; seed < 26; ++seed) {
        const Watched seen = watch(false, seed);
        const std::set<std::string> own(seen.own.begin(), seen.own.end());
        for (const std::string& text : seen.bytes) {
            CHECK(text.find(seen.server_seed) == std::string::npos);
            for (const std::string& card : seen.other)
                if (!own.contains(card)) CHECK(text.find('"' + card + '"') == std::string::npos);
        }
    }
}

TEST_CASE("T16: the seed is in no event and no log before the end", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1], 12);
    world.pass(200ms);
    std::string everything;
    for (const char* topic : {"harvest.battle", "harvest.game", "harvest.system"})
        for (const StoredEvent& event : world.get(world.stores->events.read(topic, "", 0, 1'000, world.soon())).value())
            everything += event.event.data;
    for (const BattleChunk& chunk : world.get(world.stores->matches.battle_log(match.id, world.soon())).value())
        everything += chunk.data;
    const Match stored = world.stored(match.id);
    everything += stored.server_seed + stored.sealed_seed;
    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    CHECK(everything.find("\"moves\"") != std::string::npos);
    CHECK(everything.find(clients[0]->end->server_seed) == std::string::npos);
    CHECK(everything.find(match.seats[0].name) == std::string::npos); // events carry ids only
}
