// W3C Trace Context, level 1: "00-<trace id>-<span id>-<flags>".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harvest::telemetry {

struct TraceParent {
    std::string trace_id; // 32 hex digits, not all zero
    std::string span_id;  // 16 hex digits, not all zero
    bool sampled{};
    friend bool operator==(const TraceParent&, const TraceParent&) = default;
};

// Nothing if it is not valid; a version above 00 is read by its known beginning.
std::optional<TraceParent> parse_traceparent(std::string_view text);
std::string to_text(const TraceParent& parent);
// A new trace from 24 random bytes.
TraceParent make_traceparent(const std::array<std::uint8_t, 24>& random, bool sampled);
// The same trace, another span, from 8 random bytes.
TraceParent child_of(const TraceParent& parent, const std::array<std::uint8_t, 8>& random);

} // namespace harvest::telemetry
