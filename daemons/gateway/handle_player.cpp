#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_player(Accounts& accounts, Matches& matches, Progress& progress, const Call& call)
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
            {mode, rating->rating, rating->deviation, rating->games, rating->wins, rating->losses, rating->draws});
    }
    const Result<std::vector<PlayerStatistic>> statistics = co_await progress.statistics(*id, call.by);
    if (!statistics) co_return problem(call, statistics.error());
    for (const PlayerStatistic& each : *statistics) profile.statistics.push_back({each.statistic, each.value});
    co_return reply(profile);
}

} // namespace harvest::gateway
