#include "common/game/rating/leagues.hpp"

#include "common/game/battle/digest.hpp"

#include <ranges>

namespace harvest::game::rating {
namespace {

// The canonical form behind the hash: ids cannot hold what parts them, names stand last.
void put(std::string& out, const League& league)
{
    out += league.id + ' ' + std::to_string(league.rating) + ' ' + std::to_string(league.top);
    for (const farm::Item& item : league.reward) out += ' ' + item.asset + ' ' + std::to_string(item.amount);
    out += ' ' + league.name + '\n';
}

} // namespace

Ladder Ladder::finish(std::string version, Millis begins, Millis season_length, std::vector<League> leagues)
{
    Ladder ladder;
    ladder.version_ = std::move(version);
    ladder.begins_ = begins;
    ladder.season_length_ = season_length;
    ladder.leagues_ = std::move(leagues);
    std::string canonical =
        ladder.version_ + '\n' + std::to_string(begins.count()) + ' ' + std::to_string(season_length.count()) + '\n';
    for (const League& league : ladder.leagues_) put(canonical, league);
    ladder.hash_ = to_hex(battle::sha256({as_bytes(canonical)}));
    return ladder;
}

const League& Ladder::league_of(std::int64_t rating, std::int64_t place) const
{
    for (const League& league : leagues_ | std::views::reverse) {
        const bool placed = league.top == 0 || (place > 0 && place <= league.top);
        if (rating >= league.rating && placed) return league;
    }
    return leagues_.front();
}

std::int64_t Ladder::season_of(Millis at) const
{
    return at < begins_ ? 0 : (at - begins_) / season_length_ + 1;
}

Millis Ladder::begin_of(std::int64_t season) const
{
    return begins_ + (season - 1) * season_length_;
}

} // namespace harvest::game::rating
