// The live side of a listener: encoded messages from and to clients, whichever transport carries them.
#pragma once

#include "common/base/result.hpp"
#include "common/ports/task.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest {

using LinkId = std::uint64_t; // never used twice in a process

struct LinkInfo {
    LinkId id{};
    std::string transport; // "enet", "wss"
    std::string address;   // the peer's, without port: limits go by it
};

enum class CloseReason {
    normal,         // the peer left, or we said good-bye
    unresponsive,   // nothing heard for too long
    protocol_error, // the peer broke the transport's rules (WebSocket 1002)
    bad_data,       // not text or JSON (1007)
    policy,         // not signed in in time, banned, abusive (1008)
    too_big,        // a message over the limit (1009)
    slow_consumer,  // over 64 messages or 256 KiB unsent (1008)
    replaced,       // a newer session of the same device class (4001)
    revoked,        // the session was revoked (4003)
    going_away,     // we drain: connect again (1012)
};

// What a link tells its daemon; called on the daemon's own thread.
class LinkEvents {
public:
    virtual ~LinkEvents() = default;
    virtual void opened(const LinkInfo& link) = 0;
    virtual void message(LinkId link, std::string_view bytes) = 0;
    virtual void closed(LinkId link, CloseReason reason) = 0; // the last call for this link; also after close()
};

class ClientLink {
public:
    virtual ~ClientLink() = default;
    // Binds and starts to accept; `events` must outlive stop(). Errors: unavailable (address in use), invalid_argument.
    virtual Result<void> listen(LinkEvents& events) = 0;
    virtual std::uint16_t port() const = 0;
    virtual std::string_view transport() const = 0;
    // Queues a message; over the limits the link closes as slow_consumer. False if the link is gone.
    virtual bool send(LinkId link, std::string_view bytes) = 0;
    // The daemon knows who it is: from now on its place is not a stranger's.
    virtual void known(LinkId) {}
    // Sends what is queued, then closes; `text` tells a person why.
    virtual void close(LinkId link, CloseReason reason, std::string_view text) = 0;
    virtual void stop_accepting() = 0;
    // Closes everything and waits until all links are gone.
    virtual Task<void> stop() = 0;
};

std::string_view to_string(CloseReason reason);

} // namespace harvest
