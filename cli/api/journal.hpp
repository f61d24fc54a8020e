// What a process has to tell of itself on `harvest.system`: samples of its slots now and then, slots that failed or
// stalled, instance processes that came and went. It has a queue of its own, so that an event log that hangs stops
// nothing.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/runtime/supervisor.hpp"
#include "common/telemetry/metrics.hpp"

#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace harvest::cli::api {

struct JournalOptions {
    std::string source;     // of its events
    Millis sample_every{};  // 0: no samples
    Millis loop_stall{10s}; // a loop that has not turned for so long is stalled
};

// What it looks at; for any thread.
struct JournalSights {
    std::function<std::vector<SlotStatus>()> slots;
    std::function<std::int64_t()> resident_bytes; // of this process
};

struct InstanceChange {
    std::string instance;
    bool started{};
    std::string reason;      // why it was started or ended
    std::string error;       // how it ended, where nobody asked it to
    std::size_t instances{}; // that there are now
};

class Journal {
public:
    static constexpr std::size_t capacity = 512;         // events that wait for the log; then the oldest are dropped
    static constexpr std::int64_t failures_at_most = 10; // told in a minute; the next one tells how many were not
    static constexpr std::size_t figures_at_most = 32;   // of a slot's load, in a sample

    Journal(JournalOptions options, JournalSights sights, EventLog& log, Clock& clock, Entropy& entropy,
            telemetry::Metrics& metrics);

    void scaled(const InstanceChange& change); // any thread
    // Looks and tells, until cancelled.
    Task<void> run();
    // Once. What the log does not take `within` that time is handed in again the next time: on a log that took it after
    // all it is twice.
    AsyncResult<void> step(Millis within);

private:
    template <class Data>
    void put(std::string_view type, std::string subject, const Data& data); // under the mutex
    void fail(std::string daemon, std::string slot, std::string reason, std::string error);
    void judge(const std::vector<SlotStatus>& slots);
    void sample(const std::vector<SlotStatus>& slots);

    JournalOptions options_;
    JournalSights sights_;
    EventLog& log_;
    Clock& clock_;
    Entropy& entropy_;
    telemetry::Counter dropped_;
    std::set<std::string> failed_, stalled_; // slots that this was told of
    Millis next_sample_{};

    std::mutex mutex_;
    std::deque<Event> waiting_;
    std::int64_t failures_{}, untold_{}; // in this minute; since the last failure that was told
    Millis minute_ends_{};
};

// 0 where the system does not say.
std::int64_t resident_bytes();

} // namespace harvest::cli::api
