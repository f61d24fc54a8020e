// Signed-in devices. Each call is one transaction, events included, and ends by its deadline.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/session.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

class Sessions {
public:
    virtual ~Sessions() = default;
    // Errors besides the stores' own: conflict if the account has another password by now or is banned; not_found if it
    // is none, or was deleted.
    virtual AsyncResult<void> create(Session session, SignInGrounds grounds, std::vector<OutboxEvent> events,
                                     Deadline by) = 0;
    virtual AsyncResult<Session> get(SessionId id, Deadline by) = 0;
    virtual AsyncResult<Session> find(TokenHash current_or_previous, Deadline by) = 0;
    // Errors besides the stores' own: conflict if `generation` is not one more than the stored one.
    virtual AsyncResult<void> rotate(SessionId id, std::int64_t generation, TokenHash next, Millis now,
                                     Deadline by) = 0;
    virtual AsyncResult<void> revoke(SessionId id, std::vector<OutboxEvent> events, Deadline by) = 0;
    // Every session of a player; gives the ids that were live.
    virtual AsyncResult<std::vector<SessionId>> revoke_all(PlayerId player, std::vector<OutboxEvent> events,
                                                           Deadline by) = 0;
    virtual AsyncResult<std::vector<Session>> list(PlayerId player, Millis now, Deadline by) = 0;
    // Forgets up to `limit` of those made before the time of the id `made_before` that were over before `until`,
    // revoked or not; gives how many.
    virtual AsyncResult<std::size_t> drop_expired(SessionId made_before, Millis until, std::size_t limit,
                                                  Deadline by) = 0;
};

} // namespace harvest
