#include "common/ports/records/battle_record.hpp"
#include "common/protocol/events.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;
using Fault = FaultyMatches::Fault;

namespace {

// One log, one result, one reward each: whatever happened on the way.
void check_settled_once(World& world, const Match& match)
{
    const Match stored = world.stored(match.id);
    REQUIRE(stored.state == MatchState::ended);
    const auto log = world.get(world.stores->matches.battle_log(match.id, world.soon())).value();
    const auto record = battle_record(stored, log, *content());
    REQUIRE(record);
    CHECK(battle::replay(*record, *content()).kind == battle::VerdictKind::verified);
    CHECK(static_cast<std::int64_t>(record->moves.size()) == stored.result->commands);
    std::int64_t paid = 0, games = 0, counted = 0;
    for (const MatchSeat& seat : match.seats) {
        for (const Balance& balance :
             world.get(world.stores->ledger.balances(player_account(seat.player), world.soon())).value())
            paid += balance.amount;
        games += world.get(world.stores->matches.rating(seat.player, "ranked", world.soon()))->games;
        counted += world.get(world.stores->matches.daily(seat.player, utc_day(stored.ended_at), world.soon()))->games;
    }
    CHECK(paid == 60 + 9 + 5); // coins and wheat of a first win, coins of a loss
    CHECK(counted == 2);
    CHECK(games == 2);
    std::size_t ended = 0, commands = 0;
    for (const StoredEvent& each :
         world.get(world.stores->events.read("harvest.game", match.id.value, 0, 1'000, world.soon())).value())
        ended += each.event.type == protocol::event_type::match_ended ? 1 : 0;
    for (const StoredEvent& each :
         world.get(world.stores->events.read("harvest.battle", match.id.value, 0, 1'000, world.soon())).value())
        commands += protocol::decode<protocol::BattleCommands>(each.event.data)->moves.size();
    CHECK(ended == 1);
    CHECK(commands == record->moves.size());
}

} // namespace

TEST_CASE("T7: writes that fail, conflict, or are done unheard leave one log and one settlement", "[instance]")
{
    for (int round = 0; round < 12; ++round) {
        World world(static_cast<std::uint64_t>(round + 1));
        Running& instance = world.start();
        const Match match = world.make_match("ranked");
        const std::array all{Fault::lost, Fault::unheard, Fault::conflict, Fault::none, Fault::none};
        auto& faults = world.matches->faults;
        for (int i = 0; i < 40; ++i) faults["append"].push_back(all[static_cast<std::size_t>((i * 7 + round) % 5)]);
        for (int i = 0; i < 4; ++i) faults["settle"].push_back(all[static_cast<std::size_t>((i + round) % 5)]);
        faults["nonces"].push_back(all[static_cast<std::size_t>(round % 5)]);
        faults["renew"] = {Fault::lost, Fault::lost};
        REQUIRE(world.host(match.id));
        Client one(world, *instance.link, match, 1), two(world, *instance.link, match, 2);
        one.join();
        two.join();
        world.pass(5ms);
        one.send_nonce();
        two.send_nonce();
        world.pass(3s);
        play(world, one, two);
        for (int i = 0; i < 200 && !(one.end && two.end); ++i) {
            world.pass(100ms);
            play(world, one, two);
        }
        INFO("round " << round << ", command " << one.command << ", stored "
                      << static_cast<int>(world.stored(match.id).state) << ", last push "
                      << (one.ops.empty() ? "none" : one.ops.back()) << ", last reply " << one.bytes.back() << ", open "
                      << instance.link->peers[one.id].open);
        REQUIRE(one.end);
        REQUIRE(two.end);
        check_settled_once(world, match);
        CHECK(one.end->rating_before == 1'500'000);
    }
}

TEST_CASE("T7: a settlement that was done unheard, and the store then away, is told as it was done", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("ranked");
    world.matches->faults["settle"] = {Fault::unheard, Fault::lost, Fault::lost, Fault::lost, Fault::lost, Fault::lost};
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1]);
    world.pass(5s);
    for (auto& client : clients) client->read();
    CHECK(world.matches->faults["settle"].empty());
    check_settled_once(world, match);
    for (const auto& client : clients) {
        REQUIRE(client->end);
        const PlayerId player = match.seats[static_cast<std::size_t>(client->seat - 1)].player;
        CHECK(client->end->rating_before == 1'500'000);
        CHECK(client->end->rating_after ==
              world.get(world.stores->matches.rating(player, "ranked", world.soon()))->rating);
        std::map<std::string, std::int64_t> told, paid;
        for (const protocol::RewardInfo& each : client->end->rewards) told[each.asset] += each.amount.units;
        for (const Balance& balance :
             world.get(world.stores->ledger.balances(player_account(player), world.soon())).value())
            paid[balance.asset] = balance.amount;
        CHECK(told == paid);
    }
}

TEST_CASE("T14: while the log is behind, commands wait in order, and none is lost", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("ranked");
    auto clients = begin(world, instance, match);
    world.matches->delay = 600ms;
    play(world, *clients[0], *clients[1], 3);
    const std::int64_t before = clients[0]->command;
    world.pass(300ms); // the tail is older than 250 ms now
    Client& next = battle::bots::to_act(*clients[0]->view) ? *clients[0] : *clients[1];
    REQUIRE(next.act());
    world.settle_down();
    next.read();
    CHECK(next.command == before);
    CHECK_FALSE(next.answered(next.next_id - 1));
    // Too many are refused, not kept.
    for (int i = 0; i < 40; ++i) next.ask("battle.state", "{}");
    for (int i = 0; i < 40; ++i) next.ask("battle.end_turn", "{}");
    world.settle_down();
    next.read();
    CHECK(next.error_of(next.next_id - 1) == "unavailable");
    world.pass(2s);
    next.read();
    CHECK(next.command > before);
    world.matches->delay = 0ms;
    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    check_settled_once(world, match);
}

TEST_CASE("T7: an append that commits late, with a move made meanwhile, does not wedge the match", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("ranked");
    auto clients = begin(world, instance, match);
    for (int round = 0; round < 4; ++round) {
        world.matches->faults["append"].push_back(Fault::late);
        REQUIRE((clients[0]->act() || clients[1]->act()));
        world.pass(30ms); // told in doubt, and not there yet
        CHECK(world.matches->faults["append"].empty());
        CHECK((clients[0]->act() || clients[1]->act()));
        world.pass(1s);
        CHECK(instance.daemon->load().at("unwritten") == 0);
        for (auto& client : clients) client->read();
    }
    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    check_settled_once(world, match);
}

TEST_CASE("T14: while the log fails, house bots and clocks wait too: the tail stays bounded", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual", {"greedy", "greedy"});
    for (int i = 0; i < 1'000; ++i) world.matches->faults["append"].push_back(Fault::lost);
    REQUIRE(world.host(match.id));
    world.pass(5s);
    // 250 ms of ticks of 25 ms, one command a seat each.
    CHECK(instance.daemon->load().at("unwritten") > 0);
    CHECK(instance.daemon->load().at("unwritten") <= 24);
    world.matches->faults.clear();
    world.pass(60s);
    CHECK(world.stored(match.id).state == MatchState::ended);
}

TEST_CASE("T28: a held command is not answered on the link that came after its own", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    world.matches->delay = 600ms;
    play(world, *clients[0], *clients[1], 3);
    world.pass(300ms);
    Client& next = battle::bots::to_act(*clients[0]->view) ? *clients[0] : *clients[1];
    const std::int64_t before = next.command;
    REQUIRE(next.act());
    const std::int64_t asked = next.next_id - 1;
    world.settle_down();
    next.read();
    REQUIRE_FALSE(next.answered(asked));
    next.join(next.last_seq);
    REQUIRE(next.joined);
    world.pass(2s);
    next.read();
    CHECK(next.command > before);
    CHECK_FALSE(next.answered(asked));
    // The new link counts its ids anew: this one is a request of its own.
    next.next_id = asked;
    next.ask("battle.play", R"({"card":65000})");
    world.pass(2s);
    next.read();
    CHECK_FALSE(next.error_of(asked).empty());
}

TEST_CASE("T11: without its renewals a match stands still, and goes on when they come back", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("ranked");
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1], 4);
    for (int i = 0; i < 200; ++i) world.matches->faults["renew"].push_back(Fault::lost);
    world.pass(16s);
    for (auto& client : clients) client->read();
    const std::int64_t before = clients[0]->command;
    CHECK((clients[0]->act() || clients[1]->act()));
    world.pass(100ms);
    for (auto& client : clients) client->read();
    CHECK(clients[0]->command == before);
    world.matches->faults.clear();
    world.pass(6s);
    for (auto& client : clients) client->read();
    CHECK(clients[0]->command == before + 1);
    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    check_settled_once(world, match);
}

TEST_CASE("a ticket signed by a key that is not known yet waits for the keys", "[instance]")
{
    World world;
    world.rpc.withdraw("auth", "auth-0");
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    REQUIRE(world.host(match.id));
    Client early(world, *instance.link, match, 1);
    early.join();
    world.pass(100ms);
    early.read();
    CHECK_FALSE(early.joined);
    CHECK_FALSE(early.answered(1));
    world.rpc.serve("auth", "auth-0", world.loop.executor(),
                    [&world](RpcRequest) -> AsyncResult<std::string> { co_return world.signer->jwks(); });
    world.pass(1s);
    early.read();
    CHECK(early.joined);
}
