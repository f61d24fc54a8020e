// A client of the live protocol as tests write it: calls with their replies, pushes kept in order. Every frame is held
// against asyncapi.yaml; one that does not fit fails the running test.
#pragma once

#include "common/ports/server_link.hpp"
#include "common/protocol/live.hpp"
#include "tests/support/live_contract.hpp"

#include <deque>
#include <memory>
#include <string>

namespace harvest::test {

struct Push {
    std::string op;
    std::int64_t seq{};
    std::string data;
};

// For one coroutine at a time.
class LiveClient {
public:
    // `daemon`: whose channel of the document its frames are of.
    LiveClient(std::unique_ptr<ServerLink> link, Clock& clock, std::string_view daemon = "connsrv")
        : link_(std::move(link)),
          clock_(clock),
          contract_(daemon)
    {
    }

    AsyncResult<void> connect();
    // Sends and waits at most 10 s. Errors: the server's own, timed_out, canceled.
    AsyncResult<std::string> call(std::string op, std::string data, std::string key = {});
    // The next push of that op ("" for any); others before it stay. Errors: timed_out, canceled.
    AsyncResult<Push> push(std::string op, Millis within);
    // Takes in what comes until `within` has passed or the link is closed; true if it was closed.
    Task<bool> closed(Millis within);
    Result<void> send(std::string_view bytes);
    AsyncResult<std::string> receive(Millis within) { return hear(clock_.after(within)); }
    void close()
    {
        ended_ = true;
        link_->close();
    }
    bool ended() const { return ended_; } // by us, or as a call or wait has shown
    std::string close_reason() const { return link_->close_reason(); }

    std::int64_t last_seq{};        // of the pushes taken in
    std::int64_t sequence_faults{}; // pushes that came with another number than the next
    std::deque<Push> pushes;
    std::string error_text;

private:
    AsyncResult<std::string> hear(Deadline by);
    void keep(protocol::ServerMessage& message);
    std::unique_ptr<ServerLink> link_;
    Clock& clock_;
    LiveContract contract_;
    std::int64_t next_id_{1};
    bool ended_{};
};

} // namespace harvest::test
