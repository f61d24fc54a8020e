#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/otlp/exporter.hpp"
#include "common/adapters/otlp/traced_event_log.hpp"
#include "common/adapters/otlp/traced_rpc.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <deque>
#include <optional>

namespace harvest {
namespace {

using namespace std::chrono_literals;
using telemetry::Span;
using telemetry::SpanKind;
using telemetry::Spans;

const std::string asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

// A collector made to order: takes each request as the next outcome says, the last one for ever.
class Collector final : public HttpClients {
public:
    std::deque<Result<int>> outcomes{200};
    std::vector<std::string> bodies;

    std::unique_ptr<HttpClient> make(HttpTarget) override { return std::make_unique<Client>(*this); }

private:
    class Client final : public HttpClient {
    public:
        explicit Client(Collector& collector) : collector_(collector) {}
        AsyncResult<HttpResponse> send(HttpRequest request, Deadline) override
        {
            CHECK(request.method == "POST");
            CHECK(request.path == "/v1/traces");
            CHECK(request.header("content-type") == "application/json");
            collector_.bodies.push_back(std::move(request.body));
            const Result<int> outcome = collector_.outcomes.front();
            if (collector_.outcomes.size() > 1) collector_.outcomes.pop_front();
            if (!outcome) co_return outcome.error();
            HttpResponse response;
            response.status = *outcome;
            co_return response;
        }

    private:
        Collector& collector_;
    };
};

struct Exporting {
    Exporting()
    {
        auto mine = std::make_unique<Collector>();
        collector = mine.get();
        otlp::ExporterConfig config;
        config.path = "/v1/traces";
        config.batch = 10;
        config.timeout = 4s;
        exporter = std::make_unique<otlp::Exporter>(std::move(config), std::move(mine), spans, clock, io.get_executor(),
                                                    metrics);
        asio::co_spawn(io, exporter->run(), [this](std::exception_ptr) { ended = true; });
        turn();
    }
    ~Exporting() { stop(); }

    void stop()
    {
        exporter->stop();
        while (!ended) {
            turn();
            clock.advance_to_next();
        }
    }
    void turn()
    {
        io.restart();
        io.poll();
    }
    void pass(Millis length)
    {
        for (Millis left = length; left > 0ms; left -= 100ms) {
            clock.advance(100ms);
            turn();
        }
    }
    void add(int count)
    {
        for (int i = 0; i < count; ++i) {
            Span span;
            span.trace = telemetry::continue_trace(asked, {});
            span.daemon = "auth-0";
            spans.add(std::move(span));
        }
    }
    std::string figure(const std::string& name) const
    {
        const std::string text = metrics.exposition();
        const std::size_t at = text.find("\n" + name + " ");
        return at == std::string::npos
                   ? ""
                   : text.substr(at + name.size() + 2, text.find('\n', at + 1) - at - name.size() - 2);
    }

    asio::io_context io{1};
    memory::ManualClock clock;
    telemetry::Metrics metrics;
    Spans spans{true, 1, 100};
    Collector* collector = nullptr;
    std::unique_ptr<otlp::Exporter> exporter;
    bool ended = false;
};

TEST_CASE("spans leave in batches, at once when one is full and else after a while", "[otlp]")
{
    Exporting world;
    world.add(3);
    world.pass(2s);
    CHECK(world.collector->bodies.empty());
    world.pass(4s);
    CHECK(world.collector->bodies.size() == 1);
    world.add(25);
    world.pass(1s);
    CHECK(world.collector->bodies.size() == 3);
    CHECK(world.spans.size() == 5);
    world.stop();
    CHECK(world.collector->bodies.size() == 4); // nothing stays behind
    CHECK(world.figure("harvest_runtime_spans_exported_total") == "28");
}

TEST_CASE("a collector that is away is asked again until the deadline, then the batch is lost and counted", "[otlp]")
{
    Exporting world;
    world.collector->outcomes = {make_error_code(Errc::unavailable), 503, 200};
    world.add(10);
    world.pass(3s);
    CHECK(world.collector->bodies.size() == 3);
    CHECK(world.figure("harvest_runtime_spans_exported_total") == "10");

    world.collector->outcomes = {429};
    world.add(10);
    world.pass(8s);
    CHECK(world.figure(R"(harvest_runtime_spans_dropped_total{reason="collector"})") == "10");
    const std::size_t tries = world.collector->bodies.size() - 3;
    CHECK(tries >= 3);
    CHECK(tries <= 5);
}

TEST_CASE("what a collector refuses is not sent again, and what finds no room is counted", "[otlp]")
{
    Exporting world;
    world.collector->outcomes = {400};
    world.add(10);
    world.pass(5s);
    CHECK(world.collector->bodies.size() == 1);
    CHECK(world.figure(R"(harvest_runtime_spans_dropped_total{reason="collector"})") == "10");
    world.add(130);
    world.pass(1s);
    CHECK(world.figure(R"(harvest_runtime_spans_dropped_total{reason="full"})") == "30");
}

struct Calling {
    template <class Value>
    Result<Value> wait(AsyncResult<Value> call)
    {
        std::optional<Result<Value>> out;
        asio::co_spawn(io, std::move(call),
                       [&out](std::exception_ptr, Result<Value> value) { out = std::move(value); });
        io.restart();
        while (!out) io.run_one();
        return std::move(*out);
    }
    Result<std::string> ask(std::string method, std::string traceparent)
    {
        RpcRequest request{"match", {}, std::move(method), "{}", std::move(traceparent), clock.after(1s)};
        return wait(caller.call(std::move(request)));
    }

