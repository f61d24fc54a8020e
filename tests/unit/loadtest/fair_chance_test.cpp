// What a bot takes for fair chance: it trusts nothing that the server could have chosen after it had spoken.
#include "cli/bots/fair_chance.hpp"
#include "common/base/encoding.hpp"
#include "common/game/battle/chance.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using harvest::bots::FairChance;

namespace {

const MatchId match{"m_01JDB00000000000000000000A"};
const std::string ours(64, 'a'), theirs(64, 'b'), zeros(64, '0');

std::string seed_hex(char digit)
{
    return std::string(64, digit);
}

std::string commitment_of(const std::string& seed)
{
    game::battle::Seed bytes{};
    const Bytes read = from_hex(seed).value();
    std::copy(read.begin(), read.end(), bytes.begin());
    return to_hex(game::battle::commitment(bytes));
}

protocol::JoinReply reply(const std::string& seed, const std::string& phase = "nonces")
{
    protocol::JoinReply reply;
    reply.match = match;
    reply.seat = 2;
    reply.phase = phase;
    reply.commitment = commitment_of(seed);
    return reply;
}

protocol::BattleEnd end_of(const std::string& seed, std::vector<std::string> nonces)
{
    protocol::BattleEnd end;
    end.match = match;
    end.server_seed = seed;
    end.nonces = std::move(nonces);
    return end;
}

FairChance played()
{
    FairChance fair;
    fair.joined(reply(seed_hex('1')));
    fair.choose_nonce(ours);
    fair.nonce_taken();
    fair.dealt();
    return fair;
}

} // namespace

TEST_CASE("a seed that fits, and our nonce in our seat, is fair chance", "[bots]")
{
    CHECK(played().is_fair(end_of(seed_hex('1'), {theirs, ours})));
}

TEST_CASE("another seed, another nonce, or another seat's is not", "[bots]")
{
    CHECK_FALSE(played().is_fair(end_of(seed_hex('2'), {theirs, ours})));
    CHECK_FALSE(played().is_fair(end_of("", {theirs, ours})));
    CHECK_FALSE(played().is_fair(end_of(seed_hex('1'), {theirs, theirs})));
    CHECK_FALSE(played().is_fair(end_of(seed_hex('1'), {ours, theirs})));
    CHECK_FALSE(played().is_fair(end_of(seed_hex('1'), {ours})));
    CHECK_FALSE(played().is_fair(end_of(seed_hex('1'), {theirs, zeros}))); // it was taken, and cards were dealt on it
}

TEST_CASE("a second commitment for the same match is never fair, whichever the seed fits", "[bots]")
{
    FairChance fair = played();
    fair.joined(reply(seed_hex('2'), "playing"));
    CHECK_FALSE(fair.is_fair(end_of(seed_hex('1'), {theirs, ours})));
    CHECK_FALSE(fair.is_fair(end_of(seed_hex('2'), {theirs, ours})));
}

TEST_CASE("a nonce may be zero where the table was opened anew before cards were dealt", "[bots]")
{
    FairChance fair;
    fair.joined(reply(seed_hex('1')));
    fair.choose_nonce(ours);
    fair.nonce_taken();
    fair.joined(reply(seed_hex('1'), "playing")); // came back too late for the new table
    fair.dealt();
    CHECK(fair.nonce() == ours);
    CHECK(fair.is_fair(end_of(seed_hex('1'), {theirs, zeros})));
    CHECK(fair.is_fair(end_of(seed_hex('1'), {theirs, ours})));
    CHECK_FALSE(fair.is_fair(end_of(seed_hex('1'), {theirs, theirs})));
}

TEST_CASE("what a player of before a restart gave accuses nobody", "[bots]")
{
    FairChance back;
    back.joined(reply(seed_hex('1'), "playing"));
    back.dealt();
    CHECK(back.is_fair(end_of(seed_hex('1'), {theirs, ours})));
    CHECK_FALSE(back.is_fair(end_of(seed_hex('2'), {theirs, ours})));

    FairChance refused;
    refused.joined(reply(seed_hex('1')));
    refused.choose_nonce(std::string(64, 'c')); // the table has another already, and says so
    refused.dealt();
    CHECK(refused.is_fair(end_of(seed_hex('1'), {theirs, ours})));
}

TEST_CASE("another match begins with nothing of the one before", "[bots]")
{
    FairChance fair = played();
    protocol::JoinReply next = reply(seed_hex('3'));
    next.match = MatchId{"m_01JDB00000000000000000000B"};
    fair.joined(next);
    CHECK(fair.nonce().empty());
    CHECK_FALSE(fair.is_fair(end_of(seed_hex('1'), {theirs, ours}))); // the end of the match before
    fair.choose_nonce(theirs);
    fair.nonce_taken();
    protocol::BattleEnd end = end_of(seed_hex('3'), {ours, zeros});
    end.match = next.match;
    CHECK(fair.is_fair(end)); // that cards were dealt on the nonce was of the match before
    end.nonces = {theirs, ours};
    CHECK_FALSE(fair.is_fair(end));
}
