#include "tests/unit/redis/server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

using namespace harvest;
using namespace harvest::test;
using redis::Patience;
using redis::Reply;

namespace {

// A listener that takes connections, says `greeting`, and nothing more.
class Mute {
public:
    explicit Mute(std::string greeting = {}) : greeting_(std::move(greeting))
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_, 16) == 0);
        REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] {
            for (int got = 0; (got = ::accept(listener_, nullptr, nullptr)) >= 0;) {
                if (::send(got, greeting_.data(), greeting_.size(), MSG_NOSIGNAL) < 0) ::close(got);
                taken_.push_back(got);
            }
        });
    }
    ~Mute()
    {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        for (const int each : taken_) ::close(each);
        ::close(listener_);
    }
    redis::Options options() const
    {
        redis::Options options;
        options.url = fmt::format("redis://127.0.0.1:{}", port_);
        options.connect_timeout = 200ms;
        return options;
    }

private:
    std::string greeting_;
    int listener_{}, port_{};
    std::vector<int> taken_;
    std::thread thread_;
};

} // namespace

TEST_CASE("A Redis is named by a URL", "[redis]")
{
    const redis::Server plain = redis::parse_server("redis://cache.example").value();
    CHECK(plain.host == "cache.example");
    CHECK(plain.port == 6379);
    CHECK_FALSE(plain.tls);
    const redis::Server full = redis::parse_server("rediss://game:p%40ss@[::1]:7000/3").value();
    CHECK(full.host == "::1");
    CHECK(full.port == 7000);
    CHECK(full.user == "game");
    CHECK(full.password == "p@ss");
    CHECK(full.database == 3);
    CHECK(full.tls);
    CHECK(redis::parse_server("redis://:secret@h").value().password == "secret");
    for (const char* bad : {"", "cache:6379", "http://h", "redis://", "redis://h/x", "redis://h/-1", "redis://h:0",
                            "redis://h:70000", "redis://h/1?x=y", "redis://[::1]70"})
        CHECK(redis::parse_server(bad).has_error());
    CHECK_THROWS(redis::RedisConnection(redis::Options{}));
}

TEST_CASE("Replies come to their callers in order, from many threads", "[redis]")
{
    RedisServer server;
    redis::RedisConnection connection(server.options());
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            Loop loop;
            for (int i = 0; i < 500; ++i)
                loop.spawn([&, t, i]() -> Task<void> {
                    const std::string text = fmt::format("{}:{}", t, i);
                    std::vector<std::string> words;
                    words.push_back("ECHO");
                    words.push_back(text);
                    const Patience wait{10s, Errc::timed_out};
                    const Result<Reply> reply = co_await connection.call(std::move(words), wait);
                    if (reply && reply->text == text) ++right;
                });
            loop.run();
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 2'000);
    CHECK(connection.figures().connects == 1);
    CHECK(connection.figures().failures == 0);
    CHECK(eventually([&] { return connection.figures().pending == 0; }));
}

TEST_CASE("What a reply means", "[redis]")
{
    RedisServer server;
    redis::RedisConnection connection(server.options());
    REQUIRE(ask(connection, {"SET", "text", std::string("a\0b", 3)}));
    CHECK(ask(connection, {"GET", "text"})->text == std::string("a\0b", 3));
    CHECK(ask(connection, {"GET", "none"})->kind == Reply::Kind::nil);
    CHECK(ask(connection, {"INCR", "number"})->integer == 1);
    CHECK(ask(connection, {"HGET", "text", "field"}).error() == Errc::data_loss);
    CHECK(ask(connection, {"NOSUCH"}).error() == Errc::internal);
    // Much in one reply, over many reads.
    REQUIRE(ask(connection, {"SET", "large", std::string(1'000'000, 'x')}));
    CHECK(ask(connection, {"GET", "large"})->text.size() == 1'000'000);
    // A primary that has become a replica is left, and looked for again.
    REQUIRE(ask(connection, {"REPLICAOF", "127.0.0.1", "1"}));
    CHECK(ask(connection, {"SET", "text", "new"}).error() == Errc::unavailable);
    CHECK(eventually([&] { return connection.figures().connects > 1; }));
}

TEST_CASE("A password and a database are given on every connection", "[redis]")
{
    RedisServer server({"--requirepass", "open sesame"});
    redis::Options options = server.options();
    options.url = server.url(":open%20sesame@", "/2");
    redis::RedisConnection connection(options);
    REQUIRE(ask(connection, {"SET", "here", "1"}));
    server.kill();
    server.start();
    REQUIRE(eventually([&] { return ask(connection, {"SET", "again", "1"}).has_value(); }));
    CHECK(ask(connection, {"CLIENT", "INFO"})->text.find(" db=2 ") != std::string::npos);
    redis::RedisConnection nobody(server.options());
    CHECK(ask(nobody, {"PING"}).error() == Errc::unavailable);
    CHECK_FALSE(nobody.figures().up);
}

