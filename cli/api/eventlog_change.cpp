// Changes to the event log by operators: events produced, and the offsets of a group moved.
#include "cli/api/change.hpp"
#include "cli/api/eventlog_rules.hpp"
#include "common/base/suggest.hpp"
#include "common/protocol/event_schemas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace harvest::cli::api {
namespace {

constexpr std::size_t most_events = 1'000; // in one request

std::string line_fault(const ProducedEvent& produced, const std::string& topic)
{
    std::string why;
    if (!protocol::check_event(topic, produced.type, produced.data.text, why)) return why;
    if (produced.key.empty()) return "key: is empty; events of one key are in order";
    if (produced.id && produced.id->empty()) return "id: is empty";
    if (produced.time && !parse_rfc3339(*produced.time)) return "time: is not RFC 3339";
    return {};
}

Event event_of(const World& world, const ProducedEvent& produced)
{
    Event event;
    event.id = produced.id ? EventId{*produced.id} : new_id<EventId>(world.clock, world.entropy);
    event.type = produced.type;
    event.source = produced.source.value_or("operator");
    event.subject = produced.key;
    event.traceparent = produced.traceparent.value_or("");
    event.time = produced.time ? parse_rfc3339(*produced.time).value() : world.clock.now();
    event.data = produced.data.text;
    return event;
}

Plan produce_plan(const World& world, const std::string& topic, const ProduceRequest& asked, const std::string& body)
{
    std::map<std::string, std::int64_t> by_type;
    for (const ProducedEvent& produced : asked.events) ++by_type[produced.type];
    Plan plan;
    plan.action = "event.produce";
    plan.level = "moderate";
    plan.target = topic;
    plan.target_name = topic;
    for (const auto& [type, count] : by_type) plan.changes.push_back(fmt::format("{} of {}", count, type));
    plan.id = plan_id(plan.action, topic, body);
    plan.affects = {{"events", static_cast<std::int64_t>(asked.events.size())}};
    plan.undo = "cannot be undone: readers act on them";
    plan.expires_at = to_rfc3339(world.clock.now() + plan_life);
    return plan;
}

} // namespace

