// Invariants of pairing over random fields, results and drops.
#include "common/game/tournament/elimination.hpp"
#include "common/game/tournament/matching.hpp"
#include "common/game/tournament/standings.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <bit>
#include <map>
#include <random>
#include <set>

using namespace harvest;
using namespace harvest::game::tournament;

namespace {

using Chance = std::mt19937_64;

std::size_t below(Chance& dice, std::size_t bound)
{
    return static_cast<std::size_t>(dice() % bound);
}

Field make_field(Format format, std::size_t players, Chance& dice, int rounds = 0)
{
    Field field;
    field.format = format;
    field.rounds = rounds_of(format, players, rounds);
    field.seed = dice();
    for (std::size_t i = 0; i < players; ++i)
        field.entrants.push_back({PlayerId{fmt::format("p_{:03}", i)}, static_cast<std::int64_t>(dice() % 5), false});
    return field;
}

void pair(Field& field)
{
    for (Pairing& pairing : next_round(field)) field.pairings.push_back(std::move(pairing));
}

void decide(Field& field, Chance& dice)
{
    for (Pairing& pairing : field.pairings) {
        if (pairing.outcome != Outcome::open) continue;
        const bool drawn = field.format == Format::swiss && below(dice, 6) == 0;
        pairing.outcome = drawn ? Outcome::draw : below(dice, 2) == 0 ? Outcome::first : Outcome::second;
    }
}

void drop_some(Field& field, Chance& dice, std::size_t one_in)
{
    for (Entrant& each : field.entrants) each.dropped = each.dropped || below(dice, one_in) == 0;
}

std::vector<PlayerId> active(const Field& field)
{
    std::vector<PlayerId> players;
    for (const Entrant& each : field.entrants)
        if (!each.dropped) players.push_back(each.player);
    return players;
}

std::set<std::pair<PlayerId, PlayerId>> met_before(const Field& field, int round)
{
    std::set<std::pair<PlayerId, PlayerId>> met;
    for (const Pairing& each : field.pairings)
        if (each.round < round && !each.bye()) met.insert(std::minmax(each.first, each.second));
    return met;
}

// By trying everything: as many pairs of those who have not met as there can be.
std::size_t most_fresh(const std::vector<PlayerId>& players, const std::set<std::pair<PlayerId, PlayerId>>& met)
{
    if (players.size() < 2) return 0;
    std::vector<PlayerId> rest(players.begin() + 1, players.end());
    std::size_t best = most_fresh(rest, met);
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (met.contains(std::minmax(players[0], rest[i]))) continue;
        std::vector<PlayerId> others = rest;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
        best = std::max(best, 1 + most_fresh(others, met));
        if (best == players.size() / 2) break;
    }
    return best;
}

struct Round {
    std::vector<Pairing> pairings;
    std::set<PlayerId> seated;
    std::size_t byes{}, fresh{};
};

Round look_at(const Field& field, int round)
{
    Round out;
    const auto met = met_before(field, round);
    for (const Pairing& each : field.pairings) {
        if (each.round != round) continue;
        out.pairings.push_back(each);
        REQUIRE(each.table == static_cast<int>(out.pairings.size()));
        REQUIRE(out.seated.insert(each.first).second);
        if (!each.bye()) REQUIRE(out.seated.insert(each.second).second);
        if (each.bye())
            ++out.byes;
        else
            out.fresh += met.contains(std::minmax(each.first, each.second)) ? 0 : 1;
    }
    return out;
}

} // namespace

TEST_CASE("Swiss: all who are in are paired, byes go round, and nobody meets again who need not", "[tournament]")
{
    std::size_t forced = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Chance dice(seed);
        const std::size_t players = 2 + below(dice, 9);
        const int wished = static_cast<int>(below(dice, players + 1));
        Field field = make_field(Format::swiss, players, dice, wished);
        std::map<PlayerId, int> byes;
        while (!is_over(field)) {
            const std::vector<PlayerId> before = active(field);
            pair(field);
            const Round round = look_at(field, last_round(field));
            REQUIRE(round.seated == std::set<PlayerId>(before.begin(), before.end()));
            REQUIRE(round.byes == before.size() % 2);
            std::size_t possible = most_fresh(before, met_before(field, last_round(field)));
            for (const Pairing& each : round.pairings) {
                if (!each.bye()) continue;
                // Of those with the fewest byes one whose absence costs the others nothing.
                int fewest = byes[each.first];
                possible = 0;
                for (const PlayerId& player : before) fewest = std::min(fewest, byes[player]);
                REQUIRE(byes[each.first] == fewest);
                for (const PlayerId& player : before) {
                    if (byes[player] != fewest) continue;
                    std::vector<PlayerId> others = before;
                    std::erase(others, player);
                    possible = std::max(possible, most_fresh(others, met_before(field, last_round(field))));
                }
                ++byes[each.first];
            }
            REQUIRE(round.fresh == possible);
            forced += round.pairings.size() - round.byes - round.fresh;
            decide(field, dice);
            if (below(dice, 3) == 0) drop_some(field, dice, 8);
        }
    }
    CHECK(forced > 0); // fields in which it cannot be avoided were among them
}

