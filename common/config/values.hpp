// Text of one config value in and out: strict readers that name the reason, and the form that reads back the same.
#pragma once

#include "common/base/result.hpp"
#include "common/config/section.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace harvest::config {

// "5s", "250ms", "1h30m", "7d". Errors: invalid_argument.
Result<Millis> parse_duration(std::string_view text);
std::string duration_text(Millis length);

// "64MiB", "512KiB", "1GiB", "100B". Errors: invalid_argument.
Result<ByteSize> parse_size(std::string_view text);
std::string size_text(ByteSize size);

// Sets the field from one scalar; a list takes `a,b`. Gives the reason if it refuses, and then changes nothing.
std::optional<std::string> assign(const Field& field, std::string_view text);
// Replaces a list.
std::optional<std::string> assign_list(const Field& field, std::vector<std::string> items);

std::string value_text(const Field& field); // as YAML would say it; a secret as its reference
std::string_view type_name(const Field& field);
std::string range_text(const Field& field); // "1 to 65535", "10ms to 1h", empty if there is none

// What a reference stands for. Errors: not_found (no such file or variable), invalid_argument.
Result<std::string> resolve_secret(const SecretRef& secret);

} // namespace harvest::config
