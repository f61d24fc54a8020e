#include "common/ports/records/battle_record.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {
namespace {

constexpr std::int64_t record_form = 1; // of a BattleRecord as JSON: another form takes another number
constexpr Millis record_kept = 10min;

// What was played never changes; a name goes with its account.
CacheKey key_of(const Match& match)
{
    return {"replay", record_form, match.id.value + '\n' + match.seats[0].name + '\n' + match.seats[1].name};
}

} // namespace

Task<HttpResponse> handle_match_replay(Matches& matches, GameContents& contents, Cache& cache, const Call& call)
{
    const Result<MatchId> id = path_id<MatchId>(call);
    if (!id) co_return problem(call, id.error());
    const Result<Match> match = co_await matches.get(*id, call.by);
    if (!match) co_return problem(call, match.error());
    const bool mine = match->seats[0].player == call.who.player || match->seats[1].player == call.who.player;
    if (match->state != MatchState::ended && !mine) co_return problem(call, make_error_code(Errc::not_found));
    if (match->state != MatchState::ended)
        co_return problem(call, make_error_code(Errc::failed_precondition), "the match has not been played to its end");
    const CacheKey key = key_of(*match);
    Result<std::string> kept = co_await cache.get(key, call.by);
    if (kept) co_return json_reply(200, std::move(*kept));
    const Result<std::vector<BattleChunk>> log = co_await matches.battle_log(*id, call.by);
    if (!log) co_return problem(call, log.error());
    const auto rules = co_await contents.rules(match->content_hash, call.by);
    if (!rules) co_return problem(call, rules.error());
    const Result<game::battle::BattleRecord> record = battle_record(*match, *log, **rules);
    if (!record) co_return problem(call, record.error());
    std::string body = protocol::encode(*record);
    (void)co_await cache.put(key, body, record_kept, call.by); // one that is away costs the next reader the work again
    co_return json_reply(200, std::move(body));
}

} // namespace harvest::gateway
