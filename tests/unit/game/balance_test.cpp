#include "common/game/balance/verdict.hpp"
#include "common/game/balance/wilson.hpp"
#include "common/game/battle/deck.hpp"
#include "tests/unit/game/content_fixture.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <set>

using namespace harvest::game;
using namespace harvest::game::balance;
using harvest::game::battle::test::content;

namespace {

Tally tally_of(const Trial& trial, std::uint64_t from, std::uint64_t to, std::uint64_t step = 1)
{
    Tally tally(content());
    for (std::uint64_t i = from; i < to; i += step) play(trial, content(), i, tally);
    return tally;
}

Tally judged(std::int64_t first_wins, std::int64_t starter_wins)
{
    Tally tally(content());
    tally.order = {Count{20'000, first_wins}, Count{20'000, 20'000 - first_wins}};
    tally.starters[0] = {20'000, starter_wins};
    return tally;
}

} // namespace

TEST_CASE("Wilson's interval agrees with published values", "[balance]")
{
    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    const auto check = [](std::int64_t wins, std::int64_t games, double low, double high) {
        const Interval interval = wilson_95(wins, games);
        CHECK(interval.low == Approx(low).margin(0.00006));
        CHECK(interval.high == Approx(high).margin(0.00006));
    };
    check(81, 263, 0.2553, 0.3662);
    check(15, 148, 0.0624, 0.1605);
    check(0, 20, 0.0000, 0.1611);
    check(1, 29, 0.0061, 0.1718);
    check(0, 0, 0, 1);
    check(29, 29, 1 - 0.1170, 1);
}

TEST_CASE("a trial's games follow from the seed, however they are split", "[balance]")
{
    Trial trial;
    trial.level = battle::bots::Level::greedy;
    trial.seed = 5;
    const Tally whole = tally_of(trial, 0, 60);
    Tally split = tally_of(trial, 1, 60, 2);
    split.add(tally_of(trial, 0, 60, 2));
    CHECK(split == whole);
    CHECK(tally_of(trial, 0, 60) == whole);
    trial.seed = 6;
    CHECK_FALSE(tally_of(trial, 0, 60) == whole);
}

TEST_CASE("a tally counts each game once for either side", "[balance]")
{
    Trial trial;
    trial.level = battle::bots::Level::random;
    const Tally tally = tally_of(trial, 0, 400);
    CHECK(tally.games == 400);
    const std::int64_t decided = tally.games - tally.draws;
    CHECK(tally.order[0].games == decided);
    CHECK(tally.order[1].games == decided);
    CHECK(tally.order[0].wins + tally.order[1].wins == decided);
    // A quarter between the two starters, a quarter between one of them and a random deck.
    CHECK(tally.starters[0].games + tally.starters[1].games == 300 - 3 * tally.draws);
    // Two farmers at most a game, half of the games, and not those in which they are the same.
    const auto games = [](const std::vector<Count>& counts) {
        return std::accumulate(counts.begin(), counts.end(), std::int64_t{0},
                               [](std::int64_t sum, const Count& count) { return sum + count.games; });
    };
    CHECK(games(tally.farmers) <= 400);
    CHECK(games(tally.farmers) > 200);
    for (std::size_t i = 0; i < tally.cards.size(); ++i) {
        INFO(content().cards()[i].id);
        CHECK((tally.cards[i].games > 0) == !content().cards()[i].token);
        CHECK(tally.cards[i].wins <= tally.cards[i].games);
    }
    trial.starter = 1;
    CHECK(tally_of(trial, 0, 40).starters[1].games >= 39); // a drawn game counts for nobody
}

TEST_CASE("random decks are legal, and the seed makes them", "[balance]")
{
    std::set<std::vector<battle::CardIndex>> different;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const battle::DeckList deck = random_deck(content(), seed);
        const std::vector<std::string> ids = battle::card_ids(content(), deck.cards);
        CHECK(battle::deck_faults(content(), content().farmers()[deck.farmer].id, ids).empty());
        CHECK(random_deck(content(), seed).cards == deck.cards);
        different.insert(deck.cards);
    }
    CHECK(different.size() == 300);
}

TEST_CASE("the verdict asks for whole intervals", "[balance]")
{
    CHECK(judge(judged(10'000, 10'000)) == Verdict::balanced);
    CHECK(judge(judged(10'440, 10'000)) == Verdict::balanced);   // 52.2 %: up to 52.9
    CHECK(judge(judged(10'600, 10'000)) == Verdict::undecided);  // 53.0 %: 52.3 to 53.7
    CHECK(judge(judged(9'400, 10'000)) == Verdict::undecided);   // 47.0 %
    CHECK(judge(judged(10'900, 10'000)) == Verdict::unbalanced); // 54.5 %
    CHECK(judge(judged(10'000, 11'300)) == Verdict::undecided);  // 56.5 %: 55.8 to 57.2
    CHECK(judge(judged(10'000, 11'500)) == Verdict::unbalanced); // 57.5 %
    CHECK(judge(judged(10'000, 4'000)) == Verdict::balanced);    // a weak starter deck is no fault
    CHECK(judge(Tally(content())) == Verdict::undecided);
}

TEST_CASE("the greedy bot spends a dewdrop and calls weather that helps it", "[bots][balance]")
{
    // Over whole games: a seat that held it has played it more often than not.
    std::size_t dewdrops = 0, weathers = 0;
    const battle::CardIndex bonus = content().rules().second_bonus;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        battle::MatchSetup setup;
        setup.match_id = "m_" + std::to_string(seed);
        setup.decks = {random_deck(content(), 2 * seed), random_deck(content(), 2 * seed + 1)};
        battle::RawEvents events;
        battle::State state = *battle::start(content(), setup, &events);
        for (std::uint64_t step = 0; state.phase != battle::Phase::over; ++step) {
            const bool opening = state.phase == battle::Phase::mulligan;
            const battle::SeatIndex seat = opening ? (state.seats[0].mulligan_done ? 1 : 0) : state.active;
            const battle::SeatCommand chosen = battle::bots::choose(
                battle::bots::Level::greedy, battle::view(state, content(), seat), content(), step);
            REQUIRE(battle::apply(state, content(), seat, *battle::decode(state, content(), seat, chosen), &events));
        }
        for (const battle::RawEvent& event : events) {
            if (event.kind != battle::EventKind::card_played) continue;
            dewdrops += event.card == bonus ? 1 : 0;
            weathers += content().card(event.card).family == battle::Family::weather ? 1 : 0;
        }
    }
    CHECK(dewdrops >= 25);
    CHECK(weathers >= 15);
}
