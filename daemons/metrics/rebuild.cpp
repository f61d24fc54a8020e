// A projection that was dropped is made again: the topics are read from their beginning, while follow() goes on with
// what comes. Both apply an event at most once, and sums do not mind the order.
#include "common/base/log.hpp"
#include "common/protocol/events.hpp"
#include "daemons/metrics/metrics.hpp"

namespace harvest::metrics {
namespace {

constexpr Millis between_slices = 2ms; // a rebuild is never in a hurry

}

AsyncResult<void> MetricsDaemon::look(Projection& of)
{
    const Result<std::vector<ProjectionState>> states = co_await progress_.projections(store_by());
    if (!states) co_return states.error();
    for (const ProjectionState& state : *states) {
        if (state.name != of.name) continue;
        of.epoch = state.epoch;
        of.caught_up = state.caught_up;
        co_return Result<void>{};
    }
    co_return Errc::not_found;
}

Task<void> MetricsDaemon::watch(Projection& of)
{
    while (!stopped_) {
        const Result<void> looked = co_await look(of);
        if (!looked && looked.error() == Errc::canceled) co_return;
        if (looked && !of.caught_up) {
            const Result<void> read = co_await read_past(of);
            if (!read && read.error() == Errc::canceled) co_return;
            if (!read)
                log::warn("a rebuild begins again",
                          {{"harvest.projection", of.name}, {"error.message", read.error().message()}});
        }
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(config_.poll));
        if (!slept) co_return;
    }
}

// A page in transactions of the usual size: other writers come in between. What follow() has not had yet counts as it
// would there, so that a quest of days ago is still paid.
AsyncResult<void> MetricsDaemon::apply_past(Projection& of, std::vector<StoredEvent> page, std::int64_t followed)
{
    const auto most = static_cast<std::size_t>(config_.batch);
    const std::int64_t epoch = of.epoch;
    for (std::size_t from = 0; from < page.size() && of.epoch == epoch;) {
        const Past past = page[from].offset < followed ? Past::yes : Past::no;
        std::vector<StoredEvent> slice;
        for (; from < page.size() && slice.size() < most; ++from) {
            if ((page[from].offset < followed) != (past == Past::yes)) break;
            slice.push_back(std::move(page[from]));
        }
        const Result<void> applied = co_await handle_projected(of, std::move(slice), past);
        if (!applied) co_return applied.error();
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(between_slices));
        if (!slept) co_return slept.error();
    }
    co_return Result<void>{};
}

// Errors: canceled, those of the log; then the next look begins anew. Another epoch ends it early.
AsyncResult<void> MetricsDaemon::read_past(Projection& of)
{
    const std::int64_t epoch = of.epoch;
    const auto page = static_cast<std::size_t>(config_.page);
    const Result<std::vector<TopicInfo>> topics = co_await log_.topics(store_by());
    if (!topics) co_return topics.error();
    const Result<std::vector<GroupLag>> lags = co_await log_.lags(store_by());
    if (!lags) co_return lags.error();
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> followed;
    for (const GroupLag& lag : *lags)
        if (lag.group == of.group) followed[{lag.topic, lag.partition}] = lag.committed_offset;
    for (const TopicInfo& topic : *topics) {
        if (topic.topic != protocol::topic::user && topic.topic != protocol::topic::game) continue;
        for (std::int64_t at = topic.first_offset; at < topic.end_offset;) {
            PartitionOffsets from{{topic.partition, at}};
            Result<std::vector<StoredEvent>> events =
                co_await log_admin_.read_from(topic.topic, std::move(from), page, store_by());
            if (!events) co_return events.error();
            if (events->empty()) break;
            at = events->back().offset + 1;
            const Result<void> applied =
                co_await apply_past(of, std::move(*events), followed[{topic.topic, topic.partition}]);
            if (!applied) co_return applied.error();
            if (of.epoch != epoch) co_return Result<void>{};
        }
    }
    log::info("a projection was made again from the log", {{"harvest.projection", of.name}});
    co_return co_await progress_.caught_up(of.name, epoch, store_by());
}

} // namespace harvest::metrics
