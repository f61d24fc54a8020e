#include "common/adapters/web/http_head.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace harvest::web {
namespace {

constexpr Refusal head_too_large{431, "http.headers_too_large", "The request headers are too large"};
constexpr Refusal target_too_long{414, "http.target_too_long", "The request target is too long"};

constexpr std::array<bool, 256> make_token_table()
{
    std::array<bool, 256> table{};
    for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
    for (int c = 'a'; c <= 'z'; ++c)
        table[static_cast<std::size_t>(c)] = table[static_cast<std::size_t>(c - 'a' + 'A')] = true;
    for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto token_table = make_token_table();

bool is_token(std::string_view text)
{
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

bool is_field_text(std::string_view text)
{
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F) return false;
    }
    return true;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_host(std::string_view text)
{
    if (text.empty() || text.size() > 255) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        const char l = lower(c);
        return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':' ||
               c == '[' || c == ']' || c == '%';
    });
}

// What framing and routing depend on; everything else is left to the handler.
struct Special {
    int lengths{}, encodings{}, hosts{};
};

Refusal note_header(const HeaderView& header, Head& head, Special& seen)
{
    const auto is = [&](std::string_view name) { return same_ignoring_case(header.name, name); };
    switch (header.name.size()) {
    case 4:
        if (is("host")) {
            if (++seen.hosts > 1 || !is_host(header.value)) return malformed;
            head.host = header.value;
        }
        break;
    case 6:
        if (is("expect")) {
            if (!same_ignoring_case(header.value, "100-continue"))
                return {417, "http.expectation_failed", "The expectation cannot be met"};
            head.expect_continue = true;
        }
        break;
    case 10:
        if (is("connection")) {
            if (has_token(header.value, "close")) head.keep_alive = false;
            if (has_token(header.value, "upgrade")) head.upgrade = true;
        }
        break;
    case 14:
        if (is("content-length")) {
            const auto* end = header.value.data() + header.value.size();
            const auto read = std::from_chars(header.value.data(), end, head.content_length);
            if (++seen.lengths > 1 || header.value.empty() || read.ec != std::errc() || read.ptr != end)
                return malformed;
            head.has_length = true;
        }
        break;
    case 16:
        if (is("content-encoding") && !same_ignoring_case(header.value, "identity")) head.has_encoding = true;
        break;
    case 17:
        if (is("transfer-encoding")) {
            if (++seen.encodings > 1) return malformed;
            if (!same_ignoring_case(header.value, "chunked"))
                return {501, "http.transfer_encoding", "This transfer encoding is not supported"};
            head.chunked = true;
        }
        break;
    default:
        break;
    }
    return {};
}

Refusal parse_headers(std::string_view lines, std::size_t max_headers, Head& head, Special& seen)
{
    head.header_count = 0;
    while (lines.size() > 2) { // the empty line ends it
        const std::size_t end = lines.find('\r');
        if (end == std::string_view::npos || end + 1 >= lines.size() || lines[end + 1] != '\n') return malformed;
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(end + 2);
        if (head.header_count == std::min(max_headers, head.headers.size())) return head_too_large;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return malformed;
        HeaderView& header = head.headers[head.header_count++];
        header = {line.substr(0, colon), trim(line.substr(colon + 1))};
        if (!is_token(header.name) || !is_field_text(header.value)) return malformed; // a folded line has no name
        if (const Refusal refusal = note_header(header, head, seen)) return refusal;
    }
    if (lines != "\r\n" || (seen.lengths > 0 && seen.encodings > 0)) return malformed;
    return {};
}

void reset(Head& head)
{
    head.method = head.target = head.host = {};
    head.status = 0;
    head.content_length = 0;
    head.has_length = head.chunked = head.expect_continue = head.has_encoding = head.upgrade = false;
    head.keep_alive = true;
}

// Removes "https://authority" of an absolute target; the authority must be the Host that was named too.
Refusal to_origin_form(const Head& head, std::string_view& target)
{
    const std::size_t scheme = target.find("://");
    const std::string_view name = target.substr(0, scheme);
    if (scheme == std::string_view::npos || !(same_ignoring_case(name, "https") || same_ignoring_case(name, "http")))
        return malformed;
    target.remove_prefix(scheme + 3);
    const std::size_t slash = std::min(target.find_first_of("/?"), target.size());
    if (!same_ignoring_case(target.substr(0, slash), head.host)) return malformed;
    target.remove_prefix(slash);
    return {};
}

