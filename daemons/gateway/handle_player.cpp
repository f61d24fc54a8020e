#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {
namespace {

// Of a ranked rating; only one of the highest asks for its place on the board.
AsyncResult<std::string> league_of(Progress& progress, const game::rating::Ladder& ladder, const Rating& rating,
                                   Deadline by)
{
    std::int64_t place = 0;
    if (rating.rating >= ladder.leagues().back().rating) {
        const Result<std::vector<LeaderboardEntry>> own = co_await progress.around("rating", rating.player, 0, 1, by);
        if (!own) co_return own.error();
        if (!own->empty()) place = own->front().rank;
    }
    co_return ladder.league_of(rating.rating, place).id;
}

} // namespace

Task<HttpResponse> handle_player(Accounts& accounts, Matches& matches, Progress& progress,
                                 const game::rating::Ladder& ladder, const Call& call)
{
    const Result<PlayerId> id = path_id<PlayerId>(call);
    if (!id) co_return problem(call, id.error());
    const Result<Account> account = co_await accounts.get(*id, call.by);
    if (!account) co_return problem(call, account.error());
    if (account->deleted_at > Millis{0}) co_return problem(call, make_error_code(Errc::not_found));
    protocol::PlayerProfile profile;
    profile.id = account->id;
    profile.name = account->name;
    profile.bot = account->bot;
    profile.created_at = to_rfc3339(account->created_at);
    for (const char* mode : {"ranked", "casual"}) {
        const Result<Rating> rating = co_await matches.rating(*id, mode, call.by);
        if (!rating) co_return problem(call, rating.error());
        if (rating->games == 0) continue;
        profile.ratings.push_back(
            {mode, rating->rating, rating->deviation, rating->games, rating->wins, rating->losses, rating->draws, {}});
        if (rating->mode != "ranked") continue;
        const Result<std::string> league = co_await league_of(progress, ladder, *rating, call.by);
        if (!league) co_return problem(call, league.error());
        profile.ratings.back().league = *league;
    }
    const Result<std::vector<PlayerStatistic>> statistics = co_await progress.statistics(*id, call.by);
    if (!statistics) co_return problem(call, statistics.error());
    for (const PlayerStatistic& each : *statistics) profile.statistics.push_back({each.statistic, each.value});
    co_return reply(profile);
}

} // namespace harvest::gateway
