#include "common/game/tournament/field.hpp"

#include "common/game/tournament/elimination.hpp"
#include "common/game/tournament/swiss.hpp"

#include <algorithm>
#include <bit>

namespace harvest::game::tournament {
namespace {

bool has_dropped(const Field& field, const PlayerId& player)
{
    return std::ranges::any_of(field.entrants,
                               [&](const Entrant& each) { return each.player == player && each.dropped; });
}

} // namespace

int rounds_of(Format format, std::size_t players, int wished)
{
    if (format == Format::swiss && wished > 0) return wished;
    return players < 2 ? 0 : static_cast<int>(std::bit_width(players - 1));
}

int last_round(const Field& field)
{
    int last = 0;
    for (const Pairing& pairing : field.pairings) last = std::max(last, pairing.round);
    return last;
}

bool is_open(const Field& field)
{
    return std::ranges::any_of(field.pairings, [](const Pairing& each) { return each.outcome == Outcome::open; });
}

bool is_over(const Field& field)
{
    if (is_open(field)) return false;
    if (last_round(field) >= field.rounds) return true;
    if (field.format == Format::elimination) return survivors(field) < 2;
    return std::ranges::count_if(field.entrants, [](const Entrant& each) { return !each.dropped; }) < 2;
}

std::vector<Pairing> next_round(const Field& field)
{
    if (is_open(field) || is_over(field)) return {};
    return field.format == Format::swiss ? pair_swiss(field) : pair_bracket(field);
}

Outcome outcome_after_drops(const Field& field, const Pairing& pairing)
{
    if (pairing.outcome != Outcome::open) return pairing.outcome;
    const bool first = has_dropped(field, pairing.first), second = has_dropped(field, pairing.second);
    if (first && second) return Outcome::both_lost;
    if (first) return Outcome::second;
    return second ? Outcome::first : Outcome::open;
}

} // namespace harvest::game::tournament