bool has_dot_segment(std::string_view path)
{
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at + 1), path.size());
        const std::string_view segment = path.substr(at + 1, end - at - 1);
        if (segment == "." || segment == "..") return true;
        at = end;
    }
    return false;
}

} // namespace

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool same_ignoring_case(std::string_view a, std::string_view b)
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool has_token(std::string_view list, std::string_view token)
{
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (same_ignoring_case(trim(list.substr(0, comma)), token)) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

bool valid_utf8(std::string_view bytes)
{
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    const auto* const end = at + bytes.size();
    while (at < end) {
        std::uint64_t word = 0;
        if (end - at >= 8) { // eight ASCII characters at once
            std::memcpy(&word, at, 8);
            if ((word & 0x8080808080808080ULL) == 0) {
                at += 8;
                continue;
            }
        }
        const unsigned lead = *at++;
        if (lead < 0x80) continue;
        const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (lead < 0xC2 || lead > 0xF4 || end - at < more) return false;
        const unsigned second = *at;
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second > 0x8F))
            return false;
        for (int i = 0; i < more; ++i)
            if ((*at++ & 0xC0) != 0x80) return false;
    }
    return true;
}

std::size_t find_head_end(std::string_view bytes, HeadScan& scan, const HeadLimits& limits, Refusal& refusal)
{
    while (scan.scanned < bytes.size()) {
        const auto* found =
            static_cast<const char*>(std::memchr(bytes.data() + scan.scanned, '\n', bytes.size() - scan.scanned));
        if (!found) break;
        const auto at = static_cast<std::size_t>(found - bytes.data());
        if (at == scan.line_start || bytes[at - 1] != '\r') {
            refusal = malformed; // a bare line feed
            return 0;
        }
        const bool empty = at == scan.line_start + 1;
        scan.scanned = scan.line_start = at + 1;
        if (scan.scanned > limits.bytes) break;
        if (empty && scan.lines > 0) return scan.scanned;
        if (empty) {
            refusal = malformed;
            return 0;
        }
        if (++scan.lines > limits.headers + 1) {
            refusal = head_too_large;
            return 0;
        }
    }
    scan.scanned = std::max(scan.scanned, bytes.size());
    if (scan.scanned >= limits.bytes) refusal = scan.lines == 0 ? target_too_long : head_too_large;
    return 0;
}

Refusal parse_request_head(std::string_view bytes, const HeadLimits& limits, Head& head)
{
    reset(head);
    const std::size_t line_end = bytes.find('\r');
    if (line_end == std::string_view::npos || line_end + 1 >= bytes.size() || bytes[line_end + 1] != '\n')
        return malformed;
    std::string_view line = bytes.substr(0, line_end);
    const std::size_t space = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (space == std::string_view::npos || last <= space) return malformed;
    head.method = line.substr(0, space);
    head.target = line.substr(space + 1, last - space - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(head.method)) return malformed;
    if (head.target.size() > limits.target) return target_too_long;
    if (head.target.empty() ||
        !std::all_of(head.target.begin(), head.target.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
        return malformed;
    if (version != "HTTP/1.1") {
        const bool other = version.size() == 8 && version.substr(0, 5) == "HTTP/";
        return other ? Refusal{505, "http.version", "Only HTTP/1.1 is spoken here"} : malformed;
    }
    Special seen;
    if (const Refusal refusal = parse_headers(bytes.substr(line_end + 2), limits.headers, head, seen)) return refusal;
    return seen.hosts == 1 ? Refusal{} : malformed;
}

Refusal parse_response_head(std::string_view bytes, Head& head)
{
    reset(head);
    const std::size_t line_end = bytes.find('\r');
    if (line_end == std::string_view::npos || line_end + 1 >= bytes.size() || bytes[line_end + 1] != '\n')
        return malformed;
    const std::string_view line = bytes.substr(0, line_end);
    if (line.size() < 12 || line.substr(0, 9) != "HTTP/1.1 " || (line.size() > 12 && line[12] != ' ')) return malformed;
    for (const char c : line.substr(9, 3)) {
        if (c < '0' || c > '9') return malformed;
        head.status = head.status * 10 + (c - '0');
    }
    Special seen;
    return parse_headers(bytes.substr(line_end + 2), head.headers.size(), head, seen);
}

Refusal decode_target(const Head& head, std::string& path, std::string& query)
{
    std::string_view target = head.target;
    if (target == "*") {
        if (head.method != "OPTIONS") return malformed;
        path = "*";
        return {};
    }
    if (target.front() != '/') {
        if (const Refusal refusal = to_origin_form(head, target)) return refusal;
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    if (target.find('#') != std::string_view::npos) return malformed;
    query.assign(target.substr(std::min(mark + 1, target.size())));
    const std::string_view raw = target.substr(0, mark);
    path.clear();
    path.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] == '\\') return malformed;
        if (raw[at] != '%') {
            path.push_back(raw[at]);
            continue;
        }
        const int high = at + 2 < raw.size() ? hex_value(raw[at + 1]) : -1;
        const int low = at + 2 < raw.size() ? hex_value(raw[at + 2]) : -1;
        const int byte = high * 16 + low;
        // An encoded slash, backslash or control character would mean one path here and another elsewhere.
        if (high < 0 || low < 0 || byte < 0x20 || byte == 0x7F || byte == '/' || byte == '\\') return malformed;
        path.push_back(static_cast<char>(byte));
        at += 2;
    }
    if (path.empty()) path = "/";
    return has_dot_segment(path) || !valid_utf8(path) ? malformed : Refusal{};
}

} // namespace harvest::web
