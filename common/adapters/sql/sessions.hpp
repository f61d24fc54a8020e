// The Sessions store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/sessions.hpp"

namespace harvest::sql {

// A step of a transaction: every session of the player ends; gives the ids that were live. Of those that began after
// the time of a session_revoked in `events` there is one more each, which names it.
Result<std::vector<SessionId>> revoke_sessions(Connection& connection, const PlayerId& player,
                                               const std::vector<OutboxEvent>& events);

class SqlSessions final : public Sessions {
public:
    explicit SqlSessions(Database& database) : database_(database) {}

    AsyncResult<void> create(Session session, SignInGrounds grounds, std::vector<OutboxEvent> events,
                             Deadline by) override;
    AsyncResult<Session> get(SessionId id, Deadline by) override;
    AsyncResult<Session> find(TokenHash current_or_previous, Deadline by) override;
    AsyncResult<void> rotate(SessionId id, std::int64_t generation, TokenHash next, Millis now, Deadline by) override;
    AsyncResult<void> revoke(SessionId id, std::vector<OutboxEvent> events, Deadline by) override;
    AsyncResult<std::vector<SessionId>> revoke_all(PlayerId player, std::vector<OutboxEvent> events,
                                                   Deadline by) override;
    AsyncResult<std::vector<Session>> list(PlayerId player, Millis now, Deadline by) override;
    AsyncResult<std::size_t> drop_expired(SessionId made_before, Millis until, std::size_t limit, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
