#include "daemons/match/season_end.hpp"

#include "common/game/progress/derived_id.hpp"
#include "common/game/rating/glicko2.hpp"
#include "common/ports/records/changes.hpp"
#include "common/protocol/events.hpp"

namespace harvest::match {

namespace rating = game::rating;

BoardRule board_of(const rating::Ladder& ladder)
{
    const rating::League& highest = ladder.leagues().back();
    return {highest.rating, highest.top};
}

SeasonEnd end_of(const rating::Ladder& ladder, std::int64_t season, const SeasonPlayer& player,
                 const std::string& source, Millis now)
{
    const PlayerId& id = player.rating.player;
    const rating::Rating next =
        rating::season_reset({player.rating.rating, player.rating.deviation, player.rating.volatility});
    SeasonEnd end;
    end.before = player.rating;
    end.rating = next.rating;
    end.deviation = next.deviation;
    protocol::SeasonEnded told;
    told.player = id;
    told.season = season;
    told.rating_before = player.rating.rating;
    told.rating_after = next.rating;
    if (player.best) {
        const rating::League& league = ladder.league_of(player.best->rating, player.best->place);
        end.league = league.id;
        told.league = league.id;
        for (const game::farm::Item& item : league.reward) {
            end.reward.push_back({game::progress::derived_id<TransferId>(
                                      {"season.reward", std::to_string(season), id.value, item.asset}),
                                  item.asset, "mint", player_account(id), item.amount, "season.reward"});
            told.reward.push_back({item.asset, {item.amount}});
        }
    }
    told.changes = changes_of(end.reward);
    end.told.topic = protocol::topic::game;
    end.told.event = {game::progress::derived_id<EventId>({"season.ended", std::to_string(season), id.value}),
                      std::string(protocol::event_type::season_ended),
                      source,
                      id.value,
                      {},
                      now,
                      protocol::encode(told)};
    return end;
}

} // namespace harvest::match