TEST_CASE("Swiss: in a field of a usual size and length nobody meets twice or has two byes", "[tournament]")
{
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        Chance dice(seed);
        Field field = make_field(Format::swiss, 12 + below(dice, 90), dice);
        while (!is_over(field)) {
            pair(field);
            const Round round = look_at(field, last_round(field));
            REQUIRE(round.fresh + round.byes == round.pairings.size());
            decide(field, dice);
            drop_some(field, dice, 60);
        }
        for (const Standing& each : standings(field)) REQUIRE(each.byes <= 1);
    }
}

TEST_CASE("Swiss: the same seed gives the same pairings, and equal points meet", "[tournament]")
{
    Chance dice(7);
    Field field = make_field(Format::swiss, 16, dice);
    Field same = field, other = field;
    other.seed += 1;
    pair(field);
    pair(same);
    pair(other);
    CHECK(field.pairings == same.pairings);
    CHECK(field.pairings != other.pairings);
    for (Pairing& each : field.pairings) each.outcome = Outcome::first;
    pair(field);
    std::set<PlayerId> winners;
    for (const Pairing& each : field.pairings)
        if (each.round == 1) winners.insert(each.first);
    for (const Pairing& each : field.pairings)
        if (each.round == 2) CHECK(winners.contains(each.first) == winners.contains(each.second));
}

TEST_CASE("The bye of Swiss is a win, for the lowest without one", "[tournament]")
{
    Chance dice(3);
    Field field = make_field(Format::swiss, 5, dice, 4);
    for (int round = 1; round <= 4; ++round) {
        const std::vector<Standing> before = standings(field);
        pair(field);
        for (const Pairing& each : field.pairings) {
            if (each.round != round || !each.bye()) continue;
            CHECK(each.outcome == Outcome::first);
            const auto lowest =
                std::find_if(before.rbegin(), before.rend(), [](const Standing& s) { return s.byes == 0; });
            CHECK(each.first == lowest->player);
        }
        decide(field, dice);
    }
}

