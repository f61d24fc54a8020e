// A real Redis of one test, to be stopped, killed and started again.
#pragma once

#include "common/adapters/redis/redis_presence.hpp"
#include "common/adapters/redis/redis_rate_limit.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "tests/contract/support/run.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace harvest::test {

class RedisServer {
public:
    // On a free port of the loopback; `more` are further options of redis-server. With `tls` the folder holds
    // cert.pem and key.pem, and the port takes nothing else.
    explicit RedisServer(std::vector<std::string> more = {}, bool tls = false);
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    void start();
    void kill(); // -9, and reaped
    void signal(int number);
    const std::filesystem::path& folder() const { return folder_; }
    std::string url(const std::string& sign_in = "", const std::string& database = "") const;
    redis::Options options() const;

private:
    std::filesystem::path folder_;
    std::vector<std::string> more_;
    bool tls_;
    int port_{};
    ::pid_t pid_{-1};
};

// A port that nobody has now.
int free_port();

// One command, with all the time it needs.
Result<redis::Reply> ask(redis::RedisConnection& connection, std::vector<std::string> words);

// Waits up to ten seconds.
template <class Condition>
bool eventually(Condition condition)
{
    const system::SystemClock clock;
    for (const Deadline end = clock.after(10s); clock.monotonic() < end.at; ::usleep(5'000))
        if (condition()) return true;
    return false;
}

// What a call gave and how long it took.
template <class T>
std::pair<Result<T>, Millis> timed(AsyncResult<T> call)
{
    const system::SystemClock clock;
    const Millis began = clock.monotonic();
    Result<T> result = get(std::move(call));
    return {std::move(result), clock.monotonic() - began};
}

} // namespace harvest::test
