#include "common/adapters/redis/redis_presence.hpp"

#include "common/adapters/redis/presence_scripts.hpp"
#include "common/protocol/json.hpp"

#include <algorithm>

namespace harvest::redis {
namespace {

// As they are kept. Texts, because what another version wrote must not be refused for its form.
struct PlayerEntry {
    std::string player, session, connsrv, device_class, status;
};
BOOST_DESCRIBE_STRUCT(PlayerEntry, (), (player, session, connsrv, device_class, status))

struct DaemonEntry {
    std::string daemon, id, state;
    std::map<std::string, std::int64_t> load;
    std::optional<std::string> kind, host, version; // older versions leave them out
    std::optional<std::int64_t> started_at_ms;
};
BOOST_DESCRIBE_STRUCT(DaemonEntry, (), (daemon, id, state, load, kind, host, version, started_at_ms))

// Those that read; a damaged one is as good as expired.
template <class Entry>
std::vector<Entry> entries_of(const Reply& reply)
{
    std::vector<Entry> entries;
    for (const Reply& item : reply.items)
        if (Result<Entry> entry = protocol::decode<Entry>(item.text, nullptr, protocol::Unknown::ignore); entry)
            entries.push_back(std::move(*entry));
    return entries;
}

} // namespace

RedisPresence::RedisPresence(RedisConnection& connection, const Clock& clock, PresenceOptions options)
    : connection_(connection),
      clock_(clock),
      options_(std::move(options))
{
}

AsyncResult<Reply> RedisPresence::run(const Script& script, std::vector<std::string> keys,
                                      std::vector<std::string> arguments, Deadline by)
{
    const Result<Patience> wait = patience(clock_, by, options_.timeout);
    if (!wait) co_return wait.error();
    co_return co_await connection_.eval(script, std::move(keys), std::move(arguments), *wait);
}

std::vector<std::string> RedisPresence::player_keys(const PlayerId& player) const
{
    return {options_.prefix + "player:" + player.value, options_.prefix + "online"};
}

AsyncResult<void> RedisPresence::put(PlayerPresence presence, Millis ttl, Deadline by)
{
    std::vector<std::string> keys = player_keys(presence.player);
    PlayerEntry entry;
    entry.player = presence.player.value;
    entry.session = std::move(presence.session.value);
    entry.connsrv = std::move(presence.connsrv);
    entry.device_class = std::move(presence.device_class);
    entry.status = std::move(presence.status);
    std::vector<std::string> arguments;
    arguments.push_back(entry.player);
    arguments.push_back(entry.device_class);
    arguments.push_back(std::to_string(ttl.count()));
    arguments.push_back(protocol::encode(entry));
    arguments.push_back(std::to_string(options_.players));
    const Result<Reply> reply = co_await run(put_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    if (reply->integer == 0) co_return Errc::resource_exhausted;
    co_return Result<void>{};
}

AsyncResult<void> RedisPresence::remove(PlayerId player, SessionId session, std::string connsrv, Deadline by)
{
    std::vector<std::string> keys = player_keys(player);
    std::vector<std::string> arguments;
    arguments.push_back(std::move(player.value));
    arguments.push_back(std::move(session.value));
    arguments.push_back(std::move(connsrv));
    const Result<Reply> reply = co_await run(remove_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    co_return Result<void>{};
}

AsyncResult<std::vector<PlayerPresence>> RedisPresence::find(PlayerId player, Deadline by)
{
    std::vector<std::string> keys = player_keys(player);
    keys.pop_back();
    std::vector<std::string> arguments;
    const Result<Reply> reply = co_await run(entries_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    std::vector<PlayerPresence> found;
    for (PlayerEntry& entry : entries_of<PlayerEntry>(*reply))
        found.push_back({PlayerId{std::move(entry.player)}, SessionId{std::move(entry.session)},
                         std::move(entry.connsrv), std::move(entry.device_class), std::move(entry.status)});
    std::ranges::sort(found, {}, &PlayerPresence::device_class);
    co_return found;
}

AsyncResult<std::int64_t> RedisPresence::count(Deadline by)
{
    std::vector<std::string> keys, arguments;
    keys.push_back(options_.prefix + "online");
    const Result<Reply> reply = co_await run(count_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    co_return reply->integer;
}

AsyncResult<void> RedisPresence::announce(DaemonPresence daemon, Millis ttl, Deadline by)
{
    std::vector<std::string> keys, arguments;
    keys.push_back(options_.prefix + "daemons");
    DaemonEntry entry;
    entry.daemon = std::move(daemon.daemon);
    entry.id = std::move(daemon.id);
    entry.state = std::move(daemon.state);
    entry.load = std::move(daemon.load);
    if (!daemon.kind.empty()) entry.kind = std::move(daemon.kind);
    if (!daemon.host.empty()) entry.host = std::move(daemon.host);
    if (!daemon.version.empty()) entry.version = std::move(daemon.version);
    if (daemon.started_at != Millis{}) entry.started_at_ms = daemon.started_at.count();
    arguments.push_back(entry.id);
    arguments.push_back(std::to_string(ttl.count()));
    arguments.push_back(protocol::encode(entry));
    arguments.push_back(std::to_string(options_.daemons));
    const Result<Reply> reply = co_await run(announce_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    if (reply->integer == 0) co_return Errc::resource_exhausted;
    co_return Result<void>{};
}

AsyncResult<std::vector<DaemonPresence>> RedisPresence::daemons(Deadline by)
{
    std::vector<std::string> keys, arguments;
    keys.push_back(options_.prefix + "daemons");
    const Result<Reply> reply = co_await run(entries_script(), std::move(keys), std::move(arguments), by);
    if (!reply) co_return reply.error();
    std::vector<DaemonPresence> up;
    for (DaemonEntry& entry : entries_of<DaemonEntry>(*reply))
        up.push_back({std::move(entry.daemon), std::move(entry.id), std::move(entry.state), std::move(entry.load),
                      entry.kind.value_or(""), entry.host.value_or(""), entry.version.value_or(""),
                      Millis(entry.started_at_ms.value_or(0))});
    std::ranges::sort(up, {}, &DaemonPresence::id);
    co_return up;
}

} // namespace harvest::redis
