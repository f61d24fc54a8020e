// Carries what the stores have committed to the event log, in commit order per partition, at least once: the cursor
// moves only after delivery. One relay of all works at a time, by a lease; a stopped one is followed within its length.
#pragma once

#include "common/ports/event_log.hpp"
#include "common/ports/outbox.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervised.hpp"

#include <functional>
#include <optional>

namespace harvest {

struct RelayConfig {
    std::string lease = "relay";
    std::string holder = "relay-0"; // of this process alone
    Millis lease_length{15'000};
    std::size_t events_at_once = 2'000;
    Millis first_pause{1};   // before another look at an outbox that has just become empty; it doubles
    Millis idle_pause{5};    // up to this
    Millis retry_pause{250}; // after an error, or while another has the lease
    // Told at each look how old the oldest is that waits; 0: nothing does, or another relay carries. On its loop.
    std::function<void(Millis)> on_age = {};
};

class Relay final : public Supervised {
public:
    Relay(RelayConfig config, Executor executor, Outbox& outbox, EventLog& log, Leases& leases, Clock& clock);

    std::string_view name() const override { return "relay"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override { return {{"carried", carried_}}; }

private:
    // Until stop() or the lease is lost.
    Task<void> carry(Lease lease);
    AsyncResult<void> keep(Lease& lease);
    AsyncResult<void> deliver(std::vector<StoredEvent> events);
    Task<void> pause(Millis length);
    void tell(const Result<void>& outcome);
    void look_at(const std::vector<StoredEvent>& waiting);
    void tell_age() const;
    Deadline soon() const { return clock_.after(config_.lease_length / 3); }

    RelayConfig config_;
    Outbox& outbox_;
    EventLog& log_;
    Leases& leases_;
    Clock& clock_;
    Signal stopping_;
    Millis held_until_{};          // monotonic, from before the store was asked
    std::optional<Millis> oldest_; // of what waits, as far as is known
    std::int64_t carried_ = 0;
    bool stopped_ = false, ready_ = false, stuck_ = false;
};

} // namespace harvest
