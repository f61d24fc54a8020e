// Events become steps of a projection, a batch a transaction. An event that cannot be applied is set aside in
// "<topic>.parked" and counted, so that it holds up nobody.
#include "common/base/encoding.hpp"
#include "common/base/log.hpp"
#include "common/protocol/events.hpp"
#include "daemons/metrics/metrics.hpp"

#include <fmt/format.h>

namespace harvest::metrics {
namespace {

constexpr Millis retry_pause = 200ms;

bool is_temporary(const Error& error)
{
    return error != Errc::conflict && errc_row(classify(error)).retryable;
}

// A conflict may be a race with other writers or be there for good: it has more time to pass.
constexpr std::int64_t weight_of_conflict = 1, weight_of_others = 4;

protocol::ParkedRecord record_of(const StoredEvent& stored, const std::string& group, const Error& why)
{
    protocol::ParkedRecord record{why.message(), stored.topic, stored.partition, stored.offset, group, {}, {}, {}, {}};
    record.key = to_base64url(as_bytes(stored.event.subject));
    record.value = to_base64url(as_bytes(stored.event.data));
    record.event = protocol::EventHead{stored.event.id.value, stored.event.type, stored.event.source,
                                       to_rfc3339(stored.event.time), std::nullopt};
    if (!stored.event.traceparent.empty()) record.event->traceparent = stored.event.traceparent;
    return record;
}

} // namespace

ProjectedEvent MetricsDaemon::project(const Projection& of, const Event& event, const std::vector<Deed>& deeds,
                                      Past past) const
{
    ProjectedEvent out;
    out.event = protocol::first_id(event.id);
    if (of.name == projection::statistics) {
        out.statistics = statistic_steps(deeds);
        return out;
    }
    const std::int64_t yesterday = game::progress::day_of(clock_.now()) - 1;
    const std::shared_ptr<const game::GameData> data = contents_.now();
    const GoalRules rules{*data->quests, data->farm->climate().seed, id_, past == Past::yes ? yesterday : 0};
    out.goals = goal_steps(rules, deeds, event);
    return out;
}

AsyncResult<void> MetricsDaemon::handle_projected(Projection& of, std::vector<StoredEvent> events, Past past)
{
    std::vector<ProjectedEvent> batch;
    std::vector<const StoredEvent*> from;
    for (const StoredEvent& stored : events) {
        Result<std::vector<Deed>> deeds = deeds_of(stored.event);
        if (!deeds) {
            const Result<void> aside = co_await set_aside(of, stored, deeds.error());
            if (!aside) co_return aside.error();
            continue;
        }
        const Result<void> known = co_await tell_bots(*deeds);
        if (!known) co_return known.error();
        std::erase_if(*deeds, [](const Deed& deed) { return *deed.bot; }); // they come to nothing by what they do
        ProjectedEvent projected = project(of, stored.event, *deeds, past);
        if (projected.statistics.empty() && projected.goals.empty()) continue;
        batch.push_back(std::move(projected));
        from.push_back(&stored);
    }
    if (batch.empty()) co_return Result<void>{};
    Error refused;
    std::vector<ProjectedEvent> all = batch;
    const Result<void> done = co_await apply(of, std::move(all), refused);
    if (!done || !refused) co_return done;
    for (std::size_t i = 0; i < batch.size(); ++i) { // one of them is to blame
        refused = {};
        std::vector<ProjectedEvent> one;
        one.push_back(std::move(batch[i]));
        const Result<void> tried = co_await apply(of, std::move(one), refused);
        if (!tried) co_return tried.error();
        if (!refused) continue;
        const Result<void> aside = co_await set_aside(of, *from[i], refused);
        if (!aside) co_return aside.error();
    }
    co_return Result<void>{};
}

// Until it is applied, or `refused` says why it never will be. Waits while the store is away.
AsyncResult<void> MetricsDaemon::apply(Projection& of, std::vector<ProjectedEvent> events, Error& refused)
{
    Millis length = retry_pause;
    for (std::int64_t failures = 0;;) {
        Error why = make_error_code(Errc::unavailable);
        if (of.epoch == 0) {
            const Result<void> looked = co_await look(of);
            if (!looked) why = looked.error();
        }
        if (of.epoch != 0) {
            std::vector<ProjectedEvent> copy = events;
            const Result<Projected> applied =
                co_await progress_.apply(of.name, of.epoch, std::move(copy), clock_.now(), store_by());
            if (applied && applied->current) {
                figures_.projected(of.name, applied->fresh, applied->reached);
                co_return Result<void>{};
            }
            if (applied) {
                of.epoch = 0; // dropped meanwhile, or being emptied
                why = make_error_code(Errc::unavailable);
            } else {
                why = applied.error();
            }
        }
        if (why == Errc::canceled) co_return why;
        if (!is_temporary(why)) failures += why == Errc::conflict ? weight_of_conflict : weight_of_others;
        if (failures >= config_.tries * weight_of_others) {
            refused = why;
            co_return Result<void>{};
        }
        const Result<void> slept = co_await pause(length);
        if (!slept) co_return slept.error();
    }
}

// Waits until the log keeps it, since what is committed past would be lost. What the log refuses for good (it is too
// long) is kept without its data, which its topic has; what it refuses even so is logged alone.
AsyncResult<void> MetricsDaemon::set_aside(const Projection& of, const StoredEvent& stored, Error why)
{
    figures_.parked(of.name);
    log::warn("an event cannot be applied and is set aside",
              {{"event.id", stored.event.id.value}, {"harvest.group", of.group}, {"error.message", why.message()}});
    protocol::ParkedRecord record = record_of(stored, of.group, why);
    Millis length = retry_pause;
    for (std::int64_t refusals = 0; refusals < config_.tries;) {
        Event parked;
        parked.id = {fmt::format("parked:{}:{}:{}:{}", of.group, stored.topic, stored.partition, stored.offset)};
        parked.type = protocol::event_type::parked;
        parked.source = id_;
        parked.subject = stored.event.subject;
        parked.time = clock_.now();
        parked.data = protocol::encode(record);
        std::vector<Event> one;
        one.push_back(std::move(parked));
        const Result<void> kept = co_await log_.append(stored.topic + ".parked", std::move(one), store_by());
        if (kept) co_return Result<void>{};
        if (kept.error() == Errc::canceled) co_return kept.error();
        if (!errc_row(classify(kept.error())).retryable) {
            ++refusals;
            record.value.clear();
        }
        const Result<void> slept = co_await pause(length);
        if (!slept) co_return slept.error();
    }
    log::error("an event that was set aside could not be kept", {{"event.id", stored.event.id.value}});
    co_return Result<void>{};
}

} // namespace harvest::metrics
