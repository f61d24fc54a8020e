#include "common/adapters/sql/sessions.hpp"

#include "common/adapters/sql/outbox.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::sql {
namespace {

#define SESSION_COLUMNS "id, player, generation, current_hash, previous_hash, rotated_at, expires_at, revoked"

TokenHash to_hash(const Bytes& bytes)
{
    TokenHash hash{};
    if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
}

Session to_session(const Row& row)
{
    Session session;
    session.id.value = row.text(0);
    session.player.value = row.text(1);
    session.generation = row.integer(2);
    session.current = to_hash(row.blob(3));
    session.previous = to_hash(row.blob(4));
    session.rotated_at = Millis{row.integer(5)};
    session.expires_at = Millis{row.integer(6)};
    session.revoked = row.integer(7) != 0;
    return session;
}

Result<Session> one(const Result<Rows>& rows)
{
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    return to_session(rows->front());
}

Result<void> check_grounds(Connection& connection, const PlayerId& player, const SignInGrounds& grounds)
{
    const Result<Rows> account =
        connection.execute("SELECT password_hash FROM accounts WHERE id = $1 AND deleted_at = 0", {player.value});
    if (!account) return account.error();
    if (account->empty()) return Errc::not_found;
    if (account->front().text(0) != grounds.password_hash) return Errc::conflict;
    const Result<Rows> bans =
        connection.execute("SELECT 1 FROM sanctions WHERE player = $1 AND kind = 'ban' AND scope IN ('login', 'all') "
                           "AND lifted = 0 AND until_at > $2 LIMIT 1", // one put since `now` counts too
                           {player.value, grounds.now.count()});
    if (!bans) return bans.error();
    return bans->empty() ? Result<void>{} : Errc::conflict;
}

Result<void> insert_session(Connection& connection, const Session& session)
{
    if (session.id.empty() || session.player.empty()) return Errc::invalid_argument;
    // A session that never rotated has no previous token: NULL matches nothing.
    Param previous = nullptr;
    if (session.previous != TokenHash{}) previous = ByteView(session.previous);
    const Result<Rows> made = connection.execute(
        "INSERT INTO sessions (" SESSION_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {session.id.value, session.player.value, session.generation, ByteView(session.current), previous,
         session.rotated_at.count(), session.expires_at.count(), std::int64_t{session.revoked}});
    if (!made) return made.error();
    return {};
}

Result<void> rotate_session(Connection& connection, const SessionId& id, std::int64_t generation, const TokenHash& next,
                            Millis now)
{
    const Result<std::int64_t> changed =
        change(connection,
               "UPDATE sessions SET previous_hash = current_hash, current_hash = $3, generation = $2, rotated_at = $4 "
               "WHERE id = $1 AND generation = $2 - 1 AND revoked = 0",
               {id.value, generation, ByteView(next), now.count()});
    if (!changed) return changed.error();
    if (*changed == 1) return {};
    const Result<Rows> rows = connection.execute("SELECT 1 FROM sessions WHERE id = $1", {id.value});
    if (!rows) return rows.error();
    return rows->empty() ? Errc::not_found : Errc::conflict;
}

// Ids tell the time, so the primary key has the oldest rows first: expires_at needs no index of its own.
Result<std::size_t> drop_expired_sessions(Connection& connection, const SessionId& made_before, Millis until,
                                          std::int64_t limit)
{
    const Result<std::int64_t> gone =
        change(connection,
               "DELETE FROM sessions WHERE id IN "
               "(SELECT id FROM sessions WHERE id < $1 AND expires_at < $2 ORDER BY id LIMIT $3)",
               {made_before.value, until.count(), limit});
    if (!gone) return gone.error();
    return static_cast<std::size_t>(*gone);
}

// Whoever checks tokens takes a session that began after an event of all sessions for a new one: its time was taken
// before this transaction, so those of `ended` that began since are told of by name.
Result<void> name_later_ones(Connection& connection, const OutboxEvent& all, const std::vector<SessionId>& ended)
{
    if (all.event.type != protocol::event_type::session_revoked) return {};
    auto data = protocol::decode<protocol::SessionRevoked>(all.event.data, nullptr, protocol::Unknown::ignore);
    if (!data || data->session) return {};
    for (const SessionId& session : ended) {
        const std::string_view ulid = std::string_view(session.value).substr(2);
        const Result<Millis> began = ulid_time(ulid);
        if (!began || *began <= all.event.time) continue;
        Event named = all.event;
        named.id.value = fmt::format("{}_{}", EventId::prefix, ulid);
        data->session = session;
        named.data = protocol::encode(*data);
        const Result<void> appended = append_event(connection, all.topic, named);
        if (!appended) return appended.error();
    }
    return {};
}

} // namespace

