// What is noted goes into the audit log, and what the audit logs of this process hold goes to `harvest.system`: each by
// a queue of its own, so that an event log that hangs stops nothing.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/ports/security_trail.hpp"
#include "common/runtime/blocking_pool.hpp"
#include "common/telemetry/audit.hpp"
#include "common/telemetry/metrics.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace harvest::cli::api {

class Trail final : public SecurityTrail {
public:
    static constexpr std::size_t capacity =
        1024;                                // notes that wait for the disk; more are counted, and that is recorded
    static constexpr Millis window = 1min;   // in which notes alike that come at will are one record
    static constexpr std::size_t kinds = 64; // of those in a window; the rest are one record an action

    // `beside`: another log of this installation that only commands write, empty if there is none; copied too.
    Trail(telemetry::Audit& audit, std::string beside, EventLog& log, const Clock& clock, Entropy& entropy,
          telemetry::Metrics& metrics);

    void note(SecurityNote note) override;
    // Writes what is noted and copies what is written, four times a second, until cancelled.
    Task<void> run(Clock& clock);
    // Once. What cannot be written or copied now waits for the next time.
    Task<void> step();

private:
    // A log, and how far it has been copied: kept beside it, so that what a crash lost is copied again.
    struct Source {
        std::string path;
        std::int64_t place{};
    };
    struct Repeated {
        Millis until{};
        std::int64_t more{}; // since the last record
    };
    using Kind = std::tuple<std::string, std::string, std::string>; // action, target, source

    void put(const Kind& kind, std::int64_t count);
    void settle();
    bool waits();
    Result<void> write();
    std::int64_t end_of(const Source& source) const;
    Task<void> copy(Source& source);

    telemetry::Audit& audit_;
    EventLog& log_;
    const Clock& clock_;
    Entropy& entropy_;
    telemetry::Counter dropped_, write_failures_, copy_failures_;
    std::mutex mutex_;
    std::deque<telemetry::AuditRecord> waiting_;
    std::int64_t lost_ = 0; // since the last record that tells of them
    std::map<Kind, Repeated> repeated_;
    std::vector<Source> sources_;
    BlockingPool disk_;
};

} // namespace harvest::cli::api