TEST_CASE("TLS checks the name and the issuer", "[redis]")
{
    RedisServer server({}, true);
    redis::Options options = server.options();
    std::ifstream file(server.folder() / "cert.pem");
    options.tls.ca_pem.assign(std::istreambuf_iterator<char>(file), {});
    redis::RedisConnection connection(options);
    CHECK(ask(connection, {"ECHO", "secret"})->text == "secret");
    SECTION("another name")
    {
        options.url.replace(options.url.find("localhost"), 9, "127.0.0.1");
        redis::RedisConnection other(options);
        CHECK(ask(other, {"PING"}).error() == Errc::unavailable);
    }
    SECTION("an unknown issuer")
    {
        options.tls.ca_pem.clear();
        redis::RedisConnection other(options);
        CHECK(ask(other, {"PING"}).error() == Errc::unavailable);
    }
    SECTION("no certificate at all")
    {
        options.tls.ca_pem = "rubbish";
        CHECK_THROWS(redis::RedisConnection(options));
    }
}

TEST_CASE("I10: what waits is bounded, and each call ends in time", "[redis]")
{
    RedisServer server;
    redis::Options options = server.options();
    options.max_pending = 50;
    options.stall_timeout = 5s;
    redis::RedisConnection connection(options);
    REQUIRE(ask(connection, {"PING"}));
    REQUIRE(eventually([&] { return connection.figures().pending == 0; }));
    server.signal(SIGSTOP);
    int full = 0, late = 0;
    Loop loop;
    const system::SystemClock clock;
    const Millis began = clock.monotonic();
    for (int i = 0; i < 200; ++i)
        loop.spawn([&]() -> Task<void> {
            std::vector<std::string> words(1, "PING");
            const Patience wait{150ms, Errc::timed_out};
            const Result<Reply> reply = co_await connection.call(std::move(words), wait);
            full += reply.has_error() && reply.error() == Errc::resource_exhausted;
            late += reply.has_error() && reply.error() == Errc::timed_out;
        });
    loop.run();
    CHECK(clock.monotonic() - began < 1s);
    CHECK(late == 50);
    CHECK(full == 150);
    server.signal(SIGCONT);
    // The late replies are nobody's, and the next one is its caller's.
    REQUIRE(eventually([&] { return connection.figures().pending == 0; }));
    CHECK(ask(connection, {"ECHO", "mine"})->text == "mine");
    CHECK(connection.figures().connects == 1);
}

TEST_CASE("A connection that goes away takes its callers along", "[redis]")
{
    RedisServer server;
    auto connection = std::make_unique<redis::RedisConnection>(server.options());
    REQUIRE(ask(*connection, {"PING"}));
    server.signal(SIGSTOP);
    Loop loop;
    Result<Reply> reply = Errc::internal;
    loop.spawn([&]() -> Task<void> {
        std::vector<std::string> words(1, "PING");
        const Patience wait{10s, Errc::timed_out};
        reply = co_await connection->call(std::move(words), wait);
    });
    loop.poll();
    const system::SystemClock clock;
    const Millis began = clock.monotonic();
    connection.reset();
    loop.run();
    CHECK(reply.error() == Errc::canceled);
    CHECK(clock.monotonic() - began < 1s);
}

TEST_CASE("A port that never answers, or speaks another protocol, is a Redis that is away", "[redis]")
{
    const std::string greeting = GENERATE(std::string(), std::string("HTTP/1.1 400 Bad Request\r\n\r\n"));
    Mute mute(greeting);
    redis::RedisConnection connection(mute.options());
    const auto [first, took] = timed(connection.call({"PING"}, {90ms, Errc::unavailable}));
    CHECK(first.error() == Errc::unavailable);
    CHECK(took < 250ms);
    REQUIRE(eventually([&] { return !ask(connection, {"PING"}); }));
    const auto [second, no_time] = timed(connection.call({"PING"}, {90ms, Errc::unavailable}));
    CHECK(second.error() == Errc::unavailable);
    CHECK(no_time < 50ms);
}

TEST_CASE("An idle connection that has gone silent is noticed", "[redis]")
{
    RedisServer server;
    redis::Options options = server.options();
    options.idle_ping = options.stall_timeout = 200ms;
    redis::RedisConnection connection(options);
    REQUIRE(ask(connection, {"PING"}));
    std::this_thread::sleep_for(1s);
    CHECK(connection.figures().up);
    CHECK(connection.figures().connects == 1);
    server.signal(SIGSTOP);
    CHECK(eventually([&] { return !connection.figures().up; }));
    server.signal(SIGCONT);
    CHECK(eventually([&] { return connection.figures().up; }));
}
