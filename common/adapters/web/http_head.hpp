// The head of an HTTP/1.1 message (RFC 9112), read strictly: what two parsers could understand differently is refused.
// Hand-written: Beast's parser unfolds folded headers, takes equal lengths twice and hides both, and its fields
// allocate once a header.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::web {

struct HeadLimits {
    std::size_t bytes{16 * 1024};
    std::size_t headers{100};
    std::size_t target{8 * 1024};
};

// Why the adapter itself refuses a request: status and `code` of the problem it answers with. Status 0: no refusal.
struct Refusal {
    int status{};
    std::string_view code;
    std::string_view title;
    explicit operator bool() const { return status != 0; }
};
inline constexpr Refusal malformed{400, "http.malformed", "The request is not well-formed HTTP/1.1"};

struct HeaderView {
    std::string_view name; // as it came
    std::string_view value;
};

struct Head {
    std::string_view method, target; // of a request
    int status{};                    // of a response
    std::array<HeaderView, 100> headers;
    std::size_t header_count{};
    std::uint64_t content_length{};
    bool has_length{}, chunked{}, keep_alive{true}, expect_continue{}, has_encoding{}, upgrade{};
    std::string_view host;
};

// Finds the end of a head: 0 if more is needed. `scanned` carries on between calls on a growing buffer.
struct HeadScan {
    std::size_t scanned{};    // everything before was looked at
    std::size_t line_start{}; // of the line that `scanned` is in
    std::size_t lines{};
};
std::size_t find_head_end(std::string_view bytes, HeadScan& scan, const HeadLimits& limits, Refusal& refusal);

// Reads a whole head (as find_head_end measured it, its empty line included) into views of `bytes`.
Refusal parse_request_head(std::string_view bytes, const HeadLimits& limits, Head& head);
Refusal parse_response_head(std::string_view bytes, Head& head);

// Splits and decodes a request target: origin form, absolute form for our own host, or "*".
Refusal decode_target(const Head& head, std::string& path, std::string& query);

bool same_ignoring_case(std::string_view a, std::string_view b);
bool has_token(std::string_view list, std::string_view token); // in a comma-separated list, ignoring case
bool valid_utf8(std::string_view bytes);
int hex_value(char c); // -1: it is no digit

} // namespace harvest::web
