#include "common/ports/records/battle_record.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

TEST_CASE("a match from hosting to settlement, through wire messages alone", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("ranked");
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1]);

    REQUIRE(clients[0]->end);
    REQUIRE(clients[1]->end);
    const Match stored = world.stored(match.id);
    CHECK(stored.state == MatchState::ended);
    REQUIRE(stored.result);
    CHECK(stored.result->commands == clients[0]->end->commands);
    CHECK(stored.result->final_hash == clients[0]->end->final_hash);
    CHECK(clients[0]->end->winner == stored.result->winner + 1);
    CHECK(stored.server_seed == clients[1]->end->server_seed);

    for (std::size_t seat = 0; seat < 2; ++seat) {
        const PlayerId player = match.seats[seat].player;
        const Rating rating = world.get(world.stores->matches.rating(player, "ranked", world.soon())).value();
        CHECK(rating.games == 1);
        CHECK(rating.rating == clients[seat]->end->rating_after);
        const auto balances = world.get(world.stores->ledger.balances(player_account(player), world.soon())).value();
        const bool won = stored.result->winner == static_cast<int>(seat);
        REQUIRE(balances.size() == (won ? 2 : 1));
        CHECK(balances[0].amount == (won ? 60 : 5)); // the first win of the day
        if (won) CHECK(balances[1].amount == 9);
        const auto day =
            world.get(world.stores->matches.daily(player, utc_day(world.clock.now()), world.soon())).value();
        CHECK(day.games == 1);
        CHECK(day.paid == 1);
        CHECK(day.wins == (won ? 1 : 0));
    }
    // Both are free for their next match.
    CHECK(world.get(world.stores->matches.current(match.seats[0].player, world.soon())).error() == Errc::not_found);
}

TEST_CASE("T17: the record of a played match is proved from what was published", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    const std::string commitment = clients[0]->joined->commitment;
    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);

    const Match stored = world.stored(match.id);
    const auto log = world.get(world.stores->matches.battle_log(match.id, world.soon())).value();
    Result<battle::BattleRecord> record = battle_record(stored, log, *content());
    REQUIRE(record);
    // A verifier believes the wire: commitment from the join, seed and nonces from the end.
    record->header.commitment = commitment;
    record->header.server_seed = clients[0]->end->server_seed;
    CHECK(record->header.seats[0].nonce == to_hex(client_nonce(0)));
    CHECK(record->header.seats[1].nonce == to_hex(client_nonce(1)));
    const battle::Verdict verdict = battle::replay(*record, *content());
    INFO(verdict.path << " " << verdict.recorded << " " << verdict.replayed);
    CHECK(verdict.kind == battle::VerdictKind::verified);
    CHECK(verdict.final_hash == clients[1]->end->final_hash);

    battle::BattleRecord bent = *record;
    bent.header.server_seed[5] = bent.header.server_seed[5] == '0' ? '1' : '0';
    CHECK(battle::replay(bent, *content()).kind == battle::VerdictKind::unfair);
    bent = *record;
    bent.moves[bent.moves.size() / 2].hash[3] ^= 1;
    CHECK(battle::replay(bent, *content()).kind == battle::VerdictKind::diverged);
}

TEST_CASE("two house bots play a match to its end by themselves", "[instance]")
{
    World world;
    world.start();
    const Match match = world.make_match("casual", {"greedy", "random"});
    REQUIRE(world.host(match.id));
    for (int i = 0; i < 400 && world.stored(match.id).state != MatchState::ended; ++i) world.pass(100ms);
    const Match stored = world.stored(match.id);
    CHECK(stored.state == MatchState::ended);
    CHECK(stored.result->commands > 10);
}
