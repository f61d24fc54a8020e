// One pipelined connection to a Redis, on a thread of its own, that comes back by itself (backoff with jitter). While
// it is away every call fails at once; one log line tells each change.
#pragma once

#include "common/adapters/redis/patience.hpp"
#include "common/adapters/redis/script.hpp"
#include "common/adapters/redis/transport.hpp"
#include "common/adapters/redis/wire.hpp"

#include <memory>
#include <string>
#include <vector>

namespace harvest::redis {

struct Options {
    std::string url; // redis://[user[:password]@]host[:port][/database], rediss:// for TLS
    TlsFiles tls;
    Millis connect_timeout{1'000}; // for connecting and signing in together
    Millis stall_timeout{1'000};   // silence, while replies are due, after which the connection is given up
    Millis idle_ping{1'000};       // idle time after which it is asked whether it lives
    Millis first_backoff{50}, longest_backoff{2'000};
    std::size_t max_pending{10'000}; // calls without a reply, those given up included
};

class RedisConnection {
public:
    // Begins to connect and does not wait for it. Throws std::runtime_error (start-up) for a URL or certificate that
    // does not read.
    explicit RedisConnection(Options options);
    ~RedisConnection(); // calls that wait end with canceled
    RedisConnection(const RedisConnection&) = delete;
    RedisConnection& operator=(const RedisConnection&) = delete;

    // For any thread. Errors: unavailable (away, or it cannot serve now), resource_exhausted (too much pending), what
    // `patience` says when it is over, data_loss (a key holds another type), canceled, internal.
    AsyncResult<Reply> call(std::vector<std::string> words, Patience patience);
    AsyncResult<Reply> eval(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments,
                            Patience patience);

    struct Figures {
        bool up{};
        std::uint64_t calls{}, failures{}, connects{};
        std::size_t pending{};
    };
    Figures figures() const;

    struct State;

private:
    std::shared_ptr<State> state_; // callers that have been answered may still hold it
};

} // namespace harvest::redis
