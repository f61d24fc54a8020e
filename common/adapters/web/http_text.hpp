// The fixed texts of HTTP: reason phrases, numbers, problem bodies (RFC 9457).
#pragma once

#include "common/adapters/web/http_head.hpp"
#include "common/ports/http.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::web {

std::string_view reason_of(int status);
bool carries_line_break(std::string_view text); // a header value with one would begin another header
void append_number(std::string& out, std::uint64_t number);
// Headers with a line break are left out; 204 and 304 have no body.
void append_response(std::string& out, const HttpResponse& response, std::string_view date, bool keep_alive,
                     bool head_only);
std::string problem_body(const Refusal& refusal);
// A whole response that refuses and closes; `headers` are lines that end in CRLF.
std::string refusal_response(const Refusal& refusal, std::string_view headers);

} // namespace harvest::web
