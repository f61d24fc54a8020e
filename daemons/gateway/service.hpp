// What the gateway decides without ports: paths, origins, traces, the text of limits.
#pragma once

#include "common/base/result.hpp"
#include "common/ports/rate_limit.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace harvest::gateway {

// Does `path` fit "/v1/decks/{id}"? Gives what stands for the braces; empty text is no fit. One variable a pattern.
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path);

// The token of "Authorization: Bearer …" (RFC 6750), empty if there is none.
std::string_view bearer_token(std::string_view authorization);

// Is this JSON by its name? Parameters may follow.
bool is_json_type(std::string_view content_type);

// The name of a group: 3 to 30 ASCII letters, digits, single spaces, - and ' . Errors: group.bad_name.
Result<void> check_group_name(std::string_view name);
// What a group says of itself: at most 200 bytes of UTF-8 without control characters. Errors: group.bad_about.
Result<void> check_group_about(std::string_view about);

bool origin_allowed(std::string_view origin, std::span<const std::string> allowed);

// RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers): seconds, rounded up.
std::string rate_policy(std::string_view name, const RateRule& rule);
std::string rate_state(std::string_view name, const RateDecision& decision);
std::int64_t whole_seconds(Millis length);

} // namespace harvest::gateway
