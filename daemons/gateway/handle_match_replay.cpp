#include "common/ports/records/battle_record.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_match_replay(Matches& matches, const Content& content, const Call& call)
{
    const Result<MatchId> id = path_id<MatchId>(call);
    if (!id) co_return problem(call, id.error());
    const Result<Match> match = co_await matches.get(*id, call.by);
    if (!match) co_return problem(call, match.error());
    const bool mine = match->seats[0].player == call.who.player || match->seats[1].player == call.who.player;
    if (match->state != MatchState::ended && !mine) co_return problem(call, make_error_code(Errc::not_found));
    if (match->state != MatchState::ended)
        co_return problem(call, make_error_code(Errc::failed_precondition), "the match has not been played to its end");
    const Result<std::vector<BattleChunk>> log = co_await matches.battle_log(*id, call.by);
    if (!log) co_return problem(call, log.error());
    const Result<game::battle::BattleRecord> record = battle_record(*match, *log, content);
    if (!record) co_return problem(call, record.error());
    co_return reply(*record);
}

} // namespace harvest::gateway
