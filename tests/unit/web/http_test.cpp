#include "tests/unit/web/support.hpp"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

using namespace harvest;
using namespace harvest::web;
using namespace harvest::web::test;

namespace {

void leave_stale_socket(const std::string& path)
{
    const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(left, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::close(left);
}

} // namespace

TEST_CASE("a request gets its answer over TLS and in clear", "[http]")
{
    const bool tls = GENERATE(true, false);
    HttpFixture server(test_http_config(tls));
    RawClient client(server.port(), tls);
    REQUIRE(client.connected());
    for (int i = 0; i < 3; ++i) { // keep-alive
        client.send("GET /hello?a=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const std::string response = client.read_response();
        CHECK(status_of(response) == 200);
        CHECK(body_of(response) == "hello a=1");
        CHECK(response.find("Date: ") != std::string::npos);
        CHECK(response.find("Connection: close") == std::string::npos);
    }
    CHECK(server.counters.accepted == 1);
    CHECK(server.counters.requests == 3);
}

TEST_CASE("path, query, headers and the peer's address reach the handler", "[http]")
{
    HttpFixture server(test_http_config(false));
    RawClient client(server.port(), false);
    client.send("GET /v1/a%20b%C3%A9?x=%2F HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 9.9.9.9\r\n"
                "ACCEPT:  text/plain \r\n\r\n");
    const std::string body = body_of(client.read_response());
    CHECK(body.find("GET /v1/a b\xC3\xA9 ? x=%2F from 127.0.0.1 ") == 0); // X-Forwarded-For is a client's word
    CHECK(body.find("accept=text/plain\n") != std::string::npos);
}

TEST_CASE("bodies come by length and in chunks", "[http]")
{
    HttpFixture server(test_http_config(true));
    RawClient client(server.port(), true);
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde");
    CHECK(body_of(client.read_response()) == "abcde");
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3;name=value\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
    CHECK(body_of(client.read_response()) == "abcde");
    const std::string large(64 * 1024, 'x');
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65536\r\n\r\n" + large);
    CHECK(body_of(client.read_response()) == large);
}

TEST_CASE("a request that comes byte by byte is understood", "[http]")
{
    HttpFixture server(test_http_config(false));
    RawClient client(server.port(), false);
    for (const char c : std::string_view("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "3\r\nabc\r\n0\r\n\r\n"))
        client.send({&c, 1});
    CHECK(body_of(client.read_response()) == "abc");
}

TEST_CASE("Expect: 100-continue is answered before the body", "[http]")
{
    HttpFixture server(test_http_config(true));
    RawClient client(server.port(), true);
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(body_of(client.read_response()) == "abc");
}

TEST_CASE("HEAD has the length and no body", "[http]")
{
    HttpFixture server(test_http_config(false));
    RawClient client(server.port(), false);
    client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string response = client.read_to_end();
    CHECK(response.find("Content-Length: 6\r\n") != std::string::npos);
    CHECK(body_of(response).empty());
}

TEST_CASE("pipelined requests are answered in order, slow ones too", "[http]")
{
    const bool tls = GENERATE(true, false);
    HttpFixture server(test_http_config(tls));
    RawClient client(server.port(), tls);
    std::string requests;
    for (int i = 0; i < 1000; ++i)
        requests += "GET /" + std::string(i == 500 ? "slow" : "hello") + "?" + std::to_string(i) +
                    " HTTP/1.1\r\nHost: h\r\n\r\n";
    std::thread sender([&] { client.send(requests); });
    sender.join();
    for (int i = 0; i < 1000; ++i) {
        const std::string body = body_of(client.read_response());
        REQUIRE(body == (i == 500 ? "slow " : "hello ") + std::to_string(i));
    }
}

TEST_CASE("a large response arrives whole, and the next one after it", "[http]")
{
    HttpFixture server(test_http_config(true));
    RawClient client(server.port(), true);
    client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\nGET /big HTTP/1.1\r\nHost: h\r\n\r\n"
                "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(body_of(client.read_response()).size() == 1024 * 1024);
    CHECK(body_of(client.read_response()).size() == 1024 * 1024);
    CHECK(body_of(client.read_response()) == "hello ");
}

TEST_CASE("a half-closed client still gets its answer", "[http]")
{
    const bool tls = GENERATE(true, false);
    HttpFixture server(test_http_config(tls));
    RawClient client(server.port(), tls);
    client.send("GET /slow?1 HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    client.half_close();
    CHECK(body_of(client.read_response()) == "slow 1");
    CHECK(body_of(client.read_response()) == "hello ");
    client.read_to_end();
    CHECK(client.ended);
}

TEST_CASE("a client that leaves in mid-request harms nobody", "[http]")
{
    HttpFixture server(test_http_config(true));
    {
        RawClient client(server.port(), true);
        client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    RawClient other(server.port(), true);
    other.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_of(other.read_response()) == 200);
    CHECK(server.finished == 2);
}

TEST_CASE("a handler that throws is a 500, not a crash", "[http]")
{
    HttpFixture server(test_http_config(false));
    RawClient client(server.port(), false);
    client.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string response = client.read_response();
    CHECK(status_of(response) == 500);
    CHECK(code_of(response) == "internal");
    client.send("GET /split HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(client.read_response().find("X-Injected") == std::string::npos);
}

TEST_CASE("a body that arrives while earlier replies are unsent is read once they are gone", "[http]")
{
    const std::size_t size =
        GENERATE(std::size_t{1'000}, std::size_t{40'000}); // the rest of it: less and more than is read ahead
    HttpServerConfig config = test_http_config(false);
    config.socket_buffer_bytes = 4096;
    HttpFixture server(config);
    RawClient client(server.port(), false);
    std::string requests;
    for (int i = 0; i < 5; ++i)
        requests += "GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /part HTTP/1.1\r\nHost: h\r\n\r\n";
    requests += "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size + 1) + "\r\n\r\na";
    client.send(requests);
    for (int i = 0; i < 500 && server.finished < 10; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(server.finished == 10);
    std::thread sender([&] { client.send(std::string(size, 'b')); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    for (int i = 0; i < 10; ++i) CHECK(status_of(client.read_response(10'000)) == 200);
    const std::string reply = client.read_response(10'000);
    CHECK(status_of(reply) == 200);
    CHECK(body_of(reply) == "a" + std::string(size, 'b'));
    sender.join();
}

TEST_CASE("stop() lets requests in flight end and closes the rest", "[http]")
{
    HttpFixture server(test_http_config(true));
    RawClient idle(server.port(), true);
    RawClient busy(server.port(), true);
    busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::thread stopper([&] { server.stop(); });
    const std::string response = busy.read_response();
    CHECK(status_of(response) == 200);
    CHECK(response.find("Connection: close") != std::string::npos);
    idle.read_to_end();
    CHECK(idle.ended);
    busy.read_to_end();
    stopper.join();
    CHECK(server.finished == 1);
    RawClient late(server.port(), false);
    CHECK_FALSE(late.connected());
}

TEST_CASE("a port in use is unavailable", "[http]")
{
    HttpFixture first(test_http_config(false));
    HttpServerConfig config = test_http_config(false);
    config.port = first.port();
    system::SystemClock clock;
    WebCounters counters{};
    asio::io_context context;
    const auto second = make_https_listener(config, context.get_executor(), clock, counters);
    CHECK(second->listen(first).error() == Errc::unavailable);
    config.address = "not an address";
    CHECK(make_https_listener(config, context.get_executor(), clock, counters)->listen(first).error() ==
          Errc::invalid_argument);
}

TEST_CASE("a unix socket is private and names its peer; a stale one is taken over", "[http]")
{
    const std::string path = "/tmp/harvest_web_test_" + std::to_string(::getpid()) + ".sock";
    HttpServerConfig config = test_http_config(false);
    config.unix_socket = path;
    for (int round = 0; round < 2; ++round) {
        HttpFixture server(config);
        struct stat info{};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
        RawClient client(path);
        REQUIRE(client.connected());
        client.send("GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n");
        CHECK(client.read_response().find("from unix:" + std::to_string(::getuid())) != std::string::npos);
        if (round == 0) {
            CHECK_THROWS(HttpFixture(config)); // somebody answers there
        }
        server.stop();
        CHECK_FALSE(std::filesystem::exists(path));
        // What a killed process leaves behind: a bound path without a listener.
        if (round == 0) {
            leave_stale_socket(path);
        }
    }
}
