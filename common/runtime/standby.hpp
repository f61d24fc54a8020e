// Runs a daemon in one process of all at a time, by a lease: the others wait and one of them follows within its length.
// The lease decides who tries; what two of them write in between is decided by the stores.
#pragma once

#include "common/ports/lease.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervised.hpp"
#include "common/runtime/task_group.hpp"

#include <functional>
#include <memory>
#include <string>

namespace harvest {

struct StandbyConfig {
    std::string lease;  // "match"
    std::string holder; // of this process alone
    Millis lease_length{5'000};
    Millis retry_pause{500}; // while another has the lease, or after an error
};

class Standby final : public Supervised {
public:
    using Make = std::function<std::unique_ptr<Supervised>(const Executor& executor)>;

    // `make` is called each time the lease is won.
    Standby(StandbyConfig config, Make make, Executor executor, Leases& leases, Clock& clock);

    std::string_view name() const override { return config_.lease; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return daemon_ ? daemon_->ready() : waiting_; }
    std::map<std::string, std::int64_t> load() const override;

private:
    // Until the lease is lost or the daemon has ended.
    Task<void> lead(Lease lease);
    Task<void> keep(Lease& lease);
    Task<void> pause(Millis length);
    Deadline soon() const { return clock_.after(config_.lease_length / 3); }

    StandbyConfig config_;
    Make make_;
    Executor executor_;
    Leases& leases_;
    Clock& clock_;
    Signal stopping_;
    std::unique_ptr<Supervised> daemon_;
    bool stopped_ = false, waiting_ = false;
};

} // namespace harvest