TEST_CASE("Standings: points, then Buchholz, then the opponents' win rate, then the seed", "[tournament]")
{
    Field field;
    field.format = Format::swiss;
    field.rounds = 2;
    const PlayerId a{"p_a"}, b{"p_b"}, c{"p_c"}, d{"p_d"};
    field.entrants = {{a, 10, false}, {b, 20, false}, {c, 30, false}, {d, 40, true}};
    field.pairings = {{1, 1, a, b, Outcome::first},
                      {1, 2, c, d, Outcome::draw},
                      {2, 1, a, c, Outcome::first},
                      {2, 2, b, {}, Outcome::first}};
    const std::vector<Standing> table = standings(field);
    REQUIRE(table.size() == 4);
    CHECK(table[0].player == a);
    CHECK(table[0].points == 6);
    CHECK(table[0].buchholz == 4); // b's 3 and c's 1
    CHECK(table[0].opponents_win_rate == (500 + least_win_rate) / 2);
    CHECK(table[1].player == b); // beaten by a: 3 points by its bye, which is no opponent
    CHECK(table[1].buchholz == 6);
    CHECK(table[1].opponents_win_rate == 1'000);
    CHECK(table[1].byes == 1);
    CHECK(table[2].player == c); // as many points as d, and a among its opponents
    CHECK(table[3].player == d);
    CHECK(table[3].dropped);
    for (std::size_t i = 0; i < table.size(); ++i) CHECK(table[i].place == static_cast<int>(i) + 1);
}

TEST_CASE("Elimination: one is left after ceil(log2 n) rounds, who loses is out, and top seeds have the byes",
          "[tournament]")
{
    for (std::size_t players = 2; players <= 70; ++players) {
        Chance dice(players);
        Field field = make_field(Format::elimination, players, dice);
        std::set<PlayerId> out;
        int rounds = 0;
        while (!is_over(field)) {
            pair(field);
            ++rounds;
            std::size_t byes = 0;
            const std::vector<PlayerId> seeds = seeds_of(field);
            for (const Pairing& each : field.pairings) {
                if (each.round != rounds) continue;
                REQUIRE_FALSE(out.contains(each.first));
                REQUIRE_FALSE(out.contains(each.second));
                if (!each.bye()) continue;
                const auto seed = std::ranges::find(seeds, each.first) - seeds.begin();
                REQUIRE(static_cast<std::size_t>(seed) < std::bit_ceil(players) - players);
                ++byes;
            }
            REQUIRE(byes == (rounds == 1 ? std::bit_ceil(players) - players : 0));
            decide(field, dice);
            for (const Pairing& each : field.pairings)
                if (!each.bye()) out.insert(each.outcome == Outcome::first ? each.second : each.first);
        }
        REQUIRE(rounds == rounds_of(Format::elimination, players, 0));
        REQUIRE((1U << rounds) >= players);
        REQUIRE((1U << (rounds - 1)) < players);
        REQUIRE(out.size() == players - 1);
        const std::vector<Standing> table = standings(field);
        CHECK_FALSE(out.contains(table[0].player));
        CHECK(table[1].place == 2);
        if (players > 3) CHECK(table[3].place == 3); // shared by those who lost the same round
    }
}

TEST_CASE("Elimination: the favourites meet last if they win", "[tournament]")
{
    Chance dice(1);
    Field field = make_field(Format::elimination, 11, dice);
    const std::vector<PlayerId> seeds = seeds_of(field);
    const auto seed_of = [&](const PlayerId& player) { return std::ranges::find(seeds, player) - seeds.begin(); };
    while (!is_over(field)) {
        pair(field);
        for (Pairing& each : field.pairings)
            if (each.outcome == Outcome::open)
                each.outcome = seed_of(each.first) < seed_of(each.second) ? Outcome::first : Outcome::second;
    }
    const std::vector<Standing> table = standings(field);
    CHECK(table[0].player == seeds[0]);
    CHECK(table[1].player == seeds[1]);
    CHECK(std::set{table[2].player, table[3].player} == std::set{seeds[2], seeds[3]});
}

TEST_CASE("Elimination with drops and double losses ends, with one winner at most", "[tournament]")
{
    std::size_t without_winner = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        Chance dice(seed);
        Field field = make_field(Format::elimination, 2 + below(dice, 20), dice);
        while (!is_over(field)) {
            REQUIRE(last_round(field) < field.rounds);
            pair(field);
            drop_some(field, dice, 12);
            for (Pairing& each : field.pairings) {
                each.outcome = outcome_after_drops(field, each);
                if (each.outcome == Outcome::open && below(dice, 10) == 0) each.outcome = Outcome::both_lost;
            }
            decide(field, dice);
        }
        REQUIRE(survivors(field) <= 1);
        const std::vector<Standing> table = standings(field);
        const auto firsts = std::ranges::count(table, 1, &Standing::place);
        REQUIRE(firsts == static_cast<std::ptrdiff_t>(survivors(field)));
        without_winner += firsts == 0 ? 1 : 0;
    }
    CHECK(without_winner > 0);
}

namespace {

// Eight that are seeded p_000 to p_007: the tables of round 1 are 0-7, 3-4, 1-6 and 2-5.
Field eight()
{
    Chance dice(1);
    Field field = make_field(Format::elimination, 8, dice);
    for (std::size_t i = 0; i < 8; ++i) field.entrants[i].rating = 8 - static_cast<std::int64_t>(i);
    return field;
}

void play_round(Field& field, const std::vector<Outcome>& outcomes)
{
    pair(field);
    std::size_t table = 0;
    for (Pairing& each : field.pairings)
        if (each.outcome == Outcome::open) each.outcome = outcomes.at(table++);
}

std::map<std::string, int> places_of(const Field& field)
{
    std::map<std::string, int> places;
    for (const Standing& each : standings(field)) places[each.player.value] = each.place;
    return places;
}

} // namespace

