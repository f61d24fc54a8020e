#include "cli/api/journal.hpp"

#include "common/base/ids.hpp"
#include "common/protocol/events.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace harvest::cli::api {
namespace {

constexpr Millis journal_pace = 500ms, journal_log_time = 5s, after_a_failure = 30s;
constexpr std::size_t journal_batch = 128, longest_error = 200; // bytes, as the schema has it

// Cut at the beginning of a character of UTF-8.
std::string shortened(std::string text)
{
    if (text.size() <= longest_error) return text;
    std::size_t end = longest_error;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    return text;
}

bool runs(SlotState state)
{
    return state != SlotState::waiting && state != SlotState::stopped && state != SlotState::failed;
}

} // namespace

Journal::Journal(JournalOptions options, JournalSights sights, EventLog& log, Clock& clock, Entropy& entropy,
                 telemetry::Metrics& metrics)
    : options_(std::move(options)),
      sights_(std::move(sights)),
      log_(log),
      clock_(clock),
      entropy_(entropy),
      dropped_(metrics.counter("harvest_runtime_system_events_dropped_total",
                               "Samples, failures and instances come and gone that the event log did not take in "
                               "time.")),
      next_sample_(clock.monotonic() + options_.sample_every)
{
}

template <class Data>
void Journal::put(std::string_view type, std::string subject, const Data& data)
{
    if (waiting_.size() >= capacity) {
        waiting_.pop_front();
        dropped_.add();
    }
    Event event;
    event.id = new_id<EventId>(clock_, entropy_);
    event.type = type;
    event.source = options_.source;
    event.subject = std::move(subject);
    event.time = clock_.now();
    event.data = protocol::encode(data);
    waiting_.push_back(std::move(event));
}

void Journal::scaled(const InstanceChange& change)
{
    protocol::InstanceScaled data;
    data.instance = change.instance;
    data.change = change.started ? "started" : "ended";
    data.reason = change.reason;
    data.instances = static_cast<std::int64_t>(change.instances);
    {
        const std::lock_guard lock(mutex_);
        put(protocol::event_type::instance_scaled, change.instance, data);
    }
    if (!change.error.empty()) fail("instance", change.instance, "restarted", change.error);
}

void Journal::fail(std::string daemon, std::string slot, std::string reason, std::string error)
{
    const Millis now = clock_.monotonic();
    const std::lock_guard lock(mutex_);
    if (now >= minute_ends_) {
        minute_ends_ = now + 1min;
        failures_ = 0;
    }
    if (failures_ >= failures_at_most) {
        ++untold_;
        return;
    }
    ++failures_;
    protocol::DaemonFailed data{std::move(daemon), slot, std::move(reason), shortened(std::move(error)), {}};
    if (untold_ > 0) data.untold = std::exchange(untold_, 0);
    put(protocol::event_type::daemon_failed, std::move(slot), data);
}

void Journal::judge(const std::vector<SlotStatus>& slots)
{
    for (const SlotStatus& slot : slots) {
        if (slot.state == SlotState::failed && failed_.insert(slot.id).second)
            fail(slot.daemon, slot.id, "failed", slot.last_error);
        const bool stalls = runs(slot.state) && slot.loop_age > options_.loop_stall;
        if (!stalls)
            stalled_.erase(slot.id);
        else if (stalled_.insert(slot.id).second)
            fail(slot.daemon, slot.id, "stalled", "its loop does not turn");
    }
}

void Journal::sample(const std::vector<SlotStatus>& slots)
{
    const Millis now = clock_.monotonic();
    if (options_.sample_every <= Millis{} || now < next_sample_) return;
    next_sample_ = now + options_.sample_every;
    const std::int64_t resident = sights_.resident_bytes();
    const std::lock_guard lock(mutex_);
    for (const SlotStatus& slot : slots) {
        if (!runs(slot.state)) continue;
        protocol::DaemonSampled data;
        data.daemon = slot.daemon;
        data.slot = slot.id;
        data.state = to_string(slot.state);
        data.uptime_ms = slot.uptime.count();
        data.loop_age_ms = std::max<std::int64_t>(0, slot.loop_age.count());
        data.resident_bytes = resident;
        for (const auto& [what, count] : slot.load) {
            if (data.load.size() >= figures_at_most) break;
            data.load.push_back({what, count});
        }
        put(protocol::event_type::daemon_sampled, slot.id, data);
    }
}

AsyncResult<void> Journal::step(Millis within)
{
    const std::vector<SlotStatus> slots = sights_.slots();
    judge(slots);
    sample(slots);
    for (;;) {
        std::vector<Event> batch;
        {
            const std::lock_guard lock(mutex_);
            while (!waiting_.empty() && batch.size() < journal_batch) {
                batch.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        if (batch.empty()) co_return Result<void>{};
        std::vector<Event> again = batch;
        const Result<void> told =
            co_await log_.append(std::string(protocol::topic::system), std::move(batch), clock_.after(within));
        if (told) continue;
        const std::lock_guard lock(mutex_);
        const bool later = told.error() == Errc::canceled || told.error() == Errc::in_doubt ||
                           errc_row(classify(told.error())).retryable;
        while (later && !again.empty() && waiting_.size() < capacity) {
            waiting_.push_front(std::move(again.back()));
            again.pop_back();
        }
        dropped_.add(static_cast<double>(again.size()));
        co_return told.error();
    }
}

Task<void> Journal::run()
{
    for (Millis pause = journal_pace;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(pause));
        if (!slept) co_return;
        const Result<void> told = co_await step(journal_log_time);
        pause = told ? journal_pace : after_a_failure;
    }
}

std::int64_t resident_bytes()
{
    std::ifstream statm("/proc/self/statm");
    std::int64_t pages = 0, resident = 0;
    return statm >> pages >> resident ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

} // namespace harvest::cli::api
