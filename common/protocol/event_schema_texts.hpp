// The files of config/schemas/events as they are.
#pragma once

#include <span>
#include <string_view>

namespace harvest::protocol {

std::span<const std::string_view> event_schema_texts();

} // namespace harvest::protocol
