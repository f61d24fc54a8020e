#include "common/game/tournament/swiss.hpp"

#include "common/game/tournament/matching.hpp"
#include "common/game/tournament/standings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace harvest::game::tournament {
namespace {

struct Candidate {
    PlayerId player;
    std::int64_t points{}, byes{};
    std::size_t place{}; // in the standings, from 0
    std::uint64_t lot{};
};

using Meetings = std::map<std::pair<PlayerId, PlayerId>, int>;

// splitmix64 (Steele, Lea, Flood 2014) over the seed, the round and the player's id.
std::uint64_t draw(std::uint64_t seed, int round, const PlayerId& player)
{
    std::uint64_t state = seed + static_cast<std::uint64_t>(round);
    const auto mix = [&state](std::uint64_t word) {
        state = (state ^ word) + 0x9E3779B97F4A7C15;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        state ^= state >> 31;
    };
    for (const char c : player.value) mix(static_cast<unsigned char>(c));
    return state;
}

// Who is to be paired, the lowest in the standings last.
std::vector<Candidate> candidates_of(const Field& field)
{
    std::vector<Candidate> candidates;
    const std::vector<Standing> table = standings(field);
    for (std::size_t i = 0; i < table.size(); ++i) {
        const Standing& each = table[i];
        if (each.dropped) continue;
        candidates.push_back(
            {each.player, each.points, each.byes, i, draw(field.seed, last_round(field) + 1, each.player)});
    }
    return candidates;
}

Meetings meetings_of(const Field& field)
{
    Meetings met;
    for (const Pairing& pairing : field.pairings) {
        if (pairing.bye()) continue;
        ++met[{pairing.first, pairing.second}];
        ++met[{pairing.second, pairing.first}];
    }
    return met;
}

bool have_met(const Meetings& met, const Candidate& one, const Candidate& other)
{
    return met.contains({one.player, other.player});
}

// Of those who have not met, as many pairs as can be.
Matching fresh_pairs(const std::vector<Candidate>& candidates, const Meetings& met)
{
    Matching graph(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i)
        for (std::size_t j = i + 1; j < candidates.size(); ++j)
            if (!have_met(met, candidates[i], candidates[j])) graph.join(i, j);
    graph.fill();
    return graph;
}

std::vector<Candidate> without(const std::vector<Candidate>& candidates, std::size_t index)
{
    std::vector<Candidate> rest = candidates;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
    return rest;
}

// The lowest of those with the fewest byes whose absence makes nobody meet again who need not.
std::size_t choose_bye(const std::vector<Candidate>& candidates, const Meetings& met)
{
    const std::int64_t fewest = std::ranges::min(candidates, {}, &Candidate::byes).byes;
    std::size_t chosen = 0, best = 0;
    bool found = false;
    for (std::size_t i = candidates.size(); i-- > 0;) {
        if (candidates[i].byes != fewest) continue;
        const std::size_t pairs = fresh_pairs(without(candidates, i), met).pairs();
        if (!found || pairs > best) {
            chosen = i;
            best = pairs;
            found = true;
        }
        if (best == candidates.size() / 2) break;
    }
    return chosen;
}

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

// From the top each with the nearest that leaves the others as well off; who must meet again comes last.
Pairs pair_up(const std::vector<Candidate>& order, const Meetings& met)
{
    Matching graph = fresh_pairs(order, met);
    Pairs pairs;
    std::set<std::size_t> open;
    for (std::size_t i = 0; i < order.size(); ++i) open.insert(i);
    std::vector<std::size_t> again;
    while (!open.empty()) {
        const std::size_t top = *open.begin();
        open.erase(open.begin());
        const auto other = std::ranges::find_if(open, [&](std::size_t each) { return graph.take(top, each); });
        if (other == open.end()) {
            graph.remove(top);
            again.push_back(top);
            continue;
        }
        pairs.emplace_back(top, *other);
        open.erase(other);
    }
    while (!again.empty()) {
        const std::size_t top = again.front();
        again.erase(again.begin());
        const auto times = [&](std::size_t each) { return met.at({order[top].player, order[each].player}); };
        const auto other = std::ranges::min_element(again, {}, times);
        pairs.emplace_back(top, *other);
        again.erase(other);
    }
    std::ranges::sort(pairs);
    return pairs;
}

} // namespace

std::vector<Pairing> pair_swiss(const Field& field)
{
    std::vector<Candidate> candidates = candidates_of(field);
    const Meetings met = meetings_of(field);
    std::vector<Pairing> round;
    const int number = last_round(field) + 1;
    PlayerId bye;
    if (candidates.size() % 2 == 1) {
        const std::size_t index = choose_bye(candidates, met);
        bye = candidates[index].player;
        candidates = without(candidates, index);
    }
    std::ranges::sort(candidates, [](const Candidate& left, const Candidate& right) {
        return std::tie(right.points, left.lot, left.place) < std::tie(left.points, right.lot, right.place);
    });
    for (const auto& [one, other] : pair_up(candidates, met)) {
        const bool swapped = (candidates[one].lot ^ candidates[other].lot) & 1;
        const Candidate &first = candidates[swapped ? other : one], &second = candidates[swapped ? one : other];
        round.push_back({number, static_cast<int>(round.size()) + 1, first.player, second.player, Outcome::open});
    }
    if (!bye.empty()) round.push_back({number, static_cast<int>(round.size()) + 1, bye, {}, Outcome::first});
    return round;
}

} // namespace harvest::game::tournament
