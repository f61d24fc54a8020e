// The client's side of a live link, for bots and tests: certificates are checked, messages come in order.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace harvest {

struct Endpoint {
    std::string transport; // "enet", "wss"
    std::string host;      // a literal address or a name
    std::uint16_t port{};
    std::string fingerprint; // hex SHA-256 of the server's certificate; empty: the configured CA decides
};

class ServerLink {
public:
    virtual ~ServerLink() = default;
    virtual AsyncResult<void> connect(Endpoint endpoint, Deadline by) = 0;
    // Errors: canceled if the link is closed, resource_exhausted if too much is queued.
    virtual Result<void> send(std::string_view bytes) = 0;
    // The next message. Errors: timed_out (the link lives on), canceled (closed by either side).
    virtual AsyncResult<std::string> receive(Deadline by) = 0;
    virtual void close() = 0;
    virtual std::string close_reason() const = 0; // as the other side told it
};

class ServerLinks {
public:
    virtual ~ServerLinks() = default;
    // `local_address` empty for any; load generators spread over 127.0.0.0/8.
    virtual std::unique_ptr<ServerLink> make(std::string_view transport, std::string_view local_address) = 0;
};

} // namespace harvest
