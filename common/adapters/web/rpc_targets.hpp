// Where the slots of one daemon are, as far as this process knows, and whose turn it is. For one thread.
#pragma once

#include "common/adapters/web/rpc_breaker.hpp"
#include "common/ports/http.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::web {

// One address and its connections.
struct RpcTarget {
    std::string daemon, id, host;
    std::uint16_t port{};
    std::shared_ptr<HttpClient> client; // a call in flight keeps the one it began with
    Breaker breaker{BreakerConfig{}};
    std::set<std::string> seen; // ids that answered there, if none is configured
    std::uint64_t calls{}, failures{};

    void answered(const std::string& slot);
};

// What is configured: an address, or a name that stands for any number of them.
struct RpcEntry {
    std::string id, host;
    std::uint16_t port{};
    bool literal{}, searching{};
    Millis due{}; // the name is looked up again
    std::vector<std::shared_ptr<RpcTarget>> targets;
};

struct RpcDaemon {
    std::string name;
    std::vector<RpcEntry> entries;
    std::size_t next{};

    // Takes turns among those that may be called now; null if there is none that was not `tried`. The breaker of the
    // one that it returns has begun. A named slot is looked for where it was seen, else wherever it may be.
    std::shared_ptr<RpcTarget> pick(const std::string& id, const std::vector<std::shared_ptr<RpcTarget>>& tried,
                                    Millis now);
    // Is a name looked up of which nothing is known yet?
    bool is_searching() const;
};

// "[id@]host:port", the host an address (IPv6 in brackets) or a name. Errors: invalid_argument.
Result<RpcEntry> parse_target(std::string_view text);

} // namespace harvest::web
