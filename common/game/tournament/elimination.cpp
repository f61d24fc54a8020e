#include "common/game/tournament/elimination.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

namespace harvest::game::tournament {
namespace {

// Seeds from 1 in the order of the bracket's lines: the two of each first pairing add up to size + 1, and so on.
std::vector<std::size_t> bracket_lines(std::size_t size)
{
    std::vector<std::size_t> lines{1};
    while (lines.size() < size) {
        std::vector<std::size_t> wider;
        for (const std::size_t seed : lines) {
            wider.push_back(seed);
            wider.push_back(2 * lines.size() + 1 - seed);
        }
        lines = std::move(wider);
    }
    return lines;
}

std::set<PlayerId> alive(const Field& field)
{
    std::set<PlayerId> players;
    for (const Entrant& each : field.entrants)
        if (!each.dropped) players.insert(each.player);
    for (const Pairing& pairing : field.pairings) {
        if (pairing.outcome == Outcome::second || pairing.outcome == Outcome::both_lost) players.erase(pairing.first);
        if (pairing.outcome == Outcome::first || pairing.outcome == Outcome::both_lost) players.erase(pairing.second);
    }
    return players;
}

// Who comes out of each table of the last round, by its number; empty: nobody.
std::vector<PlayerId> winners_of(const Field& field, int round, std::size_t tables)
{
    std::vector<PlayerId> winners(tables);
    for (const Pairing& pairing : field.pairings) {
        if (pairing.round != round) continue;
        PlayerId& winner = winners.at(static_cast<std::size_t>(pairing.table) - 1);
        if (pairing.outcome == Outcome::first) winner = pairing.first;
        if (pairing.outcome == Outcome::second) winner = pairing.second;
    }
    return winners;
}

} // namespace

std::vector<PlayerId> seeds_of(const Field& field)
{
    std::vector<Entrant> order = field.entrants;
    std::ranges::sort(order, [](const Entrant& left, const Entrant& right) {
        return std::tie(right.rating, left.player) < std::tie(left.rating, right.player);
    });
    std::vector<PlayerId> seeds;
    for (Entrant& each : order) seeds.push_back(std::move(each.player));
    return seeds;
}

std::size_t survivors(const Field& field)
{
    return alive(field).size();
}

std::vector<Pairing> pair_bracket(const Field& field)
{
    const int last = last_round(field);
    const std::size_t size = std::bit_ceil(field.entrants.size());
    std::vector<PlayerId> lines;
    if (last == 0) {
        const std::vector<PlayerId> seeds = seeds_of(field);
        for (const std::size_t seed : bracket_lines(size))
            lines.push_back(seed <= seeds.size() ? seeds[seed - 1] : PlayerId{});
    } else {
        lines = winners_of(field, last, size >> last);
    }
    const std::set<PlayerId> in = alive(field);
    std::vector<Pairing> round;
    for (std::size_t table = 0; table < lines.size() / 2; ++table) {
        PlayerId first = lines[2 * table], second = lines[2 * table + 1];
        if (!in.contains(first)) first = {};
        if (!in.contains(second)) second = {};
        if (first.empty()) std::swap(first, second);
        if (first.empty()) continue;
        const Outcome outcome = second.empty() ? Outcome::first : Outcome::open;
        round.push_back({last + 1, static_cast<int>(table) + 1, std::move(first), std::move(second), outcome});
    }
    return round;
}

} // namespace harvest::game::tournament
