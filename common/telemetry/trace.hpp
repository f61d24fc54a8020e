// W3C Trace Context, level 1: "00-<trace id>-<span id>-<flags>", and what was done within a trace.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harvest::telemetry {

// A place in a trace: a span of ours, under the one that asked for it.
struct Trace {
    std::string traceparent; // to send on
    std::string parent{};    // span id of who asked; empty: the trace begins here

    std::string_view id() const { return std::string_view(traceparent).substr(3, 32); }
    std::string_view span() const { return std::string_view(traceparent).substr(36, 16); }
    bool sampled() const { return std::string_view("13579bdf").find(traceparent.back()) != std::string_view::npos; }
};

bool is_traceparent(std::string_view text); // a version above 00 is read by its known beginning
// The trace goes on with a new span; where the text is none, a trace begins. Of the random bytes 16 are for the trace.
Trace continue_trace(std::string_view traceparent, const std::array<std::uint8_t, 24>& random);

enum class SpanKind { server = 2, client = 3, consumer = 5 }; // numbers of OTLP

// One piece of work, as OpenTelemetry describes it.
struct Span {
    Trace trace;
    std::string daemon; // slot that did it: "gateway-0"
    std::string name;   // "GET /v1/account": never a player's id
    SpanKind kind{};
    std::int64_t begun{}, ended{}; // unix_nanoseconds()
    std::vector<std::pair<std::string, std::string>> attributes{};
    std::string error{}; // what failed on our side; empty: nothing
};

// For figures alone, finer than Clock: nothing is decided by it.
std::int64_t unix_nanoseconds();

// Spans on their way out. Bounded: with no room left a new one is dropped and counted. For any thread.
class Spans {
public:
    Spans() = default; // off: wants none
    // Of the traces that nobody has decided on, one of `one_in` is kept (all processes choose the same); 0: none. What
    // failed is kept always.
    Spans(bool on, std::uint64_t one_in, std::size_t room) : on_(on), one_in_(one_in), room_(room) {}

    bool on() const { return on_; }
    bool wants(const Trace& trace, bool failed) const;
    void add(Span span);
    std::vector<Span> take(std::size_t most); // the oldest first
    std::size_t size() const;
    std::uint64_t dropped() const { return dropped_; }

private:
    bool on_ = false;
    std::uint64_t one_in_ = 0;
    std::size_t room_ = 0;
    mutable std::mutex mutex_;
    std::vector<Span> spans_;
    std::atomic<std::uint64_t> dropped_{0};
};

} // namespace harvest::telemetry
