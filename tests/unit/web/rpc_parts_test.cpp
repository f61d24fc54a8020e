#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/web/rpc_breaker.hpp"
#include "common/adapters/web/rpc_targets.hpp"
#include "common/adapters/web/rpc_wire.hpp"
#include "tests/support/catch_result.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::web;

namespace {

RpcRequest request_of(std::string daemon, std::string id, std::string method)
{
    return {std::move(daemon), std::move(id), std::move(method), "{}", "00-trace", {}};
}

HttpRequest received(std::string path, std::string left)
{
    HttpRequest out;
    out.method = "POST";
    out.path = std::move(path);
    out.headers.emplace_back("x-deadline-ms", std::move(left));
    return out;
}

std::shared_ptr<RpcTarget> target_of(std::string host, std::string id = {})
{
    auto target = std::make_shared<RpcTarget>();
    target->host = std::move(host);
    target->id = std::move(id);
    return target;
}

} // namespace

TEST_CASE("A breaker opens after failures in a row, and its probes come ever later", "[web][rpc]")
{
    Breaker breaker({.failures = 3, .first_wait = 100ms, .longest_wait = 300ms});
    const auto fail_at = [&breaker](Millis now) {
        REQUIRE(breaker.begin(now));
        breaker.failed(now);
    };
    fail_at(0ms);
    fail_at(0ms);
    REQUIRE(breaker.begin(0ms));
    breaker.succeeded(); // not in a row
    fail_at(0ms);
    fail_at(0ms);
    CHECK(breaker.state() == Breaker::State::closed);
    fail_at(0ms);
    CHECK(breaker.state() == Breaker::State::open);
    CHECK_FALSE(breaker.begin(99ms));

    REQUIRE(breaker.begin(100ms)); // the probe
    CHECK(breaker.state() == Breaker::State::half_open);
    CHECK_FALSE(breaker.begin(100ms)); // only one at a time
    breaker.failed(100ms);
    CHECK_FALSE(breaker.begin(299ms)); // 200 ms now
    fail_at(300ms);
    CHECK_FALSE(breaker.begin(599ms)); // 300 ms, not 400
    REQUIRE(breaker.begin(600ms));
    breaker.abandoned();
    REQUIRE(breaker.begin(600ms)); // it taught nothing
    breaker.succeeded();
    CHECK(breaker.state() == Breaker::State::closed);
    fail_at(600ms);
    fail_at(600ms);
    CHECK(breaker.begin(600ms)); // it counts anew
}

TEST_CASE("A failure of a call that began before the breaker opened does not delay the probe", "[web][rpc]")
{
    Breaker breaker({.failures = 1, .first_wait = 100ms, .longest_wait = 1s});
    REQUIRE(breaker.begin(0ms));
    REQUIRE(breaker.begin(0ms));
    breaker.failed(0ms);
    breaker.failed(90ms);
    CHECK(breaker.begin(100ms));
}

TEST_CASE("A call between daemons names daemon, slot and method in its path", "[web][rpc]")
{
    const Result<HttpRequest> any = to_http(request_of("auth", "", "sign_ticket"));
    REQUIRE(any);
    CHECK(any->method == "POST");
    CHECK(any->path == "/rpc/auth/-/sign_ticket");
    CHECK(any->header("traceparent") == "00-trace");
    CHECK(to_http(request_of("instance", "instance-3", "x"))->path == "/rpc/instance/instance-3/x");
    for (const auto& bad : {request_of("", "", "x"), request_of("a/b", "", "x"), request_of("auth", "a b", "x"),
                            request_of("auth", "", ""), request_of("auth", "", "..%2f")})
        CHECK(to_http(bad).error() == Errc::invalid_argument);

    memory::ManualClock clock;
    const Result<RpcRequest> back = from_http(received("/rpc/instance/instance-3/x", "      1000"), clock);
    CHECK(back.error() == Errc::invalid_argument); // blanks are the HTTP parser's to remove
    const Result<RpcRequest> asked = from_http(received("/rpc/instance/instance-3/x", "1000"), clock);
    REQUIRE(asked);
    CHECK(asked->daemon == "instance");
    CHECK(asked->id == "instance-3");
    CHECK(asked->by.at - clock.monotonic() == 980ms); // earlier than its caller's
    CHECK(from_http(received("/rpc/auth/-/x", "10"), clock)->by.at - clock.monotonic() == 9ms);
    CHECK(from_http(received("/rpc/auth/-/x", "999999999"), clock)->by.at - clock.monotonic() == 600s);
    for (const char* left : {"", "-1", "soon", "99999999999999999999"})
        CHECK(from_http(received("/rpc/auth/-/x", left), clock).error() == Errc::invalid_argument);
    for (const char* path : {"/rpc/auth/x", "/rpc/auth/-/x/y", "/rpc//-/x", "/v1/account"})
        CHECK(from_http(received(path, "10"), clock).error() == Errc::invalid_argument);
}

