#include "common/adapters/web/acceptor.hpp"
#include "tests/unit/web/support.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::web;
using namespace harvest::web::test;

namespace {

struct Answer {
    int status{};
    std::string code;
};

// What one hostile request gets; afterwards the server must serve others and have closed this one.
Answer answer_to(const std::string& request, HttpServerConfig config = test_http_config(false))
{
    HttpFixture server(std::move(config));
    RawClient client(server.port(), false);
    std::thread sender([&] { client.send(request); });
    const std::string reply = client.read_to_end();
    sender.join();
    RawClient other(server.port(), false);
    other.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_of(other.read_response()) == 200);
    CHECK(client.ended);
    return {status_of(reply), code_of(reply)};
}

std::string get(std::string_view headers, std::string_view target = "/hello")
{
    return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(headers) + "\r\n";
}

} // namespace

TEST_CASE("T27: what two parsers could read differently is refused with 400", "[http]")
{
    using namespace std::string_literals;
    const std::string request = GENERATE(
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\nabcde"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nabcde"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"s,
        "GET /hello HTTP/1.1\nHost: h\n\n"s, "GET /hello HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"s,
        get("Host: h\r\nX: a\r\n folded\r\n"), get("Host: h\r\nX: a\0b\r\n"s), get("Host: h\r\nX : a\r\n"),
        get("Host: h\r\nno colon\r\n"), get("Host: h\r\n: empty\r\n"), get("Host: h\r\nHost: h\r\n"), get(""),
        get("Host: h h\r\n"), get("Host: h\r\n", "/a b"), get("Host: h\r\n", "/%zz"), get("Host: h\r\n", "/%00"),
        get("Host: h\r\n", "/a%2Fb"), get("Host: h\r\n", "/a/../b"), get("Host: h\r\n", "/%2e%2e/b"),
        get("Host: h\r\n", "/%ff"), get("Host: h\r\n", "/a\\b"), get("Host: h\r\n", "/a#b"),
        get("Host: h\r\n", "https://other/hello"), get("Host: h\r\n", "hello"), "\r\n\r\n"s,
        "GET  /hello HTTP/1.1\r\nHost: h\r\n\r\n"s, "GET /hello\r\n\r\n"s, "\x16\x03\x01\x02\x00\x01\r\n\r\n"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n\r\n"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"s,
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;"s + std::string(10'000, 'e'));
    const Answer answer = answer_to(request);
    CAPTURE(request.substr(0, 120));
    CHECK(answer.status == 400);
    CHECK(answer.code == "http.malformed");
}

TEST_CASE("our own authority in the target is taken", "[http]")
{
    HttpFixture server(test_http_config(false));
    RawClient client(server.port(), false);
    client.send("GET https://H:1/hello?x HTTP/1.1\r\nHost: h:1\r\n\r\n");
    CHECK(body_of(client.read_response()) == "hello x");
}

TEST_CASE("T27: every dimension of a request has its limit and its status", "[http]")
{
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "A" + std::to_string(i) + ": b\r\n";
    CHECK(answer_to(get("Host: h\r\n" + many)).status == 431);
    CHECK(answer_to(get("Host: h\r\nX: " + std::string(64 * 1024, 'x') + "\r\n")).status == 431);
    CHECK(answer_to(get("Host: h\r\n", "/" + std::string(9000, 'a'))).status == 414);
    CHECK(answer_to(get("Host: h\r\n", "/" + std::string(64 * 1024, 'a'))).status == 414);
    CHECK(
        answer_to("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 65537\r\n\r\n" + std::string(65537, 'x')).status ==
        413);
    CHECK(answer_to("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n" + std::string(10'485'760, 'x'))
              .status == 413);
    std::string chunks = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 70; ++i) chunks += "400\r\n" + std::string(1024, 'x') + "\r\n";
    CHECK(answer_to(chunks).status == 413);
    CHECK(answer_to("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n").status == 413);
    CHECK(answer_to("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab").code ==
          "http.content_encoding");
    CHECK(answer_to("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab").status ==
          415);
    CHECK(answer_to(get("Host: h\r\nExpect: the-best\r\n")).status == 417);
    CHECK(answer_to("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n").status == 405);
    CHECK(answer_to("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n").status == 405);
    CHECK(answer_to("BREW / HTTP/1.1\r\nHost: h\r\n\r\n").status == 501);
    CHECK(answer_to("GET / HTTP/1.0\r\nHost: h\r\n\r\n").status == 505);
    CHECK(answer_to("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505);
    CHECK(answer_to("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").status == 501);
}

TEST_CASE("T27: slow senders are cut off, good requests go on", "[http]")
{
    HttpServerConfig config = test_http_config(false);
    config.header_timeout = 300ms;
    config.body_grace = 300ms;
    config.idle_timeout = 300ms;
    config.max_connections_per_address = 1000;
    HttpFixture server(config);
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(std::make_unique<RawClient>(server.port(), false));
        slow.back()->send("GET /hello HTTP/1.1\r\nHost");
    }
    RawClient body(server.port(), false);
    body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\nabc");
    RawClient idle(server.port(), false);
    idle.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_of(idle.read_response()) == 200);
    for (int i = 0; i < 50; ++i) {
        RawClient good(server.port(), false);
        good.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(status_of(good.read_response()) == 200);
    }
    for (auto& client : slow) CHECK(status_of(client->read_to_end()) == 408);
    CHECK(status_of(body.read_to_end()) == 408);
    idle.read_to_end();
    CHECK(idle.ended);
    CHECK(server.counters.timed_out >= 202);
}

