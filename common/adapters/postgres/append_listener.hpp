// Tells of events that any process has appended: woken by the server's notifications, and by a look at the ends of all
// partitions every so often, for a notification is lost with its connection. Tells of each end once, in order.
#pragma once

#include "common/adapters/postgres/link.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace harvest::postgres {

class AppendListener {
public:
    using Listener = std::function<void(std::span<const sql::Appended>)>;

    AppendListener(const Target& target, const Clock& clock, Millis poll_interval);
    ~AppendListener();
    AppendListener(const AppendListener&) = delete;
    AppendListener& operator=(const AppendListener&) = delete;

    void set(Listener listener);
    // What this process has committed.
    void report(std::span<const sql::Appended> notes);

private:
    void loop();
    Result<void> look(PostgresConnection& connection);
    void sleep(int socket, Millis at_most) const;

    const Clock& clock_;
    Link link_;
    Millis poll_interval_;
    int wake_;         // an eventfd
    std::mutex mutex_; // held while the listener runs, which keeps the order
    Listener listener_;
    std::map<sql::Sequence, std::int64_t> ends_;
    std::atomic<bool> closing_{false};
    std::thread thread_;
};

} // namespace harvest::postgres
