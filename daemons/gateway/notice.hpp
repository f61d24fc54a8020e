// What a change between two players takes beside the store: who tells of it, and the way to the other's live links.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/records/social.hpp"
#include "common/ports/rpc.hpp"
#include "daemons/gateway/call.hpp"

namespace harvest::gateway {

struct Notice {
    Presence& presence;
    Rpc& rpc;
    const Clock& clock;
    Entropy& entropy;
    std::string_view source; // of events: this slot
};

SocialOrder make_order(const Call& call, const Notice& notice, PlayerId other);
// The push notify.new, to wherever the player is connected.
Task<void> push_notification(Notice notice, PlayerId player, Notification notification);

} // namespace harvest::gateway
