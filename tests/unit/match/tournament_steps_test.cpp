// What a running tournament does next, decided from what is known.
#include "common/protocol/events.hpp"
#include "daemons/match/tournament_steps.hpp"
#include "tests/support/catch_result.hpp"

using namespace harvest;
using namespace harvest::match;
using game::tournament::Format;
using game::tournament::Outcome;
using protocol::TournamentState;

namespace {

const PlayerId anna{"p_01HZZZZZZZZZZZZZZZZZZZZZZA"}, boris{"p_01HZZZZZZZZZZZZZZZZZZZZZZB"};
constexpr Millis begun_at{1'800'000'000'000}, clock_ends = begun_at + 10min;

Tournament running(Format format)
{
    Tournament out;
    out.id = TournamentId{"k_1"};
    out.rules = {"Cup", format, 0, 10min, 2, 8, {{1, "coin", 300}, {1, "compost", 2}, {2, "coin", 100}}};
    out.state = TournamentState::running;
    out.entries = {{anna, DeckId{"d_a"}, 0, begun_at}, {boris, DeckId{"d_b"}, 0, begun_at}};
    out.version = 7;
    out.seed = 3;
    return out;
}

Tournament in_round(Format format)
{
    Tournament out = running(format);
    out.round = out.rounds = 1;
    out.round_until = clock_ends;
    out.pairings.push_back({{1, 1, anna, boris, Outcome::open}});
    return out;
}

harvest::Match match_with(MatchState state, std::optional<int> winner = std::nullopt)
{
    harvest::Match match;
    match.seats[0].player = boris; // seats are as the match has them
    match.seats[1].player = anna;
    match.state = state;
    if (winner) match.result = MatchResult{*winner, "health", 5, 10, ""};
    return match;
}

TableVerdict verdict_of(const Tournament& tournament, const TableFacts& facts, Millis now, std::int64_t attempts = 0)
{
    TournamentPairing pairing = tournament.pairings.at(0);
    pairing.attempts = attempts;
    return judge_table(tournament, pairing, facts, now);
}

} // namespace

TEST_CASE("Who is not there when the clock runs out has lost", "[tournament]")
{
    const Tournament cup = in_round(Format::swiss);
    CHECK(verdict_of(cup, {{}, true, true}, begun_at).action == TableAction::play);
    CHECK(verdict_of(cup, {{}, true, true}, clock_ends).action ==
          TableAction::play); // both are there: it is not theirs
    CHECK(verdict_of(cup, {{}, true, false}, clock_ends - 1ms).action == TableAction::wait);
    const auto outcome = [&](bool first, bool second) {
        const TableVerdict verdict = verdict_of(cup, {{}, first, second}, clock_ends);
        CHECK(verdict.action == TableAction::decided);
        CHECK(verdict.by == "clock");
        return verdict.outcome;
    };
    CHECK(outcome(true, false) == Outcome::first);
    CHECK(outcome(false, true) == Outcome::second);
    CHECK(outcome(false, false) == Outcome::both_lost);
}

TEST_CASE("A match decides its table, whoever sits where", "[tournament]")
{
    const Tournament cup = in_round(Format::swiss);
    for (const MatchState state : {MatchState::made, MatchState::playing})
        CHECK(verdict_of(cup, {match_with(state)}, clock_ends + 1h).action == TableAction::wait);
    CHECK(verdict_of(cup, {match_with(MatchState::ended, 0)}, begun_at).outcome == Outcome::second);
    CHECK(verdict_of(cup, {match_with(MatchState::ended, 1)}, begun_at).outcome == Outcome::first);
    const TableVerdict drawn = verdict_of(cup, {match_with(MatchState::ended, -1)}, begun_at);
    CHECK(drawn.action == TableAction::decided);
    CHECK(drawn.outcome == Outcome::draw);
}

TEST_CASE("A match that came to nothing, or that elimination cannot use, is played again a few times", "[tournament]")
{
    Tournament cup = in_round(Format::elimination);
    CHECK(verdict_of(cup, {match_with(MatchState::aborted)}, begun_at).action == TableAction::again);
    CHECK(verdict_of(cup, {match_with(MatchState::ended, -1)}, begun_at).action == TableAction::again);
    cup.entries[1].rating = 1;
    const TableVerdict seeded = verdict_of(cup, {match_with(MatchState::ended, -1)}, begun_at, most_attempts - 1);
    CHECK(seeded.outcome == Outcome::second);
    CHECK(seeded.by == "seed");

    const TournamentPairing again = settled_table(cup.id, cup.pairings[0], {TableAction::again, {}, {}});
    CHECK(again.attempts == 1);
    CHECK(again.seats.outcome == Outcome::open);
    CHECK(match_of(cup.id, again) != match_of(cup.id, cup.pairings[0]));
    CHECK(match_of(cup.id, again) == match_of(cup.id, again));
    CHECK(match_of(TournamentId{"k_2"}, again) != match_of(cup.id, again));
    const TournamentPairing over = settled_table(cup.id, again, {TableAction::decided, Outcome::first, "match"});
    CHECK(over.seats.outcome == Outcome::first);
    CHECK(over.match == match_of(cup.id, again));
}

