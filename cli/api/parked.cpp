// Records that were set aside, dealt with by operators: put back on their topic, or dropped. Nothing is taken out of
// "<topic>.parked"; an event there tells what was done.
#include "cli/api/change.hpp"
#include "cli/api/eventlog_rules.hpp"
#include "cli/api/parked_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace harvest::cli::api {
namespace {

constexpr std::size_t most_records = 500; // in one request
constexpr std::size_t parked_page = 500;
constexpr std::int64_t most_replays = 100;
constexpr std::string_view parked_suffix = ".parked";

enum class Deal { redrive, drop };

struct Settling {
    std::string action;
    std::map<std::string, std::vector<Event>> events, marks; // by topic
    std::vector<std::string> done, changes;                  // ids; one line each
    std::int64_t refused = 0;
    std::string first_refusal;

    void leave_out(const std::string& id, const std::string& why, bool is_refusal)
    {
        changes.push_back(fmt::format("left out: {}: {}", id, why));
        if (first_refusal.empty()) first_refusal = fmt::format("{}: {}", id, why);
        if (is_refusal) ++refused;
    }
};

// Reads every "<topic>.parked" up to its end. Errors: those of the log.
AsyncResult<void> scan(const World& world, Call& call, ParkedRecords& records)
{
    const Result<std::vector<TopicInfo>> topics = co_await world.log.topics(call.by);
    if (!topics) co_return topics.error();
    for (const TopicInfo& topic : *topics) {
        if (!topic.topic.ends_with(parked_suffix)) continue;
        for (std::int64_t at = topic.first_offset; at < topic.end_offset;) {
            PartitionOffsets from{{topic.partition, at}};
            const auto page = co_await world.log_admin.read_from(topic.topic, std::move(from), parked_page, call.by);
            if (!page) co_return page.error();
            if (page->empty()) break;
            for (const StoredEvent& stored : *page) records.take(stored);
            at = page->back().offset + 1;
        }
    }
    co_return Result<void>{};
}

void settle(Settling& settling, const Parked& parked, const ParkedRequest& asked, Millis now)
{
    const std::string& id = parked.kept.id.value;
    const std::string& topic = parked.record.topic;
    if (parked.state == ParkedState::redriven) return settling.leave_out(id, "was redriven already", false);
    if (settling.action == "parked.drop") {
        if (parked.state == ParkedState::dropped) return settling.leave_out(id, "was dropped already", false);
        settling.changes.push_back(id);
        settling.marks[parked.aside].push_back(settled_event(id, "", now));
    } else {
        std::string why;
        const std::int64_t replays = std::min(asked.max_replays.value_or(3), most_replays);
        Result<Event> event = redriven_event(parked, asked.type.value_or(""), replays, why);
        if (!event) return settling.leave_out(id, why, true);
        settling.changes.push_back(fmt::format("{} -> {} as {}", id, topic, event->id.value));
        settling.marks[parked.aside].push_back(settled_event(id, event->id.value, now));
        settling.events[topic].push_back(std::move(*event));
    }
    settling.done.push_back(id);
}

// As they stood on their topics, so that what is of one key stays in order.
std::vector<const Parked*> in_order(const ParkedRecords& records)
{
    std::vector<const Parked*> all;
    for (const auto& [id, parked] : records.found()) all.push_back(&parked);
    std::ranges::sort(all, {}, [](const Parked* each) {
        return std::tuple(each->record.topic, each->record.partition, each->record.offset, each->kept.id.value);
    });
    return all;
}

Plan plan_of(const Settling& settling)
{
    std::vector<std::string> topics;
    for (const auto& [aside, marks] : settling.marks)
        topics.push_back(aside.substr(0, aside.size() - parked_suffix.size()));
    Plan plan;
    plan.action = settling.action;
    plan.level = "moderate";
    plan.target = settling.done.size() == 1 ? settling.done[0] : fmt::format("{} records", settling.done.size());
    plan.target_name = fmt::format("{}", fmt::join(topics, ", "));
    plan.changes = settling.changes;
    plan.affects = {{"records", static_cast<std::int64_t>(settling.done.size())}, {"refused", settling.refused}};
    plan.undo = settling.action == "parked.drop"
                    ? fmt::format("harvestctl admin kafka parked redrive {}", fmt::join(settling.done, " "))
                    : "cannot be undone: readers act on them";
    return plan;
}

// The events first: if this ends between, the same ids are put on the topic once more and count once.
AsyncResult<void> append_all(const World& world, Call& call, Settling& settling)
{
    for (auto* each : {&settling.events, &settling.marks})
        for (auto& [topic, events] : *each) {
            const Result<void> appended = co_await world.log.append(topic, std::move(events), call.by);
            if (appended) continue;
            call.why = "some of the records may be dealt with; do the same again: each counts once";
            co_return appended.error();
        }
    co_return Result<void>{};
}

// Errors: invalid_argument, not_found, conflict (nothing is left to do), those of the log.
AsyncResult<Settling> prepare(const World& world, Call& call, Deal deal, const ParkedRequest& asked)
{
    if (asked.records.empty() || asked.records.size() > most_records) {
        call.why = fmt::format("records: 1 to {} at once", most_records);
        co_return Errc::invalid_argument;
    }
    const std::set<std::string> wanted(asked.records.begin(), asked.records.end());
    ParkedRecords records(wanted);
    const Result<void> scanned = co_await scan(world, call, records);
    if (!scanned) co_return scanned.error();
    Settling settling;
    settling.action = deal == Deal::drop ? "parked.drop" : "parked.redrive";
    for (const std::string& id : wanted)
        if (!records.found().contains(id)) {
            call.why = fmt::format("nothing is parked under '{}'", id);
            co_return Errc::not_found;
        }
    for (const Parked* each : in_order(records)) settle(settling, *each, asked, world.clock.now());
    if (settling.done.empty()) {
        call.why = "nothing to do: " + settling.first_refusal;
        co_return Errc::conflict;
    }
    co_return settling;
}

AsyncResult<std::string> deal_with(const World& world, Call& call, Deal deal)
{
    const Result<ParkedRequest> asked = protocol::decode<ParkedRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    Result<Settling> settling = co_await prepare(world, call, deal, *asked);
    if (!settling) co_return settling.error();
    Plan plan = plan_of(*settling);
    const std::string about = fmt::format("{}\n{}", plan.target, fmt::join(settling->changes, "\n"));
    const Result<void> named = name_plan(plan, about, asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record = begin_change(world, call, plan.action, plan.target, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    const Result<void> done = co_await append_all(world, call, *settling);
    end_change(world, *record, done ? Error{} : done.error());
    if (!done) co_return done.error();
    const Done answer{plan.action, plan.target, plan.target_name, record->id, plan.undo, plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

} // namespace

AsyncResult<std::string> redrive_parked(const World& world, Call& call)
{
    return deal_with(world, call, Deal::redrive);
}

AsyncResult<std::string> drop_parked(const World& world, Call& call)
{
    return deal_with(world, call, Deal::drop);
}

} // namespace harvest::cli::api
