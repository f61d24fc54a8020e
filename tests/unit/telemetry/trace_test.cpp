#include "common/telemetry/otlp.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <random>

using namespace harvest::telemetry;

namespace {

const std::string known_text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::array<std::uint8_t, 24> counted()
{
    std::array<std::uint8_t, 24> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i + 1);
    return out;
}

Trace unsampled(std::mt19937_64& chance)
{
    std::array<std::uint8_t, 24> random{};
    for (std::uint8_t& byte : random) byte = static_cast<std::uint8_t>(chance());
    return continue_trace("", random);
}

} // namespace

TEST_CASE("traceparent as the W3C has it", "[trace]")
{
    CHECK(is_traceparent(known_text));
    CHECK(is_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"));
    for (const char* bad : {"", "x", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
                            "-------------------------------------------------------"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_traceparent(bad));
    }
}

TEST_CASE("a trace goes on with a span of ours; a bad one is begun anew", "[trace]")
{
    const Trace known = continue_trace(known_text, counted());
    CHECK(known.traceparent == "00-4bf92f3577b34da6a3ce929d0e0e4736-1112131415161718-01");
    CHECK(known.id() == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(known.span() == "1112131415161718");
    CHECK(known.parent == "00f067aa0ba902b7");
    CHECK(known.sampled());
    const Trace later = continue_trace("cc" + known_text.substr(2) + "-what-comes", counted());
    CHECK(later.traceparent == known.traceparent);
    const Trace fresh = continue_trace("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", counted());
    CHECK(fresh.traceparent == "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-00");
    CHECK(fresh.parent.empty());
    CHECK_FALSE(fresh.sampled());
    const Trace zero = continue_trace("", {});
    CHECK(is_traceparent(zero.traceparent));
}

TEST_CASE("the sampled flag is the lowest bit of two hex digits", "[trace]")
{
    for (int flags = 0; flags < 256; ++flags) {
        constexpr std::string_view digits = "0123456789abcdef";
        const std::string text = known_text.substr(0, 53) + digits[static_cast<std::size_t>(flags) / 16] +
                                 digits[static_cast<std::size_t>(flags) % 16];
        CHECK(continue_trace(text, counted()).sampled() == (flags % 2 == 1));
    }
}

TEST_CASE("one trace in so many is kept, by its id alone; failures and what a client sampled always", "[trace]")
{
    std::mt19937_64 chance(7);
    Spans every(true, 1, 10), some(true, 4, 10), same(true, 4, 10), none(true, 0, 10), off;
    int kept = 0;
    for (int i = 0; i < 4'000; ++i) {
        const Trace trace = unsampled(chance);
        kept += some.wants(trace, false) ? 1 : 0;
        CHECK(some.wants(trace, false) == same.wants(continue_trace(trace.traceparent, counted()), false));
        CHECK(every.wants(trace, false));
        CHECK_FALSE(none.wants(trace, false));
        CHECK(none.wants(trace, true));
        CHECK_FALSE(off.wants(trace, true));
    }
    CHECK(kept > 850);
    CHECK(kept < 1'150);
    CHECK(none.wants(continue_trace(known_text, counted()), false));
    CHECK_FALSE(off.on());
}

TEST_CASE("spans beyond the room are dropped and counted, the others leave in order", "[trace]")
{
    Spans spans(true, 1, 3);
    for (int i = 0; i < 5; ++i) {
        Span span;
        span.name = std::to_string(i);
        spans.add(span);
    }
    CHECK(spans.size() == 3);
    CHECK(spans.dropped() == 2);
    std::string order;
    for (const Span& span : spans.take(2)) order += span.name;
    for (const Span& span : spans.take(2)) order += span.name;
    CHECK(order == "012");
    CHECK(spans.take(2).empty());
    spans.add({});
    CHECK(spans.size() == 1);
    CHECK(spans.dropped() == 2);
}

TEST_CASE("OTLP as its JSON mapping has it", "[trace]")
{
    Span asked;
    asked.trace = continue_trace(known_text, counted());
    asked.daemon = "gateway-0";
    asked.name = "GET /v1/account";
    asked.kind = SpanKind::server;
    asked.begun = 1'544'712'660'000'000'123;
    asked.ended = 1'544'712'661'000'000'456;
    asked.attributes = {{"http.route", "/v1/\"x\"\n"}};
    Span failed = asked;
    failed.trace = continue_trace("", counted());
    failed.daemon = "auth-1";
    failed.kind = SpanKind::client;
    failed.attributes.clear();
    failed.error = "a dependency does not answer";
    const std::vector<Span> spans{asked, failed, asked};

    const auto body = boost::json::parse(to_otlp({"1.2.3", "node1"}, spans)).as_object();
    const auto& resources = body.at("resourceSpans").as_array();
    REQUIRE(resources.size() == 2);
    const auto attribute = [](const boost::json::value& of, std::string_view key) {
        for (const auto& each : of.at("attributes").as_array())
            if (each.at("key").as_string() == key) return std::string(each.at("value").at("stringValue").as_string());
        return std::string("?");
    };
    const auto& auth = resources[0];
    CHECK(attribute(auth.at("resource"), "service.name") == "auth");
    CHECK(attribute(auth.at("resource"), "service.instance.id") == "auth-1");
    CHECK(attribute(auth.at("resource"), "service.version") == "1.2.3");
    CHECK(attribute(auth.at("resource"), "host.name") == "node1");
    const auto& broken = auth.at("scopeSpans").at(0).at("spans").at(0).as_object();
    CHECK_FALSE(broken.contains("parentSpanId"));
    CHECK_FALSE(broken.contains("attributes"));
    CHECK(broken.at("kind").as_int64() == 3);
    CHECK(broken.at("status").at("code").as_int64() == 2);
    const auto& its = resources[1].at("scopeSpans").at(0).at("spans").as_array();
    REQUIRE(its.size() == 2);
    const auto& span = its[0].as_object();
    CHECK(span.at("traceId").as_string() == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(span.at("spanId").as_string() == "1112131415161718");
    CHECK(span.at("parentSpanId").as_string() == "00f067aa0ba902b7");
    CHECK(span.at("kind").as_int64() == 2);
    CHECK(span.at("startTimeUnixNano").as_string() == "1544712660000000123");
    CHECK(span.at("endTimeUnixNano").as_string() == "1544712661000000456");
    CHECK(attribute(span, "http.route") == "/v1/\"x\"\n");
    CHECK_FALSE(span.contains("status"));
}
