// The JSON Schemas of config/schemas/events, part of the binary: one for each type of event and version.
#pragma once

#include "common/protocol/json.hpp"

#include <span>

namespace harvest::protocol {

struct EventSchema {
    std::string type, topic;    // topic "*.parked": in that of any topic
    boost::json::object schema; // of `data`
};

// By type.
std::span<const EventSchema> event_schemas();
const EventSchema* find_event_schema(std::string_view type);

// Errors: invalid_argument; `why` says what is wrong with the type, its topic, or a member of its data.
Result<void> check_event(std::string_view topic, std::string_view type, std::string_view data, std::string& why);

} // namespace harvest::protocol
