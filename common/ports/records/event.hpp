// CloudEvents 1.0 as we keep them: ids only, no personal data; `data` is a JSON document of the type's schema.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest {

struct Event {
    EventId id;
    std::string type;    // "harvest.game.match.ended.v1"
    std::string source;  // "instance-0"
    std::string subject; // the key that orders: a player, match or channel
    std::string traceparent;
    Millis time{};
    std::string data;
};

// An event to be written in the transaction of its cause.
struct OutboxEvent {
    std::string topic; // "harvest.game"
    Event event;
};

// Of every topic, unless it was made with another number; a key's events stay in one. Stored data depends on both.
inline constexpr std::int32_t event_partitions = 4;

// FNV-1a of the key.
inline std::int32_t partition_of(std::string_view key, std::int32_t partitions = event_partitions)
{
    std::uint32_t hash = 0x811c9dc5U;
    for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
    return static_cast<std::int32_t>(hash % static_cast<std::uint32_t>(partitions));
}

struct StoredEvent {
    std::string topic;
    std::int32_t partition{};
    std::int64_t offset{};
    Event event;
};

} // namespace harvest
