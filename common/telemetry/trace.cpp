#include "common/telemetry/trace.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

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

bool is_traceparent(std::string_view text)
{
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    const std::string_view version = text.substr(0, 2), trace = text.substr(3, 32), span = text.substr(36, 16);
    if (!is_hex(version) || !is_hex(trace) || !is_hex(span) || !is_hex(text.substr(53, 2)) || version == "ff")
        return false;
    if (version == "00" ? text.size() != 55 : text.size() > 55 && text[55] != '-') return false;
    return !is_zero(trace) && !is_zero(span);
}

Trace continue_trace(std::string_view traceparent, const std::array<std::uint8_t, 24>& random)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const bool known = is_traceparent(traceparent);
    Trace trace;
    trace.traceparent = known ? traceparent.substr(0, 55) : "00-00000000000000000000000000000000-0000000000000000-00";
    if (known) {
        trace.parent = traceparent.substr(36, 16);
        trace.traceparent[0] = trace.traceparent[1] = '0'; // we speak this version
    }
    std::size_t at = known ? 36 : 3;
    for (std::size_t i = known ? 16 : 0; i < random.size(); ++i) {
        if (trace.traceparent[at] == '-') ++at;
        trace.traceparent[at++] = digits[random[i] >> 4];
        trace.traceparent[at++] = digits[random[i] & 15];
    }
    // All zero is no id.
    if (is_zero(trace.id())) trace.traceparent[34] = '1';
    if (is_zero(trace.span())) trace.traceparent[51] = '1';
    return trace;
}

std::int64_t unix_nanoseconds()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

bool Spans::wants(const Trace& trace, bool failed) const
{
    if (!on_) return false;
    if (failed || trace.sampled() || one_in_ == 1) return true;
    if (one_in_ == 0) return false;
    const std::string_view low = trace.id().substr(16);
    std::uint64_t chance{};
    std::from_chars(low.data(), low.data() + low.size(), chance, 16);
    return chance % one_in_ == 0;
}

void Spans::add(Span span)
{
    const std::scoped_lock lock(mutex_);
    if (spans_.size() >= room_)
        ++dropped_;
    else
        spans_.push_back(std::move(span));
}

std::vector<Span> Spans::take(std::size_t most)
{
    const std::scoped_lock lock(mutex_);
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, spans_.size()));
    std::vector<Span> out(std::make_move_iterator(spans_.begin()), std::make_move_iterator(spans_.begin() + count));
    spans_.erase(spans_.begin(), spans_.begin() + count);
    return out;
}

std::size_t Spans::size() const
{
    const std::scoped_lock lock(mutex_);
    return spans_.size();
}

} // namespace harvest::telemetry
