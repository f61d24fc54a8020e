// Events that operators produce.
#include "cli/api/change.hpp"
#include "cli/api/eventlog_rules.hpp"
#include "common/protocol/event_schemas.hpp"

#include <fmt/format.h>

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

Plan produce_plan(const std::string& topic, const ProduceRequest& asked)
{
    std::map<std::string, std::int64_t> by_type;
    for (const ProducedEvent& produced : asked.events) ++by_type[produced.type];
    Plan plan;
    plan.action = "event.produce";
    plan.level = "moderate";
    plan.target = topic;
    plan.target_name = topic;
    for (const auto& [type, count] : by_type) plan.changes.push_back(fmt::format("{} of {}", count, type));
    plan.affects = {{"events", static_cast<std::int64_t>(asked.events.size())}};
    plan.undo = "cannot be undone: readers act on them";
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
    Plan plan = produce_plan(topic, *asked);
    const Result<Millis> made = plan_time(asked->plan, world.clock.now(), call.why);
    if (!made) co_return made.error();
    seal_plan(plan, topic + '\n' + all, *made); // who sends many batches compares the plan of all of them
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

} // namespace harvest::cli::api
