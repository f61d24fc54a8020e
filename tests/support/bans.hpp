// Bans and kicks as the admin API has them: what changes and its events in one transaction.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/entropy.hpp"
#include "common/protocol/events.hpp"

namespace harvest::test {

template <class Data>
OutboxEvent user_event(Clock& clock, Entropy& entropy, std::string_view type, const PlayerId& player, const Data& data)
{
    OutboxEvent out;
    out.topic = protocol::topic::user;
    out.event.id = new_id<EventId>(clock, entropy);
    out.event.type = type;
    out.event.source = "admin-0";
    out.event.subject = player.value;
    out.event.time = clock.now();
    out.event.data = protocol::encode(data);
    return out;
}

// For an hour. `told`: with its events; else only the store knows.
inline AsyncResult<void> ban(Accounts& accounts, Clock& clock, Entropy& entropy, PlayerId player, std::string scope,
                             bool told = true)
{
    Sanction sanction;
    sanction.player = player;
    sanction.kind = "ban";
    sanction.scope = scope;
    sanction.reason = "a test";
    sanction.since = clock.now();
    sanction.until = clock.now() + 1h;
    sanction.audit = new_id<AuditId>(clock, entropy);
    std::vector<OutboxEvent> events;
    if (told) {
        const protocol::UserSanctioned data{player, "ban", scope, to_rfc3339(sanction.until)};
        events.push_back(user_event(clock, entropy, protocol::event_type::user_sanctioned, player, data));
        const protocol::SessionRevoked ended{player, std::nullopt, "ban"};
        if (scope == "all" || scope == "login")
            events.push_back(user_event(clock, entropy, protocol::event_type::session_revoked, player, ended));
    }
    Imposing imposing{std::move(sanction), false, told};
    co_return co_await accounts.sanction(std::move(imposing), std::move(events), clock.after(5s));
}

// The event that ends all of a player's sessions.
inline Event kick_of(Clock& clock, Entropy& entropy, const PlayerId& player)
{
    const protocol::SessionRevoked ended{player, std::nullopt, "kick"};
    return user_event(clock, entropy, protocol::event_type::session_revoked, player, ended).event;
}

} // namespace harvest::test
