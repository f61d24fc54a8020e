// The first steps of a client: a name to an address, an address to a socket that connects.
#pragma once

#include "common/ports/clock.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace harvest::web {

using SocketAddress = std::vector<char>; // the bytes of a sockaddr

// Errors: unavailable (no such name), timed_out, canceled. Literal addresses and unix paths take no time.
AsyncResult<SocketAddress> resolve(Executor executor, const Clock& clock, std::string host, std::uint16_t port,
                                   Deadline by);
// Every address of a name, as literals, IPv4 first. Errors: those of resolve().
AsyncResult<std::vector<std::string>> resolve_all(Executor executor, const Clock& clock, std::string host, Deadline by);
bool is_literal_address(const std::string& host);
Result<SocketAddress> unix_address(const std::string& path);

// A non-blocking socket on its way to connected (writable then). Errors: unavailable, invalid_argument.
Result<int> start_connect(const SocketAddress& to, const std::string& local_address);
// Once it is writable.
bool has_connected(int descriptor);

} // namespace harvest::web