Result<std::vector<SessionId>> revoke_sessions(Connection& connection, const PlayerId& player,
                                               const std::vector<OutboxEvent>& events)
{
    const Result<Rows> rows = connection.execute(
        "UPDATE sessions SET revoked = 1 WHERE player = $1 AND revoked = 0 RETURNING id", {player.value});
    if (!rows) return rows.error();
    const Result<void> published = append_events(connection, events);
    if (!published) return published.error();
    std::vector<SessionId> ids;
    for (const Row& row : *rows) ids.push_back(SessionId{row.text(0)});
    std::sort(ids.begin(), ids.end());
    for (const OutboxEvent& event : events)
        if (const Result<void> named = name_later_ones(connection, event, ids); !named) return named.error();
    return ids;
}

AsyncResult<void> SqlSessions::create(Session session, SignInGrounds grounds, std::vector<OutboxEvent> events,
                                      Deadline by)
{
    return database_.write(
        [session = std::move(session), grounds = std::move(grounds),
         events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> sound = check_grounds(connection, session.player, grounds);
            if (!sound) return sound.error();
            const Result<void> made = insert_session(connection, session);
            if (!made) return made.error();
            return append_events(connection, events);
        },
        by);
}

AsyncResult<Session> SqlSessions::get(SessionId id, Deadline by)
{
    return read<Session>(
        database_,
        [id = std::move(id)](Connection& connection) {
            return one(connection.execute("SELECT " SESSION_COLUMNS " FROM sessions WHERE id = $1", {id.value}));
        },
        by);
}

AsyncResult<Session> SqlSessions::find(TokenHash current_or_previous, Deadline by)
{
    return read<Session>(
        database_,
        [hash = current_or_previous](Connection& connection) {
            const Result<Rows> current = connection.execute(
                "SELECT " SESSION_COLUMNS " FROM sessions WHERE current_hash = $1", {ByteView(hash)});
            if (!current || !current->empty()) return one(current);
            return one(connection.execute("SELECT " SESSION_COLUMNS " FROM sessions WHERE previous_hash = $1 LIMIT 1",
                                          {ByteView(hash)}));
        },
        by);
}

AsyncResult<void> SqlSessions::rotate(SessionId id, std::int64_t generation, TokenHash next, Millis now, Deadline by)
{
    return database_.write(
        [id = std::move(id), generation, next, now](Connection& connection) {
            return rotate_session(connection, id, generation, next, now);
        },
        by);
}

AsyncResult<void> SqlSessions::revoke(SessionId id, std::vector<OutboxEvent> events, Deadline by)
{
    return database_.write(
        [id = std::move(id), events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<std::int64_t> changed =
                change(connection, "UPDATE sessions SET revoked = 1 WHERE id = $1", {id.value});
            if (!changed) return changed.error();
            if (*changed == 0) return Errc::not_found;
            return append_events(connection, events);
        },
        by);
}

AsyncResult<std::vector<SessionId>> SqlSessions::revoke_all(PlayerId player, std::vector<OutboxEvent> events,
                                                            Deadline by)
{
    return write<std::vector<SessionId>>(
        database_,
        [player = std::move(player), events = std::move(events)](Connection& connection) {
            return revoke_sessions(connection, player, events);
        },
        by);
}

AsyncResult<std::vector<Session>> SqlSessions::list(PlayerId player, Millis now, Deadline by)
{
    return read<std::vector<Session>>(
        database_,
        [player = std::move(player), now](Connection& connection) -> Result<std::vector<Session>> {
            const Result<Rows> rows =
                connection.execute("SELECT " SESSION_COLUMNS " FROM sessions "
                                   "WHERE player = $1 AND revoked = 0 AND expires_at > $2 ORDER BY id",
                                   {player.value, now.count()});
            if (!rows) return rows.error();
            std::vector<Session> sessions;
            for (const Row& row : *rows) sessions.push_back(to_session(row));
            return sessions;
        },
        by);
}

AsyncResult<std::size_t> SqlSessions::drop_expired(SessionId made_before, Millis until, std::size_t limit, Deadline by)
{
    return write<std::size_t>(
        database_,
        [made_before = std::move(made_before), until, limit = static_cast<std::int64_t>(limit)](
            Connection& connection) { return drop_expired_sessions(connection, made_before, until, limit); },
        by);
}

} // namespace harvest::sql
