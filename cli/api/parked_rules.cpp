#include "cli/api/parked_rules.hpp"

#include "common/base/encoding.hpp"
#include "common/protocol/event_schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli::api {
namespace {

Result<std::string> text_of(const std::string& base64url)
{
    const Result<Bytes> bytes = from_base64url(base64url);
    if (!bytes) return bytes.error();
    return std::string(bytes->begin(), bytes->end());
}

bool is_plain(const std::string& text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// A record that was no event: what it tells of itself, and for the rest where it stood and when it was set aside.
Event completed(const Parked& parked, const std::string& type)
{
    const protocol::EventHead head = parked.record.remains.value_or(protocol::EventHead{});
    const Result<Millis> time = parse_rfc3339(head.time.value_or(""));
    Event event;
    event.id = EventId{head.id.value_or(
        fmt::format("redriven:{}:{}:{}", parked.record.topic, parked.record.partition, parked.record.offset))};
    event.type = head.type.value_or(type);
    event.source = head.source.value_or("operator");
    event.traceparent = head.traceparent.value_or("");
    event.time = time ? *time : parked.kept.time;
    return event;
}

} // namespace

void ParkedRecords::take(const StoredEvent& stored)
{
    const Event& event = stored.event;
    if (event.type == protocol::event_type::parked_settled) {
        const auto settled = protocol::decode<protocol::ParkedSettled>(event.data, nullptr, protocol::Unknown::ignore);
        if (!settled || !wanted_.contains(settled->record)) return;
        const ParkedState state = settled->outcome == "redriven" ? ParkedState::redriven : ParkedState::dropped;
        ParkedState& known = settled_.try_emplace(settled->record, state).first->second;
        known = std::max(known, state);
        if (const auto found = found_.find(settled->record); found != found_.end()) found->second.state = known;
    } else if (event.type == protocol::event_type::parked && wanted_.contains(event.id.value)) {
        const auto record = protocol::decode<protocol::ParkedRecord>(event.data, nullptr, protocol::Unknown::ignore);
        if (!record) return;
        const auto settled = settled_.find(event.id.value);
        found_[event.id.value] = {stored.topic, event, *record,
                                  settled == settled_.end() ? ParkedState::parked : settled->second};
    }
}

Result<Event> redriven_event(const Parked& parked, const std::string& type, std::int64_t max_replays, std::string& why)
{
    why.clear();
    const protocol::ParkedRecord& record = parked.record;
    Event event = completed(parked, type);
    if (record.event) {
        const Result<Millis> time = parse_rfc3339(record.event->time.value_or(""));
        const EventId id{record.event->id.value_or("")};
        if (protocol::times_redriven(id) >= max_replays) {
            why = fmt::format("it was redriven {} times and came back", protocol::times_redriven(id));
            return Errc::resource_exhausted;
        }
        event.id = protocol::next_redriven(id);
        event.type = record.event->type.value_or("");
        event.source = record.event->source.value_or("");
        event.traceparent = record.event->traceparent.value_or("");
        event.time = time ? *time : parked.kept.time;
    }
    const Result<std::string> key = text_of(record.key), value = text_of(record.value);
    if (event.type.empty())
        why = "it tells no type: give --type";
    else if (!key || !is_plain(*key))
        why = "its key is no text";
    else if (!value)
        why = "its value cannot be read";
    else
        (void)protocol::check_event(record.topic, event.type, *value, why);
    if (!why.empty()) return Errc::invalid_argument;
    event.subject = *key;
    event.data = *value;
    return event;
}

Event settled_event(const std::string& record, const std::string& event, Millis now)
{
    const std::string outcome = event.empty() ? "dropped" : "redriven";
    protocol::ParkedSettled settled{record, outcome, std::nullopt};
    if (!event.empty()) settled.event = event;
    Event told;
    told.id = EventId{outcome + ':' + record};
    told.type = protocol::event_type::parked_settled;
    told.source = "operator";
    told.subject = record;
    told.time = now;
    told.data = protocol::encode(settled);
    return told;
}

} // namespace harvest::cli::api
