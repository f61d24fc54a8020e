// The battle log and the nonces: what must be on disk under our epoch before it counts (the fence of a stale owner).
#include "common/ports/records/battle_record.hpp"
#include "common/protocol/events.hpp"
#include "daemons/instance/handlers.hpp"

namespace harvest::instance {
namespace {

// Whether the lease is still ours, after a conflict.
Task<Written> own_lease(Store store, MatchId match, std::int64_t epoch)
{
    const Result<Match> now = co_await store.matches.get(std::move(match), store.by());
    if (!now) co_return Written::failed;
    const bool ours = now->epoch == epoch && now->state == MatchState::playing;
    co_return ours ? Written::failed : Written::fenced;
}

bool is_doubtful(const Error& error)
{
    return error == Errc::conflict || error == Errc::in_doubt || error == Errc::timed_out;
}

} // namespace

Task<Written> store_nonces(Store store, MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces)
{
    const Result<void> stored = co_await store.matches.set_nonces(match, epoch, std::move(nonces), store.by());
    if (stored) co_return Written::yes;
    if (stored.error() == Errc::not_found) co_return Written::fenced;
    if (!is_doubtful(stored.error())) co_return Written::failed;
    co_return co_await own_lease(store, std::move(match), epoch);
}

Task<Written> append_log(Store store, Entropy& entropy, std::string instance, MatchId match,
                         protocol::BattleLogChunk chunk, std::string traceparent)
{
    BattleChunk stored;
    stored.from = chunk.from;
    stored.count = static_cast<std::int64_t>(chunk.moves.size());
    stored.data = protocol::encode(chunk);
    const std::int64_t epoch = chunk.epoch, from = chunk.from, end = stored.from + stored.count;
    const protocol::BattleCommands commands{match, from, std::move(chunk.moves)};
    OutboxEvent out;
    out.topic = protocol::topic::battle;
    out.event = {new_id<EventId>(store.clock, entropy),
                 std::string(protocol::event_type::battle_commands),
                 std::move(instance),
                 match.value,
                 std::move(traceparent),
                 store.clock.now(),
                 protocol::encode(commands)};
    const Result<void> appended =
        co_await store.matches.append_battle(match, epoch, std::move(stored), std::move(out), store.by());
    if (appended) co_return Written::yes;
    if (appended.error() == Errc::not_found) co_return Written::fenced;
    if (!is_doubtful(appended.error())) co_return Written::failed;
    const Written lease = co_await own_lease(store, match, epoch);
    if (lease == Written::fenced) co_return lease;
    const Result<std::vector<BattleChunk>> log = co_await store.matches.battle_log(std::move(match), store.by());
    if (!log || log->empty()) co_return Written::failed;
    const BattleChunk& last = log->back();
    // An earlier try of ours is there after all; nobody else writes under this epoch.
    const bool there = last.from == from && last.from + last.count == end;
    co_return there ? Written::yes : Written::failed;
}

} // namespace harvest::instance