    asio::io_context io{1};
    memory::ManualClock clock;
    memory::SeededEntropy entropy{3};
    Spans spans{true, 0, 100};
    local::LocalRpc rpc{clock};
    otlp::TracedRpc caller{"gateway-0", rpc, spans, entropy}, middle{"match-0", rpc, spans, entropy},
        callee{"auth-0", rpc, spans, entropy};
};

TEST_CASE("calls through daemons are one trace, each span under the one that asked", "[otlp]")
{
    Calling world;
    world.middle.serve("match", "match-0", world.io.get_executor(), [&](RpcRequest request) {
        RpcRequest further{"auth", {}, "sign", request.body, request.traceparent, request.by};
        return world.middle.call(std::move(further));
    });
    world.callee.serve("auth", "auth-0", world.io.get_executor(),
                       [](RpcRequest request) -> AsyncResult<std::string> { co_return request.traceparent; });
    const Result<std::string> heard = world.ask("place", asked);
    REQUIRE(heard);
    world.middle.withdraw("match", "match-0");
    world.callee.withdraw("auth", "auth-0");

    const std::vector<Span> spans = world.spans.take(100); // the innermost ends first
    REQUIRE(spans.size() == 4);
    const std::array names{"auth.sign", "auth.sign", "match.place", "match.place"};
    const std::array daemons{"auth-0", "match-0", "match-0", "gateway-0"};
    const std::array kinds{SpanKind::server, SpanKind::client, SpanKind::server, SpanKind::client};
    for (std::size_t i = 0; i < spans.size(); ++i) {
        CHECK(spans[i].name == names[i]);
        CHECK(spans[i].daemon == daemons[i]);
        CHECK(spans[i].kind == kinds[i]);
        CHECK(spans[i].trace.id() == asked.substr(3, 32));
        CHECK(spans[i].begun <= spans[i].ended);
        CHECK(spans[i].trace.parent == (i + 1 < spans.size() ? spans[i + 1].trace.span() : asked.substr(36, 16)));
    }
    CHECK(*heard == spans[0].trace.traceparent); // what it calls and tells goes on from there
}

TEST_CASE("a failure on our side leaves spans that nobody had asked for; a refusal does not", "[otlp]")
{
    Calling world;
    Error outcome = make_error_code(Errc::not_found);
    world.middle.serve("match", "match-0", world.io.get_executor(),
                       [&](RpcRequest) -> AsyncResult<std::string> { co_return outcome; });
    const std::string unasked = asked.substr(0, 53) + "00";
    CHECK(world.ask("get", unasked).error() == Errc::not_found);
    CHECK(world.spans.size() == 0);
    outcome = make_error_code(Errc::internal);
    CHECK(world.ask("get", unasked).error() == Errc::internal);
    CHECK(world.ask("get", "").error() == Errc::internal); // no part of any trace
    world.middle.withdraw("match", "match-0");
    const std::vector<Span> spans = world.spans.take(10);
    REQUIRE(spans.size() == 2);
    for (const Span& span : spans) CHECK_FALSE(span.error.empty());
}

} // namespace
} // namespace harvest