TEST_CASE("Only a match that nobody comes to is held against the players", "[tournament]")
{
    harvest::Match aborted = match_with(MatchState::aborted);
    for (const Format format : {Format::swiss, Format::elimination}) {
        Tournament cup = in_round(format);
        cup.entries[1].rating = 1;
        aborted.aborted_for = abort_nobody_came;
        TableFacts facts{aborted};
        facts.unattended = most_attempts - 1; // of more, that came to nothing for other reasons
        CHECK(verdict_of(cup, facts, clock_ends, most_attempts + 3).action == TableAction::again);
        facts.unattended = most_attempts;
        CHECK(verdict_of(cup, facts, begun_at, most_attempts - 1).outcome == Outcome::both_lost);
        for (const char* const reason : {"no_instance", "log_damaged", ""}) {
            facts.match->aborted_for = reason;
            facts.unattended = 0;
            CHECK(verdict_of(cup, facts, clock_ends - 1ms, 2 * most_attempts).action == TableAction::again);
            const TableVerdict late = verdict_of(cup, facts, clock_ends);
            CHECK(late.action == TableAction::decided);
            CHECK(late.outcome == (format == Format::swiss ? Outcome::draw : Outcome::second));
            CHECK(late.by == (format == Format::swiss ? "clock" : "seed"));
        }
    }
}

TEST_CASE("The clock waits for whoever may only be lost from sight", "[tournament]")
{
    const Tournament cup = in_round(Format::swiss);
    for (const bool first_here : {true, false})
        CHECK(verdict_of(cup, {{}, first_here, false, false}, clock_ends + 1s).action == TableAction::wait);
    CHECK(verdict_of(cup, {{}, true, false, true}, clock_ends + 1s).action == TableAction::decided);
}

TEST_CASE("A tournament that begins has ratings, a first round and a clock", "[tournament]")
{
    const Tournament cup = running(Format::elimination);
    const TournamentStep step = next_step(cup, {{anna, 1'400}, {boris, 1'600}}, "match-0", begun_at);
    CHECK(step.state == TournamentState::running);
    CHECK(step.version == 7);
    CHECK(step.round == 1);
    CHECK(step.rounds == 1);
    CHECK(step.round_until == clock_ends);
    CHECK(step.ratings.size() == 2);
    REQUIRE(step.pairings.size() == 1);
    CHECK(step.pairings[0].seats.first == boris); // the better rated
    CHECK(step.pairings[0].seats.outcome == Outcome::open);
}

TEST_CASE("A tournament that is over has places, and prizes that are the same whoever pays them", "[tournament]")
{
    Tournament cup = in_round(Format::swiss);
    cup.pairings[0].seats.outcome = Outcome::second;
    cup.pairings[0].decided_by = "match";
    cup.pairings[0].match = match_of(cup.id, cup.pairings[0]);
    const TournamentStep step = next_step(cup, {}, "match-0", begun_at);
    const TournamentStep same = next_step(cup, {}, "match-1", begun_at + 1h);
    CHECK(step.state == TournamentState::ended);
    CHECK(step.pairings.empty());
    CHECK(step.places == std::vector<std::pair<PlayerId, int>>{{boris, 1}, {anna, 2}});
    REQUIRE(step.prizes.size() == 3);
    CHECK(step.prizes[0].credit == player_account(boris));
    CHECK(step.prizes[0].amount + step.prizes[1].amount == 302);
    CHECK(step.prizes[2].credit == player_account(anna));
    REQUIRE(step.events.size() == 2);
    for (std::size_t i = 0; i < 3; ++i) CHECK(step.prizes[i].id == same.prizes[i].id);
    for (std::size_t i = 0; i < 2; ++i) CHECK(step.events[i].event.id == same.events[i].event.id);
    const auto told = protocol::decode<protocol::TournamentEnded>(step.events[0].event.data);
    REQUIRE(told);
    CHECK(told->player == boris);
    CHECK(told->place == 1);
    CHECK(told->reward.size() == 2);
    CHECK(told->changes->size() == 4); // mint and player, of coins and of compost
}

TEST_CASE("A prize is for who took part at a table, the place is told to all", "[tournament]")
{
    const auto paid = [](const Tournament& cup) {
        const TournamentStep step = next_step(cup, {}, "match-0", begun_at);
        CHECK(step.state == TournamentState::ended);
        CHECK(step.events.size() == cup.entries.size());
        CHECK(step.places.size() == cup.entries.size());
        std::vector<std::string> to;
        for (const Transfer& prize : step.prizes)
            if (prize.asset == "coin") to.push_back(prize.credit);
        return to;
    };
    using Paid = std::vector<std::string>;
    const std::string to_anna = player_account(anna), to_boris = player_account(boris);
    for (const Format format : {Format::swiss, Format::elimination}) {
        Tournament cup = in_round(format);
        TournamentPairing& table = cup.pairings[0];
        table.seats.outcome = Outcome::both_lost;
        table.decided_by = "clock";
        CHECK(paid(cup).empty()); // nobody came
        table.seats.outcome = Outcome::first;
        CHECK(paid(cup) == Paid{to_anna}); // who came has won, who did not has lost
        table.decided_by = "drop";
        CHECK(paid(cup) == Paid{to_anna});
        table.decided_by = "match";
        table.match = match_of(cup.id, table);
        CHECK(paid(cup) == Paid{to_anna, to_boris});
        table.decided_by = "ada"; // a judge, of what was played
        CHECK(paid(cup) == Paid{to_anna, to_boris});
        table.decided_by = "seed"; // after matches without a winner
        table.match = {};
        CHECK(paid(cup) == Paid{to_anna, to_boris});
    }
    Tournament cup = in_round(Format::swiss);
    cup.pairings[0].seats.outcome = Outcome::draw;
    CHECK(paid(cup).size() == 2);
    cup.pairings[0].seats = {1, 1, anna, {}, Outcome::first}; // a bye is no table
    CHECK(paid(cup).empty());
}

TEST_CASE("One left alone has won", "[tournament]")
{
    Tournament cup = running(Format::swiss);
    cup.entries[0].dropped_at = begun_at;
    const TournamentStep step = next_step(cup, {}, "match-0", begun_at);
    CHECK(step.state == TournamentState::ended);
    CHECK(step.places.size() == 2);
    CHECK(step.prizes.empty()); // nobody has played
}