TEST_CASE("a client that does not take its answer is dropped", "[http]")
{
    HttpServerConfig config = test_http_config(false);
    config.write_timeout = 300ms;
    config.idle_timeout = 1000ms;
    HttpFixture server(config);
    RawClient client(server.port(), false);
    client.shrink_receive_buffer();
    for (int i = 0; i < 20; ++i) client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 300 && server.counters.closed == 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(server.counters.closed == 1);
    CHECK(server.handled < 20); // its requests waited for the answers before them
}

TEST_CASE("a connection ends after its share of requests, and handlers are bounded", "[http]")
{
    HttpServerConfig config = test_http_config(false);
    config.max_requests = 3;
    config.max_in_flight = 1;
    HttpFixture server(config);
    RawClient client(server.port(), false);
    for (int i = 0; i < 3; ++i) {
        client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        const std::string response = client.read_response();
        CHECK(status_of(response) == 200);
        CHECK((response.find("Connection: close") != std::string::npos) == (i == 2));
    }
    RawClient slow(server.port(), false);
    slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    RawClient excess(server.port(), false);
    excess.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string refused = excess.read_response();
    CHECK(status_of(refused) == 503);
    CHECK(refused.find("Retry-After: ") != std::string::npos);
    CHECK(status_of(slow.read_response()) == 200);
}

TEST_CASE("the addresses of one IPv6 /64 share their cap of connections", "[http]")
{
    asio::io_context context;
    Poller poller(context.get_executor());
    ListenerConfig config;
    config.max_connections_per_address = 2;
    WebCounters counters{};
    Acceptor acceptor(config, poller, counters, [](int, const std::string&) {});
    CHECK(acceptor.admit("2001:db8:1:2::1"));
    CHECK(acceptor.admit("2001:db8:1:2::2"));
    CHECK_FALSE(acceptor.admit("2001:db8:1:2:3:4:5:6"));
    CHECK(acceptor.admit("2001:db8:1:3::1"));
    acceptor.release("2001:db8:1:2::2");
    CHECK(acceptor.admit("2001:db8:1:2:3:4:5:6"));
    CHECK(acceptor.admit("192.0.2.1"));
    CHECK(acceptor.admit("::ffff:192.0.2.1"));
    CHECK_FALSE(acceptor.admit("192.0.2.1"));
    CHECK(acceptor.admit("192.0.2.2"));
    CHECK(counters.refused_address == 2);
}
