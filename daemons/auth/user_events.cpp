#include "daemons/auth/user_events.hpp"

namespace harvest::auth {

OutboxEvent UserEvents::event(std::string_view type, const PlayerId& player, std::string data,
                              const std::string& traceparent)
{
    OutboxEvent out;
    out.topic = protocol::topic::user;
    out.event.id = new_id<EventId>(clock_, entropy_);
    out.event.type = type;
    out.event.source = source_;
    out.event.subject = player.value;
    out.event.traceparent = traceparent;
    out.event.time = clock_.now();
    out.event.data = std::move(data);
    return out;
}

OutboxEvent UserEvents::registered(const Account& account, protocol::Changes changes, const std::string& traceparent)
{
    const protocol::UserRegistered data{account.id, std::nullopt, std::move(changes)};
    OutboxEvent out = event(protocol::event_type::user_registered, account.id, protocol::encode(data), traceparent);
    out.event.time = account.created_at;
    return out;
}

std::vector<OutboxEvent> UserEvents::user(std::string_view type, const PlayerId& player,
                                          const std::optional<SessionId>& session, const std::string& traceparent)
{
    protocol::UserEvent data;
    data.player = player;
    data.session = session;
    std::vector<OutboxEvent> events;
    events.push_back(event(type, player, protocol::encode(data), traceparent));
    return events;
}

std::vector<OutboxEvent> UserEvents::revoked(const PlayerId& player, const std::optional<SessionId>& session,
                                             std::string_view reason, const std::string& traceparent)
{
    protocol::SessionRevoked data;
    data.player = player;
    data.session = session;
    data.reason = reason;
    std::vector<OutboxEvent> events;
    events.push_back(event(protocol::event_type::session_revoked, player, protocol::encode(data), traceparent));
    return events;
}

} // namespace harvest::auth