TEST_CASE("Elimination: places come from the round of exit, whoever is missing ahead", "[tournament]")
{
    constexpr Outcome first = Outcome::first, nobody = Outcome::both_lost;
    Field field = eight();
    SECTION("all is played")
    {
        for (int round = 0; round < 3; ++round) play_round(field, {first, first, first, first});
        CHECK(places_of(field) == std::map<std::string, int>{{"p_000", 1},
                                                             {"p_001", 2},
                                                             {"p_002", 3},
                                                             {"p_003", 3},
                                                             {"p_004", 5},
                                                             {"p_005", 5},
                                                             {"p_006", 5},
                                                             {"p_007", 5}});
    }
    SECTION("nobody comes")
    {
        play_round(field, {nobody, nobody, nobody, nobody});
        CHECK(is_over(field));
        for (const auto& [player, place] : places_of(field)) CHECK(place == 5);
    }
    SECTION("a semifinal has no winner")
    {
        play_round(field, {first, first, first, first});
        play_round(field, {first, nobody});
        CHECK(is_over(field));
        CHECK(places_of(field) == std::map<std::string, int>{{"p_000", 1},
                                                             {"p_001", 3},
                                                             {"p_002", 3},
                                                             {"p_003", 3},
                                                             {"p_004", 5},
                                                             {"p_005", 5},
                                                             {"p_006", 5},
                                                             {"p_007", 5}});
        field.entrants[0].dropped = true; // before a final that nobody else has reached
        CHECK(places_of(field)["p_000"] == 2);
    }
    SECTION("the final has no winner")
    {
        play_round(field, {first, first, first, first});
        play_round(field, {first, first});
        play_round(field, {nobody});
        std::map<std::string, int> places = places_of(field);
        CHECK(places["p_000"] == 2);
        CHECK(places["p_001"] == 2);
        CHECK(places["p_002"] == 3);
    }
    SECTION("the winner of the final leaves before the end is told")
    {
        for (int round = 0; round < 3; ++round) play_round(field, {first, first, first, first});
        field.entrants[0].dropped = true;
        std::map<std::string, int> places = places_of(field);
        CHECK(places["p_000"] == 1);
        CHECK(places["p_001"] == 2);
    }
    SECTION("who is in shares the first place until then")
    {
        play_round(field, {first, first, first, first});
        field.entrants[3].dropped = true;
        std::map<std::string, int> places = places_of(field);
        CHECK(places["p_000"] == 1);
        CHECK(places["p_002"] == 1);
        CHECK(places["p_003"] == 3);
        CHECK(places["p_007"] == 5);
    }
}

TEST_CASE("An open pairing is lost by whoever drops, a decided one is not", "[tournament]")
{
    Field field;
    const PlayerId a{"p_a"}, b{"p_b"};
    const Pairing open{1, 1, a, b, Outcome::open}, decided{1, 1, a, b, Outcome::first};
    field.entrants = {{a, 0, false}, {b, 0, false}};
    CHECK(outcome_after_drops(field, open) == Outcome::open);
    field.entrants[0].dropped = true;
    CHECK(outcome_after_drops(field, open) == Outcome::second);
    CHECK(outcome_after_drops(field, decided) == Outcome::first);
    field.entrants[1].dropped = true;
    CHECK(outcome_after_drops(field, open) == Outcome::both_lost);
}

TEST_CASE("A matching is as large as any, and taking pairs out keeps it so", "[tournament]")
{
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        Chance dice(seed);
        const std::size_t size = 1 + below(dice, 9);
        std::vector<PlayerId> players;
        for (std::size_t i = 0; i < size; ++i) players.push_back({fmt::format("p_{}", i)});
        std::set<std::pair<PlayerId, PlayerId>> apart;
        Matching graph(size);
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = i + 1; j < size; ++j) {
                if (below(dice, 2) == 0)
                    graph.join(i, j);
                else
                    apart.insert({players[i], players[j]});
            }
        graph.fill();
        std::size_t most = most_fresh(players, apart);
        REQUIRE(graph.pairs() == most);
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t j = i + 1; j < size; ++j)
                if (graph.take(i, j)) {
                    std::erase(players, PlayerId{fmt::format("p_{}", i)});
                    std::erase(players, PlayerId{fmt::format("p_{}", j)});
                    REQUIRE(most_fresh(players, apart) == --most);
                    REQUIRE(graph.pairs() == most);
                }
    }
}
