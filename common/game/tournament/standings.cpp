#include "common/game/tournament/standings.hpp"

#include "common/game/tournament/elimination.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace harvest::game::tournament {
namespace {

struct Record {
    Standing standing;
    std::vector<PlayerId> opponents;
    std::size_t seed{};
};

using Records = std::map<PlayerId, Record>;

void count(Standing& standing, const Pairing& pairing, bool is_first)
{
    const Outcome mine = is_first ? Outcome::first : Outcome::second;
    if (pairing.outcome == Outcome::open) return;
    if (pairing.outcome == mine) {
        ++standing.wins;
        standing.points += win_points;
        standing.byes += pairing.bye() ? 1 : 0;
    } else if (pairing.outcome == Outcome::draw) {
        ++standing.draws;
        standing.points += draw_points;
    } else {
        ++standing.losses;
        standing.lost_in = std::max(standing.lost_in, pairing.round);
    }
}

std::int64_t win_rate(const Standing& standing)
{
    const std::int64_t played = standing.wins + standing.draws + standing.losses;
    if (played == 0) return least_win_rate;
    return std::max(least_win_rate, standing.points * 1'000 / (win_points * played));
}

Records records_of(const Field& field)
{
    Records records;
    for (const Entrant& each : field.entrants) {
        Standing& standing = records[each.player].standing;
        standing.player = each.player;
        standing.dropped = each.dropped;
    }
    const std::vector<PlayerId> seeds = seeds_of(field);
    for (std::size_t i = 0; i < seeds.size(); ++i) records[seeds[i]].seed = i;
    for (const Pairing& pairing : field.pairings) {
        Record& first = records.at(pairing.first);
        count(first.standing, pairing, true);
        if (pairing.bye()) continue;
        Record& second = records.at(pairing.second);
        count(second.standing, pairing, false);
        if (pairing.outcome == Outcome::open) continue;
        first.opponents.push_back(pairing.second);
        second.opponents.push_back(pairing.first);
    }
    for (auto& [player, record] : records) {
        std::int64_t rates = 0;
        for (const PlayerId& opponent : record.opponents) {
            record.standing.buchholz += records.at(opponent).standing.points;
            rates += win_rate(records.at(opponent).standing);
        }
        const auto met = static_cast<std::int64_t>(record.opponents.size());
        if (met > 0) record.standing.opponents_win_rate = rates / met;
    }
    return records;
}

// The place of a bracket of so many rounds: as many are ahead of it as can come further than that round. Who drops
// unbeaten leaves in the round after the last one survived; each round survived is a win, byes among them.
int bracket_place(const Standing& standing, int rounds)
{
    const int dropped_in = standing.dropped ? static_cast<int>(standing.wins) + 1 : rounds + 1;
    const int exit = standing.lost_in > 0 ? standing.lost_in : dropped_in;
    return exit > rounds ? 1 : (1 << (rounds - exit)) + 1;
}

} // namespace

std::vector<Standing> standings(const Field& field)
{
    std::vector<Record> order;
    for (auto& [player, record] : records_of(field)) order.push_back(record);
    const bool bracket = field.format == Format::elimination;
    if (bracket) {
        const int rounds = rounds_of(field.format, field.entrants.size(), field.rounds);
        for (Record& each : order) each.standing.place = bracket_place(each.standing, rounds);
    }
    const auto better = [bracket](const Record& left, const Record& right) {
        const Standing &one = left.standing, &other = right.standing;
        if (bracket) return std::tuple(one.place, left.seed) < std::tuple(other.place, right.seed);
        return std::tuple(-one.points, -one.buchholz, -one.opponents_win_rate, left.seed) <
               std::tuple(-other.points, -other.buchholz, -other.opponents_win_rate, right.seed);
    };
    std::ranges::sort(order, better);
    std::vector<Standing> table;
    for (Record& each : order) {
        Standing& next = table.emplace_back(std::move(each.standing));
        if (!bracket) next.place = static_cast<int>(table.size());
    }
    return table;
}

} // namespace harvest::game::tournament
