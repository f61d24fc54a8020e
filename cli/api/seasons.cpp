// The last seasons, and how far the end of one has come.
#include "cli/api/change.hpp"

namespace harvest::cli::api {
namespace {

constexpr std::size_t seasons_shown = 13; // a year

} // namespace

AsyncResult<std::string> list_seasons(const World& world, Call& call)
{
    const Result<std::vector<Season>> seasons = co_await world.seasons->list(seasons_shown, call.by);
    if (!seasons) co_return seasons.error();
    const std::shared_ptr<const game::rating::Ladder> leagues = world.contents->now()->leagues;
    std::vector<SeasonItem> items;
    for (const Season& season : *seasons) {
        const Millis ends = leagues->end_of(season.number);
        SeasonItem item;
        item.season = {season.number};
        item.state = season.closed_at > Millis{} ? "ended" : world.clock.now() < ends ? "open" : "ending";
        item.begins_at = to_rfc3339(leagues->begin_of(season.number));
        item.ends_at = to_rfc3339(ends);
        if (season.closed_at > Millis{}) item.closed_at = to_rfc3339(season.closed_at);
        item.players = {season.players};
        item.rewarded = {season.rewarded};
        items.push_back(std::move(item));
    }
    std::string text = list_body("SeasonList", items);
    co_return text;
}

} // namespace harvest::cli::api
