// Makes the events of this daemon: topic harvest.user, ordered by player.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/records/account.hpp"
#include "common/ports/records/event.hpp"
#include "common/protocol/events.hpp"

namespace harvest::auth {

class UserEvents {
public:
    UserEvents(std::string source, const Clock& clock, Entropy& entropy)
        : source_(std::move(source)),
          clock_(clock),
          entropy_(entropy)
    {
    }
    // At the account's time of creation.
    OutboxEvent registered(const Account& account, protocol::Changes changes, const std::string& traceparent);
    // `type` is user_login, user_logout or user_renamed.
    std::vector<OutboxEvent> user(std::string_view type, const PlayerId& player,
                                  const std::optional<SessionId>& session, const std::string& traceparent);
    // Without a session: all of the player's.
    std::vector<OutboxEvent> revoked(const PlayerId& player, const std::optional<SessionId>& session,
                                     std::string_view reason, const std::string& traceparent);

    const std::string& source() const { return source_; }

private:
    OutboxEvent event(std::string_view type, const PlayerId& player, std::string data, const std::string& traceparent);

    std::string source_;
    const Clock& clock_;
    Entropy& entropy_;
};

} // namespace harvest::auth
