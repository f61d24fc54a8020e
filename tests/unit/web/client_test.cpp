#include "tests/unit/web/support.hpp"

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

using namespace harvest;
using namespace harvest::web;
using namespace harvest::web::test;

namespace {

Result<HttpResponse> fetch(Loop& loop, Clock& clock, HttpClientConfig config, HttpTarget target, HttpRequest request,
                           Millis patience = 3s)
{
    std::unique_ptr<HttpClients> clients;
    std::unique_ptr<HttpClient> client;
    loop.call([&] {
        clients = make_http_clients(std::move(config), loop.executor(), clock);
        client = clients->make(std::move(target));
    });
    const auto result =
        loop.run<Result<HttpResponse>>([&] { return client->send(std::move(request), clock.after(patience)); });
    loop.call([&] {
        client.reset();
        clients.reset();
    });
    return result;
}

HttpRequest request_for(std::string path, std::string method = "GET", std::string body = {})
{
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.body = std::move(body);
    return request;
}

HttpTarget target_at(std::uint16_t port, bool tls = true)
{
    HttpTarget target;
    target.tls = tls;
    target.host = "127.0.0.1";
    target.port = port;
    return target;
}

} // namespace

TEST_CASE("the HTTP client asks, posts and reuses its connection", "[client]")
{
    HttpFixture server(test_http_config(true));
    Loop loop;
    HttpClientConfig config;
    config.ca_pem = identity().cert_pem;
    std::unique_ptr<HttpClients> clients;
    std::unique_ptr<HttpClient> client;
    HttpTarget target = target_at(server.port());
    target.host = "localhost";
    target.local_address = "127.0.0.5";
    loop.call([&] {
        clients = make_http_clients(config, loop.executor(), server.clock);
        client = clients->make(target);
    });
    const auto send = [&](HttpRequest request) {
        return loop.run<Result<HttpResponse>>([&] { return client->send(std::move(request), server.clock.after(3s)); });
    };
    const auto hello = send(request_for("/hello"));
    REQUIRE(hello.has_value());
    CHECK(hello->status == 200);
    CHECK(hello->body == "hello ");
    CHECK(hello->content_type == "text/plain");
    CHECK(send(request_for("/echo", "POST", std::string(60'000, 'x')))->body.size() == 60'000);
    CHECK(send(request_for("/big"))->body.size() == 1024 * 1024);
    CHECK(send(request_for("/hello", "HEAD"))->body.empty());
    HttpRequest odd = request_for("/a b?c");
    odd.query = "q=1";
    odd.headers.emplace_back("x-one", "two");
    const auto echoed = send(odd);
    CHECK(echoed->body.find("GET /a b?c ? q=1 from 127.0.0.5") == 0);
    CHECK(echoed->body.find("x-one=two\n") != std::string::npos);
    odd.headers.back().second = "two\r\nEvil: 1";
    CHECK(send(odd).error() == Errc::invalid_argument);
    CHECK(server.counters.accepted == 1);
    loop.call([&] {
        client.reset();
        clients.reset();
    });
}

TEST_CASE("the HTTP client checks certificates by CA, name and fingerprint", "[client]")
{
    HttpServerConfig everywhere = test_http_config(true);
    everywhere.address = "0.0.0.0";
    HttpFixture server(everywhere);
    Loop loop;
    const auto error_of = [&](HttpClientConfig config, const std::string& host = "127.0.0.1") {
        HttpTarget target = target_at(server.port());
        target.host = host;
        const auto result = fetch(loop, server.clock, std::move(config), target, request_for("/hello"));
        return result ? Error() : result.error();
    };
    HttpClientConfig right;
    right.ca_pem = identity().cert_pem;
    CHECK_FALSE(error_of(right));
    CHECK_FALSE(error_of(right, "localhost"));
    CHECK(error_of(right, "127.0.0.2") == Errc::permission_denied); // not in the certificate
    HttpClientConfig stranger;
    stranger.ca_pem = identity("stranger").cert_pem;
    CHECK(error_of(stranger) == Errc::permission_denied);
    HttpClientConfig nothing; // the system's store does not know it
    CHECK(error_of(nothing) == Errc::permission_denied);
    HttpClientConfig pinned;
    pinned.fingerprint = identity().fingerprint;
    CHECK_FALSE(error_of(pinned, "127.0.0.2"));
    pinned.fingerprint = identity("stranger").fingerprint;
    CHECK(error_of(pinned) == Errc::permission_denied);
    pinned.fingerprint = "12";
    CHECK(error_of(pinned) == Errc::invalid_argument);
}

TEST_CASE("the HTTP client says what became of a request", "[client]")
{
    HttpFixture server(test_http_config(false));
    Loop loop;
    const std::uint16_t port = server.port();
    HttpClientConfig config;
    CHECK(fetch(loop, server.clock, config, target_at(port, false), request_for("/slow"), 50ms).error() ==
          Errc::timed_out);
    CHECK(fetch(loop, server.clock, config, target_at(port, false), request_for("/slow", "POST"), 50ms).error() ==
          Errc::in_doubt);
    server.stop();
    CHECK(fetch(loop, server.clock, config, target_at(port, false), request_for("/hello")).error() ==
          Errc::unavailable);
}

TEST_CASE("more requests than connections wait for their turn", "[client]")
{
    HttpFixture server(test_http_config(true));
    Loop loop;
    HttpClientConfig config;
    config.ca_pem = identity().cert_pem;
    config.max_connections = 4;
    std::unique_ptr<HttpClients> clients;
    std::unique_ptr<HttpClient> client;
    std::atomic<int> good{};
    loop.call([&] {
        clients = make_http_clients(config, loop.executor(), server.clock);
        client = clients->make(target_at(server.port()));
        for (int i = 0; i < 100; ++i) {
            auto one = [&]() -> Task<void> {
                HttpRequest request = request_for("/hello");
                const auto response = co_await client->send(std::move(request), server.clock.after(5s));
                if (response && response->status == 200) ++good;
            };
            asio::co_spawn(loop.executor(), one, [](std::exception_ptr) {});
        }
    });
    for (int i = 0; i < 300 && good < 100; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(good == 100);
    CHECK(server.counters.accepted == 4);
    loop.call([&] {
        client.reset();
        clients.reset();
    });
}

TEST_CASE("who waits for a connection to a server that is gone hears of it at once", "[client]")
{
    const std::string path = "/tmp/harvest_web_gone_" + std::to_string(::getpid()) + ".sock";
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, path.data(), path.size());
    const int door = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(door, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(door, 4) == 0);
    system::SystemClock clock;
    Loop loop;
    HttpClientConfig config;
    config.max_connections = 1;
    HttpTarget target;
    target.unix_socket = path;
    std::unique_ptr<HttpClients> clients;
    std::unique_ptr<HttpClient> client;
    std::atomic<int> ended{}, late{};
    auto one = [&]() -> Task<void> {
        HttpRequest request = request_for("/x", "POST");
        const auto response = co_await client->send(std::move(request), clock.after(20s));
        if (!response && response.error() == Errc::timed_out) ++late;
        ++ended;
    };
    loop.call([&] {
        clients = make_http_clients(config, loop.executor(), clock);
        client = clients->make(target);
        for (int i = 0; i < 4; ++i) asio::co_spawn(loop.executor(), one, [](std::exception_ptr) {});
    });
    const int held = ::accept(door, nullptr, nullptr);
    char first{};
    REQUIRE(::recv(held, &first, 1, 0) == 1); // the first is under way, three wait
    ::unlink(path.c_str());
    ::close(door);
    ::close(held);
    for (int i = 0; i < 300 && ended < 4; ++i) std::this_thread::sleep_for(10ms);
    CHECK(ended == 4);
    for (int i = 0; i < 2'500 && ended < 4; ++i) std::this_thread::sleep_for(10ms); // frames end before `client` does
    CHECK(late == 0);
    loop.call([&] {
        client.reset();
        clients.reset();
    });
}

TEST_CASE("the HTTP client speaks to a unix socket", "[client]")
{
    HttpServerConfig config = test_http_config(false);
    config.unix_socket = "/tmp/harvest_web_client_test_" + std::to_string(::getpid()) + ".sock";
    HttpFixture server(config);
    Loop loop;
    HttpTarget target;
    target.unix_socket = config.unix_socket;
    const auto response = fetch(loop, server.clock, {}, target, request_for("/hello"));
    REQUIRE(response.has_value());
    CHECK(response->body == "hello ");
}

TEST_CASE("the WebSocket client connects, talks and hears why it is closed", "[client]")
{
    WssFixture server(test_wss_config());
    Loop loop;
    WssClientConfig config;
    config.ca_pem = identity().cert_pem;
    std::unique_ptr<ServerLinks> links;
    std::unique_ptr<ServerLink> link;
    loop.call([&] {
        links = make_wss_links(config, loop.executor(), server.clock);
        CHECK_FALSE(links->make("enet", {}));
        link = links->make("wss", "127.0.0.7");
    });
    Endpoint endpoint;
    endpoint.transport = "wss";
    endpoint.host = "127.0.0.1";
    endpoint.port = server.port();
    const auto connect = [&](Endpoint to) {
        return loop.run<Result<void>>([&] { return link->connect(std::move(to), server.clock.after(3s)); });
    };
    const auto receive = [&](Millis patience) {
        return loop.run<Result<std::string>>([&] { return link->receive(server.clock.after(patience)); });
    };
    const auto send = [&](const std::string& text) {
        Result<void> sent = Errc::internal;
        loop.call([&] { sent = link->send(text); });
        return sent;
    };
    CHECK(send("x").error() == Errc::canceled);
    REQUIRE(connect(endpoint));
    REQUIRE(send("one"));
    REQUIRE(send(std::string(10'000, 'x')));
    CHECK(receive(3s).value() == "one");
    CHECK(receive(3s).value().size() == 10'000);
    CHECK(receive(50ms).error() == Errc::timed_out);
    REQUIRE(send("close:8"));
    CHECK(receive(3s).error() == Errc::canceled);
    loop.call([&] { CHECK(link->close_reason() == "4003 session revoked"); });
    endpoint.fingerprint = identity().fingerprint;
    REQUIRE(connect(endpoint)); // once more, pinned
    endpoint.fingerprint = identity("stranger").fingerprint;
    CHECK(connect(endpoint).error() == Errc::permission_denied);
    endpoint.fingerprint.clear();
    endpoint.port = 1;
    CHECK(connect(endpoint).error() == Errc::unavailable);
    loop.call([&] {
        link.reset();
        links.reset();
    });
}