// All events are checked before one is appended. An id that the topic has already is not appended again.
AsyncResult<std::string> produce_events(const World& world, Call& call)
{
    const std::string topic = call.path[0];
    if (!is_known_topic(topic)) {
        call.why = fmt::format("no topic '{}'", topic);
        co_return Errc::not_found;
    }
    Result<ProduceRequest> asked = protocol::decode<ProduceRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    if (asked->events.empty() || asked->events.size() > most_events) {
        call.why = fmt::format("events: 1 to {} at once", most_events);
        co_return Errc::invalid_argument;
    }
    std::string all;
    for (const ProducedEvent& produced : asked->events) {
        const std::string fault = line_fault(produced, topic);
        if (!fault.empty()) {
            call.why = fmt::format("line {}: {}", produced.line, fault);
            co_return Errc::invalid_argument;
        }
        all += protocol::encode(produced);
    }
    const Plan plan = produce_plan(world, topic, *asked, all);
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record = begin_change(world, call, plan.action, topic, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    std::vector<Event> events;
    for (const ProducedEvent& produced : asked->events) events.push_back(event_of(world, produced));
    const Result<void> appended = co_await world.log.append(topic, std::move(events), call.by);
    end_change(world, *record, appended ? Error{} : appended.error());
    if (!appended) {
        call.why = "some of the events may be there; produce the same again, with their ids";
        co_return appended.error();
    }
    const Done done{plan.action, topic, topic, record->id, plan.undo, plan.affects};
    std::string text = object_body("Done", done);
    co_return text;
}

namespace {

// Where each partition is to go; errors: invalid_argument, not_found.
AsyncResult<PartitionOffsets> targets(const World& world, Call& call, const ResetRequest& asked)
{
    const Result<TopicDetail> detail = co_await world.log_admin.describe(asked.topic, call.by);
    if (!detail) {
        call.why = fmt::format("no topic '{}'", asked.topic);
        co_return detail.error();
    }
    PartitionOffsets to;
    const Result<Millis> time = parse_rfc3339(asked.to);
    std::int64_t offset = -1;
    (void)std::from_chars(asked.to.data(), asked.to.data() + asked.to.size(), offset);
    PartitionOffsets of_time;
    if (time) {
        const auto found = co_await world.log_admin.offsets_at(asked.topic, *time, call.by);
        if (!found) co_return found.error();
        of_time = *found;
    } else if (asked.to != "start" && asked.to != "end" && (offset < 0 || std::to_string(offset) != asked.to)) {
        call.why = fmt::format("to: '{}' is not start, end, an offset or a time", asked.to);
        co_return Errc::invalid_argument;
    }
    for (const PartitionDetail& each : detail->partitions) {
        if (asked.partition && *asked.partition != each.partition) continue;
        to[each.partition] = time                  ? of_time[each.partition]
                             : asked.to == "end"   ? each.end_offset
                             : asked.to == "start" ? each.first_offset
                                                   : std::clamp(offset, each.first_offset, each.end_offset);
    }
    if (to.empty()) {
        call.why = fmt::format("partition: {} has no partition {}", asked.topic, asked.partition.value_or(0));
        co_return Errc::not_found;
    }
    co_return to;
}

// Errors: not_found (no such group), conflict (somebody reads).
Result<void> may_move(const std::vector<GroupDetail>& groups, const std::string& name, std::string& why)
{
    std::vector<std::string> known;
    for (const GroupDetail& group : groups) known.push_back(group.group);
    const auto found = std::ranges::find(groups, name, &GroupDetail::group);
    if (found == groups.end()) {
        const std::optional<std::string> near = suggest(name, known);
        why = fmt::format("no group '{}'{}", name, near ? fmt::format("; did you mean {}", *near) : "");
        return Errc::not_found;
    }
    if (found->members.empty()) return {};
    std::vector<std::string> who;
    for (const GroupMember& member : found->members)
        who.push_back(member.host.empty() ? member.id : member.id + '@' + member.host);
    why = fmt::format("the group '{}' is read by {}; stop its readers first", name, fmt::join(who, ", "));
    return Errc::conflict;
}

Plan reset_plan(const World& world, const std::string& group, const std::string& topic, std::span<const Move> moves)
{
    Plan plan;
    plan.action = "offsets.reset";
    plan.level = "moderate";
    plan.target = group;
    plan.target_name = topic;
    std::string state;
    std::vector<std::string> old;
    for (const Move& move : moves) {
        plan.changes.push_back(move_text(topic, move));
        state += plan.changes.back() + '\n';
        if (move.from >= 0)
            old.push_back(fmt::format("harvestctl admin kafka offsets reset {} --topic {} --partition {} --to {}",
                                      group, topic, move.partition, move.from));
    }
    plan.id = plan_id(plan.action, group, state);
    plan.affects = {{"partitions", static_cast<std::int64_t>(moves.size())}, {"events", events_moved(moves)}};
    plan.undo =
        old.empty() ? "cannot be undone: nothing was committed before" : fmt::format("{}", fmt::join(old, " && "));
    plan.expires_at = to_rfc3339(world.clock.now() + plan_life);
    return plan;
}

} // namespace

AsyncResult<std::string> reset_offsets(const World& world, Call& call)
{
    const std::string group = call.path[0];
    const Result<ResetRequest> asked = protocol::decode<ResetRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const auto groups = co_await world.log_admin.groups(call.by);
    if (!groups) co_return groups.error();
    if (const Result<void> may = may_move(*groups, group, call.why); !may) co_return may.error();
    const Result<PartitionOffsets> to = co_await targets(world, call, *asked);
    if (!to) co_return to.error();
    const auto lags = co_await world.log.lags(call.by);
    if (!lags) co_return lags.error();
    std::vector<Move> moves;
    for (const auto& [partition, offset] : *to) {
        Move move{partition, -1, offset};
        for (const GroupLag& lag : *lags)
            if (lag.group == group && lag.topic == asked->topic && lag.partition == partition)
                move.from = lag.committed_offset;
        moves.push_back(move);
    }
    const Plan plan = reset_plan(world, group, asked->topic, moves);
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    if (asked->plan && !asked->plan->empty() && *asked->plan != plan.id) {
        call.why = "the offsets have moved since the plan was made";
        co_return Errc::conflict;
    }
    const auto record = begin_change(world, call, plan.action, group, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    PartitionOffsets wanted = *to;
    const Result<void> moved = co_await world.log_admin.reset(group, asked->topic, std::move(wanted), call.by);
    end_change(world, *record, moved ? Error{} : moved.error());
    if (!moved) {
        if (moved.error() == Errc::conflict) call.why = fmt::format("the group '{}' is read again by somebody", group);
        co_return moved.error();
    }
    const Done done{plan.action, group, asked->topic, record->id, plan.undo, plan.affects};
    std::string text = object_body("Done", done);
    co_return text;
}

} // namespace harvest::cli::api
