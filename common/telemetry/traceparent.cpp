#include "common/telemetry/traceparent.hpp"

#include "common/base/encoding.hpp"

#include <algorithm>

namespace harvest::telemetry {
namespace {

bool is_hex(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text)
{
    return text.find_first_not_of('0') == std::string_view::npos;
}

} // namespace

std::optional<TraceParent> parse_traceparent(std::string_view text)
{
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const std::string_view version = text.substr(0, 2), trace = text.substr(3, 32), span = text.substr(36, 16),
                           flags = text.substr(53, 2);
    if (!is_hex(version) || !is_hex(trace) || !is_hex(span) || !is_hex(flags) || version == "ff") return std::nullopt;
    if (version == "00" ? text.size() != 55 : text.size() > 55 && text[55] != '-') return std::nullopt;
    if (is_zero(trace) || is_zero(span)) return std::nullopt;
    const char low = flags[1];
    const int digit = low <= '9' ? low - '0' : low - 'a' + 10;
    return TraceParent{std::string(trace), std::string(span), (digit & 1) != 0};
}

std::string to_text(const TraceParent& parent)
{
    return "00-" + parent.trace_id + '-' + parent.span_id + (parent.sampled ? "-01" : "-00");
}

TraceParent make_traceparent(const std::array<std::uint8_t, 24>& random, bool sampled)
{
    std::array<std::uint8_t, 24> bytes = random;
    bytes[0] |= 1; // never all zero
    bytes[16] |= 1;
    const ByteView view(bytes);
    return {to_hex(view.first(16)), to_hex(view.subspan(16)), sampled};
}

TraceParent child_of(const TraceParent& parent, const std::array<std::uint8_t, 8>& random)
{
    std::array<std::uint8_t, 8> bytes = random;
    bytes[0] |= 1;
    return {parent.trace_id, to_hex(bytes), parent.sampled};
}

} // namespace harvest::telemetry
