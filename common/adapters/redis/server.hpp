// Where a Redis is and how to be let in, from redis://[user[:password]@]host[:port][/database] or rediss:// (TLS), as
// registered with IANA. Not for Redis Cluster: scripts touch keys of several slots.
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::redis {

struct Server {
    std::string host;
    std::uint16_t port{6379};
    std::string user, password; // no password: no AUTH; no user: the default one
    int database{0};
    bool tls{};
};

// Errors: invalid_argument.
Result<Server> parse_server(std::string_view url);

} // namespace harvest::redis
