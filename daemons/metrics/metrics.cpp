#include "daemons/metrics/metrics.hpp"

#include "common/base/log.hpp"
#include "common/protocol/events.hpp"

#include <algorithm>

namespace harvest::metrics {
namespace {

constexpr Millis read_wait = 2s, read_pause = 200ms, longest_pause = 5s;
constexpr Millis gather = 200ms; // events come in company: a batch costs the store as much as one

} // namespace

MetricsDaemon::MetricsDaemon(Config config, std::string id, Executor executor, const GameContents& contents,
                             EventLog& log, EventLogAdmin& log_admin, Progress& progress, Accounts& accounts,
                             Clock& clock, telemetry::Metrics& metrics)
    : config_(config),
      id_(std::move(id)),
      executor_(std::move(executor)),
      contents_(contents),
      log_(log),
      log_admin_(log_admin),
      progress_(progress),
      accounts_(accounts),
      clock_(clock),
      figures_(metrics, id_),
      stopping_(executor_),
      tasks_(executor_)
{
    for (const std::string_view name : {projection::statistics, projection::achievements}) {
        auto of = std::make_unique<Projection>();
        of->name = name;
        of->group = "metrics." + of->name;
        projections_.push_back(std::move(of));
    }
}

MetricsDaemon::~MetricsDaemon() = default;

Task<void> MetricsDaemon::run()
{
    for (const auto& each : projections_) {
        Projection* of = each.get();
        tasks_.keep(clock_, "watch", [this, of] { return watch(*of); });
        tasks_.keep(clock_, of->group, [this, of] {
            return follow(of->group, [this, of](std::vector<StoredEvent> events) {
                return handle_projected(*of, std::move(events), Past::no);
            });
        });
    }
    tasks_.keep(clock_, "metrics", [this] {
        return follow("metrics", [this](std::vector<StoredEvent> events) { return handle_figures(std::move(events)); });
    });
    ready_ = true;
    while (!stopped_) {
        const Result<void> rung = co_await stopping_.wait();
        if (!rung) break;
    }
    ready_ = false;
    tasks_.cancel(); // what was not committed is delivered again
    co_await tasks_.join();
}

void MetricsDaemon::stop()
{
    stopped_ = true;
    stopping_.ring();
}

std::map<std::string, std::int64_t> MetricsDaemon::load() const
{
    return {{"handled", handled_}};
}

AsyncResult<void> MetricsDaemon::pause(Millis& length)
{
    const Millis now = length;
    length = std::min(2 * length, longest_pause);
    return clock_.sleep_until(clock_.after(now));
}

Task<void> MetricsDaemon::follow(std::string group, Handle handle)
{
    Subscription subscription;
    subscription.group = std::move(group);
    subscription.topics = {std::string(protocol::topic::user), std::string(protocol::topic::game)};
    const std::unique_ptr<EventReader> reader = log_.subscribe(std::move(subscription));
    const auto batch = static_cast<std::size_t>(config_.batch);
    Millis length = read_pause;
    while (!stopped_) {
        Result<std::vector<StoredEvent>> events = co_await reader->next(batch, clock_.after(read_wait));
        if (!events) {
            if (events.error() == Errc::canceled) co_return;
            const Result<void> slept = co_await pause(length);
            if (!slept) co_return;
            continue;
        }
        length = read_pause;
        if (events->empty()) continue;
        const bool more = events->size() == batch;
        handled_ += static_cast<std::int64_t>(events->size());
        const Result<void> done = co_await handle(std::move(*events));
        if (!done) co_return;
        const Result<void> committed = co_await reader->commit(store_by());
        if (!committed && committed.error() == Errc::canceled) co_return;
        if (more) continue;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(gather));
        if (!slept) co_return;
    }
}

} // namespace harvest::metrics
