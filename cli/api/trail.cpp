#include "cli/api/trail.hpp"

#include "common/base/log.hpp"
#include "common/protocol/events.hpp"

#include <filesystem>
#include <fstream>
#include <optional>

namespace harvest::cli::api {
namespace {

constexpr Millis trail_pace = 250ms, disk_time = 5s, log_time = 5s;
constexpr std::size_t trail_batch = 64, trail_batches = 16; // of one step: what is noted meanwhile waits for its end

std::string mark_path(const std::string& log)
{
    return log + ".copied";
}

std::int64_t read_mark(const std::string& log)
{
    std::ifstream file(mark_path(log));
    std::int64_t place = 0;
    return file >> place && place >= 0 ? place : 0;
}

Result<void> write_mark(const std::string& log, std::int64_t place)
{
    const std::string path = mark_path(log), fresh = path + ".new";
    std::ofstream file(fresh, std::ios::trunc);
    file << place << '\n';
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(fresh, path, error);
    return file && !error ? Result<void>{} : Errc::unavailable;
}

std::optional<std::string> unless_empty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

// Of an outcome or of what was noted; an intent is no event yet. Its id is the record's: the same one each time.
std::optional<Event> event_of(const telemetry::AuditRecord& record)
{
    if (record.outcome == "intent" || !record.id.starts_with("a_")) return std::nullopt;
    Event event;
    event.id = {"e_" + record.id.substr(2)};
    event.source = "admin-0";
    event.subject = record.target.empty() ? record.action : record.target;
    event.time = record.at;
    if (record.outcome == "noted") {
        protocol::SecurityNoted data{record.id, record.action, unless_empty(record.target), record.count};
        event.type = protocol::event_type::security_noted;
        event.data = protocol::encode(data);
    } else {
        protocol::AdminActed data{record.id,
                                  record.action,
                                  record.outcome == "unknown" ? "failure" : record.outcome, // what version 1 knows
                                  record.actor,
                                  unless_empty(record.target),
                                  unless_empty(record.plan)};
        event.type = protocol::event_type::admin_acted;
        event.data = protocol::encode(data);
    }
    return event;
}

} // namespace

Trail::Trail(telemetry::Audit& audit, std::string beside, EventLog& log, const Clock& clock, Entropy& entropy,
             telemetry::Metrics& metrics)
    : audit_(audit),
      log_(log),
      clock_(clock),
      entropy_(entropy),
      dropped_(metrics.counter("harvest_audit_dropped_total",
                               "Security events that the audit log could not take in time; one record tells of them.")),
      write_failures_(metrics.counter("harvest_audit_write_failures_total",
                                      "Times that security events could not be written to the audit log.")),
      copy_failures_(metrics.counter("harvest_audit_copy_failures_total",
                                     "Times that audit records could not be copied to harvest.system.")),
      disk_(1, 2, clock)
{
    sources_.push_back({audit.path(), read_mark(audit.path())});
    if (beside.empty()) return;
    const std::int64_t place = read_mark(beside);
    sources_.push_back({std::move(beside), place});
}

void Trail::note(SecurityNote note)
{
    const std::lock_guard lock(mutex_);
    Kind kind{std::move(note.action), std::move(note.target), std::move(note.source)};
    if (!note.at_will) return put(kind, 1);
    if (!repeated_.contains(kind) && repeated_.size() >= kinds) kind = {std::get<0>(kind), "", ""};
    const auto [found, first] = repeated_.try_emplace(kind, Repeated{clock_.monotonic() + window, 0});
    if (first)
        put(kind, 1);
    else
        ++found->second.more;
}

void Trail::put(const Kind& kind, std::int64_t count)
{
    if (waiting_.size() >= capacity) {
        lost_ += count;
        dropped_.add(static_cast<double>(count));
        return;
    }
    telemetry::AuditRecord record;
    record.id = new_id<AuditId>(clock_, entropy_).value;
    record.at = clock_.now();
    std::tie(record.action, record.target, record.source) = kind;
    record.outcome = "noted";
    record.count = count;
    waiting_.push_back(std::move(record));
}

// Windows that have ended tell how many more there were; those that had none are forgotten.
void Trail::settle()
{
    const Millis now = clock_.monotonic();
    for (auto it = repeated_.begin(); it != repeated_.end();) {
        auto& [kind, repeated] = *it;
        if (now < repeated.until) {
            ++it;
        } else if (repeated.more == 0) {
            it = repeated_.erase(it);
        } else {
            put(kind, repeated.more);
            repeated = {now + window, 0};
            ++it;
        }
    }
    if (lost_ == 0 || waiting_.size() >= capacity) return;
    const std::int64_t lost = std::exchange(lost_, 0);
    put({"audit.dropped", "", ""}, lost);
}

bool Trail::waits()
{
    const std::lock_guard lock(mutex_);
    settle();
    return !waiting_.empty();
}

Result<void> Trail::write()
{
    std::vector<telemetry::AuditRecord> batch;
    {
        const std::lock_guard lock(mutex_);
        batch.assign(waiting_.begin(), waiting_.end());
    }
    const Result<void> written = audit_.append(batch);
    if (!written && written.error() != Errc::in_doubt) return written; // else only the checkpoint is behind
    const std::lock_guard lock(mutex_);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(batch.size()));
    return {};
}

std::int64_t Trail::end_of(const Source& source) const
{
    if (source.path == audit_.path()) return audit_.size();
    std::error_code none;
    const auto size = std::filesystem::file_size(source.path, none);
    return none ? 0 : static_cast<std::int64_t>(size);
}

Task<void> Trail::copy(Source& source)
{
    for (std::size_t batch = 0; batch < trail_batches; ++batch) {
        const std::int64_t end = end_of(source);
        if (source.place > end) source.place = 0; // another log has taken its place
        if (source.place == end) co_return;
        std::int64_t place = source.place;
        using Records = std::vector<telemetry::AuditRecord>;
        std::function<Result<Records>()> read = [&]() -> Result<Records> {
            return telemetry::read_audit(source.path, place, end, trail_batch);
        };
        const Result<Records> records = co_await disk_.compute(std::move(read), clock_.after(disk_time));
        if (!records || place == source.place) co_return;
        std::vector<Event> events;
        for (const telemetry::AuditRecord& record : *records)
            if (std::optional<Event> event = event_of(record)) events.push_back(std::move(*event));
        if (!events.empty()) {
            const Result<void> told =
                co_await log_.append(std::string(protocol::topic::system), std::move(events), clock_.after(log_time));
            if (!told) {
                copy_failures_.add();
                co_return;
            }
        }
        source.place = place;
        std::function<Result<void>()> keep = [&source] { return write_mark(source.path, source.place); };
        const Result<void> kept = co_await disk_.compute(std::move(keep), clock_.after(disk_time));
        if (!kept) copy_failures_.add(); // they are copied again after a restart
    }
}

Task<void> Trail::step()
{
    if (waits()) {
        std::function<Result<void>()> work = [this] { return write(); };
        const Result<void> written = co_await disk_.compute(std::move(work), clock_.after(disk_time));
        if (!written) write_failures_.add();
    }
    for (Source& source : sources_) co_await copy(source);
}

Task<void> Trail::run(Clock& clock)
{
    for (;;) {
        const Result<void> slept = co_await clock.sleep_until(clock.after(trail_pace));
        if (!slept) co_return;
        co_await step();
    }
}

} // namespace harvest::cli::api