TEST_CASE("Only a reply without a code of the callee lets another target be asked", "[web][rpc]")
{
    for (const ErrcRow& row : errc_table()) {
        const RpcReply reply = from_http(to_http(Result<std::string>(row.errc)));
        CHECK(reply.begun);
        CHECK(reply.outcome.error() == row.errc);
    }
    CHECK(from_http(to_http(Result<std::string>("{}"))).outcome.value() == "{}");
    const RpcReply overloaded = from_http(refuse_rpc(503, "http.overloaded", ""));
    CHECK_FALSE(overloaded.begun);
    CHECK(overloaded.outcome.error() == Errc::unavailable);
    CHECK(from_http(refuse_rpc(403, "rpc.not_permitted", "")).outcome.error() == Errc::permission_denied);
    CHECK(from_http(refuse_rpc(413, "http.body_too_large", "")).outcome.error() == Errc::invalid_argument);
    CHECK(from_http(refuse_rpc(500, "internal", "")).outcome.error() == Errc::internal);
}

TEST_CASE("A target is [id@]host:port", "[web][rpc]")
{
    const auto read = [](std::string_view text) {
        const Result<RpcEntry> entry = parse_target(text);
        return entry ? entry->id + "|" + entry->host + "|" + std::to_string(entry->port) : std::string();
    };
    CHECK(read("10.0.0.7:7501") == "|10.0.0.7|7501");
    CHECK(read("instance-0@game.example:7504") == "instance-0|game.example|7504");
    CHECK(read("[::1]:7501") == "|::1|7501");
    CHECK(parse_target("[::1]:7501")->literal);
    CHECK_FALSE(parse_target("localhost:7501")->literal);
    for (const char* bad : {"", "host", "host:", ":7501", "host:0", "host:70000", "@host:1", "::1:7501", "[host]:1",
                            "a b:1", "a/b:1", "host:1x"})
        CHECK(read(bad).empty());
}

TEST_CASE("A named slot is asked where it was seen, others take turns", "[web][rpc]")
{
    RpcDaemon daemon;
    daemon.entries.resize(3);
    const auto a = target_of("a"), b = target_of("b"), c = target_of("c", "instance-7");
    daemon.entries[0].targets = {a};
    daemon.entries[1].targets = {b};
    daemon.entries[2].targets = {c};
    std::set<std::string> seen;
    for (int i = 0; i < 3; ++i) seen.insert(daemon.pick("", {}, 0ms)->host);
    CHECK(seen.size() == 3);
    CHECK(daemon.pick("instance-7", {}, 0ms) == c);
    CHECK(daemon.pick("instance-7", {c}, 0ms) != nullptr); // perhaps it has moved to one without an id
    CHECK(daemon.pick("instance-1", {a}, 0ms) == b);
    CHECK(daemon.pick("instance-1", {a, b}, 0ms) == nullptr); // never to another slot's own address
    b->answered("instance-1");
    for (int i = 0; i < 4; ++i) CHECK(daemon.pick("instance-1", {}, 0ms) == b);
    for (int i = 0; i < 5; ++i) a->breaker.failed(0ms);
    CHECK(daemon.pick("", {b, c}, 0ms) == nullptr); // its breaker is open
}
