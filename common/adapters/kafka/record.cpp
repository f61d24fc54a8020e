#include "common/adapters/kafka/record.hpp"

#include "common/base/encoding.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace harvest::kafka {
namespace {

std::string_view bytes_of(const void* data, std::size_t size)
{
    return data ? std::string_view(static_cast<const char*>(data), size) : std::string_view();
}

std::optional<std::string> header(const rd_kafka_headers_t* headers, const char* name)
{
    const void* value = nullptr;
    std::size_t size = 0;
    if (!headers || rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return std::string(bytes_of(value, size));
}

} // namespace

Headers headers_of(const Event& event)
{
    Headers headers(rd_kafka_headers_new(7));
    const auto add = [&headers](const char* name, const std::string& value) {
        rd_kafka_header_add(headers.get(), name, -1, value.data(), static_cast<ssize_t>(value.size()));
    };
    add("ce_specversion", "1.0");
    add("ce_id", event.id.value);
    add("ce_type", event.type);
    add("ce_source", event.source);
    add("ce_time", to_rfc3339(event.time));
    add("content-type", "application/json");
    if (!event.traceparent.empty()) add("traceparent", event.traceparent);
    return headers;
}

Result<StoredEvent> event_in(const rd_kafka_message_t& message, std::string topic, std::string& why)
{
    rd_kafka_headers_t* headers = nullptr; // they belong to the message
    (void)rd_kafka_message_headers(&message, &headers);
    const auto version = header(headers, "ce_specversion");
    auto id = header(headers, "ce_id"), type = header(headers, "ce_type"), source = header(headers, "ce_source");
    const Result<Millis> time = parse_rfc3339(header(headers, "ce_time").value_or(""));
    why = !version || *version != "1.0" ? "ce_specversion is not 1.0"
          : !id || id->empty()          ? "no ce_id"
          : !type || type->empty()      ? "no ce_type"
          : !source                     ? "no ce_source"
          : !time                       ? "ce_time is no time"
          : !message.payload            ? "no value"
                                        : "";
    if (!why.empty()) return Errc::data_loss;
    StoredEvent stored;
    stored.topic = std::move(topic);
    stored.partition = message.partition;
    stored.offset = message.offset;
    stored.event = {EventId{std::move(*id)},
                    std::move(*type),
                    std::move(*source),
                    std::string(bytes_of(message.key, message.key_len)),
                    header(headers, "traceparent").value_or(""),
                    *time,
                    std::string(bytes_of(message.payload, message.len))};
    return stored;
}

namespace {

// Of a header whatever is plain text of a sane length.
std::optional<std::string> readable(const rd_kafka_headers_t* headers, const char* name)
{
    constexpr std::size_t longest = 200;
    std::optional<std::string> text = header(headers, name);
    const bool plain = text && !text->empty() && text->size() <= longest &&
                       std::ranges::all_of(*text, [](char c) { return c >= ' ' && c <= '~'; });
    return plain ? text : std::nullopt;
}

std::optional<protocol::EventHead> remains_of(const rd_kafka_message_t& message)
{
    rd_kafka_headers_t* headers = nullptr; // they belong to the message
    (void)rd_kafka_message_headers(&message, &headers);
    protocol::EventHead head{readable(headers, "ce_id"), readable(headers, "ce_type"), readable(headers, "ce_source"),
                             readable(headers, "ce_time"), readable(headers, "traceparent")};
    if (!head.id && !head.type && !head.source && !head.time && !head.traceparent) return std::nullopt;
    return head;
}

} // namespace

Event parked_event(const rd_kafka_message_t& message, const std::string& topic, const std::string& group,
                   const std::string& why, Millis now)
{
    protocol::ParkedRecord parked{why, topic, message.partition,  message.offset, group, {},
                                  {},  {},    remains_of(message)};
    parked.key = to_base64url(as_bytes(bytes_of(message.key, message.key_len)));
    parked.value = to_base64url(as_bytes(bytes_of(message.payload, message.len)));
    Event event;
    event.id = {fmt::format("parked:{}:{}:{}", topic, message.partition, message.offset)};
    event.type = protocol::event_type::parked;
    event.source = group;
    event.subject = std::string(bytes_of(message.key, message.key_len));
    event.time = now;
    event.data = protocol::encode(parked);
    return event;
}

} // namespace harvest::kafka
