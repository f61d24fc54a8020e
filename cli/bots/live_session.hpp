// One live link as a client uses it: requests with their replies, pushes in order, the last sequence number for
// resuming.
#pragma once

#include "cli/bots/world.hpp"
#include "common/protocol/live.hpp"

#include <deque>
#include <optional>

namespace harvest::bots {

struct Push {
    std::string op;
    protocol::RawJson data;
};

// For one coroutine at a time.
class LiveSession {
public:
    // `observer` is told of pushes that cannot be read or whose number is not the next one.
    LiveSession(World& world, Observer& observer, std::string_view transport, std::string_view local_address);

    AsyncResult<void> connect(const Endpoint& endpoint, Deadline by);
    // Sends a request, with an idempotency key where given, and waits for its reply; pushes that come meanwhile are
    // kept. Errors: the server's own code, timed_out, canceled (the link is gone).
    AsyncResult<protocol::RawJson> call(std::string op, std::string data, Deadline by, std::string key = {});
    // The next push. Errors: timed_out, canceled.
    AsyncResult<Push> next_push(Deadline by);
    // Takes in what has arrived without waiting, then pings if `interval` has passed since the last message out.
    AsyncResult<void> keep_alive(Millis interval);
    void close();

    bool connected() const { return connected_; }
    std::int64_t last_seq() const { return last_seq_; }
    void expect_after(std::int64_t seq) { last_seq_ = seq; }
    std::size_t pushes_waiting() const { return pushes_.size(); }
    const std::string& last_code() const { return last_code_; } // of the last error

private:
    struct Reply {
        std::int64_t re;
        Result<protocol::RawJson> data;
    };
    AsyncResult<std::optional<Reply>> receive(Deadline by);
    void keep(protocol::ServerMessage message);

    // The error, of which last_code() tells from now on.
    Error noted(const Error& error);

    World& world_;
    Observer& observer_;
    std::unique_ptr<ServerLink> link_;
    bool connected_ = false;
    std::int64_t next_id_ = 1, last_seq_ = 0;
    Millis last_sent_{};
    std::deque<Push> pushes_;
    std::string last_code_;
};

} // namespace harvest::bots
