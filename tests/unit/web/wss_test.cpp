#include "tests/unit/web/support.hpp"

#include <catch2/catch.hpp>
#include <malloc.h>

using namespace harvest;
using namespace harvest::web;
using namespace harvest::web::test;

namespace {

constexpr unsigned final_text = 0x81, final_binary = 0x82;

// By this process, large pieces too; 0 under a sanitizer.
std::size_t allocated()
{
    const struct mallinfo2 heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

// What the server closes with after these bytes.
Received close_after(const std::string& bytes)
{
    WssFixture server(test_wss_config());
    const auto client = open_websocket(server.port());
    client->send(bytes);
    return read_close(*client);
}

int refused_with(std::string_view request, std::vector<std::string> origins = {"*"}, std::string* code = nullptr)
{
    WssConfig config = test_wss_config();
    config.allowed_origins = std::move(origins);
    WssFixture server(config);
    RawClient client(server.port(), true);
    client.send(request);
    const std::string reply = client.read_response();
    if (code) *code = code_of(reply);
    return status_of(reply);
}

} // namespace

TEST_CASE("text and binary are echoed as text", "[wss]")
{
    WssFixture server(test_wss_config());
    const auto client = open_websocket(server.port());
    const std::size_t size = GENERATE(0U, 1U, 125U, 126U, 4096U, 16384U);
    const std::string text(size, 'a');
    client->send(frame(final_text, text));
    Received got = read_frame(*client);
    CHECK(got.opcode == 1);
    CHECK(got.payload == text);
    client->send(frame(final_binary, "{\"op\":1}"));
    got = read_frame(*client);
    CHECK(got.opcode == 1);
    CHECK(got.payload == "{\"op\":1}");
    CHECK(server.links == 1);
}

TEST_CASE("the subprotocol is harvest.v1 or none", "[wss]")
{
    WssFixture server(test_wss_config());
    RawClient none(server.port(), true);
    none.send(upgrade_text(""));
    const std::string without = none.read_until("\r\n\r\n");
    CHECK(status_of(without) == 101);
    CHECK(without.find("Sec-WebSocket-Protocol") == std::string::npos);
    CHECK(without.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
    RawClient several(server.port(), true);
    several.send(upgrade_text("Sec-WebSocket-Protocol: chat, harvest.v1\r\nSec-WebSocket-Extensions: "
                              "permessage-deflate; client_max_window_bits\r\n"));
    const std::string with = several.read_until("\r\n\r\n");
    CHECK(with.find("Sec-WebSocket-Protocol: harvest.v1\r\n") != std::string::npos);
    CHECK(with.find("Sec-WebSocket-Extensions") == std::string::npos); // compression is declined
    std::string code;
    CHECK(refused_with(upgrade_text("Sec-WebSocket-Protocol: chat\r\n"), {"*"}, &code) == 400);
    CHECK(code == "ws.subprotocol");
}

TEST_CASE("upgrades that are not right are refused", "[wss]")
{
    std::string code;
    CHECK(refused_with("GET / HTTP/1.1\r\nHost: h\r\n\r\n") == 426);
    CHECK(refused_with("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n") == 405);
    CHECK(refused_with("GET /else HTTP/1.1\r\nHost: h\r\n\r\n") == 404);
    CHECK(refused_with(upgrade_text("", "/?token=abc"), {"*"}, &code) == 400);
    CHECK(code == "ws.query_refused");
    CHECK(refused_with(upgrade_text("Sec-WebSocket-Version: 12\r\n")) == 426);
    CHECK(refused_with(upgrade_text("Sec-WebSocket-Key: x\r\n")) == 400);
    CHECK(refused_with("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n") == 426);
    CHECK(refused_with("GET / HTTP/1.1\r\nHost: h\n\n") == 400);
}

TEST_CASE("only allowed origins of browsers come in", "[wss]")
{
    const std::vector<std::string> allowed{"https://play.example"};
    CHECK(refused_with(upgrade_text("Origin: https://evil.example\r\n"), allowed) == 403);
    CHECK(refused_with(upgrade_text("Origin: https://play.example\r\nOrigin: https://play.example\r\n"), allowed) ==
          400);
    CHECK(refused_with(upgrade_text("Origin: https://play.example\r\n"), allowed) == 101);
    CHECK(refused_with(upgrade_text(""), allowed) == 101); // Godot sends none
}

TEST_CASE("T27: breaches of the framing close with 1002", "[wss]")
{
    using namespace std::string_literals;
    const std::string bytes = GENERATE(frame(final_text, "hi", false),             // not masked
                                       frame(0xC1, "hi"), frame(0xA1, "hi"),       // reserved bits
                                       frame(0x83, "hi"), frame(0x8B, "hi"),       // reserved opcodes
                                       frame(0x89, std::string(126, 'p')),         // a ping over 125 bytes
                                       frame(0x09, "hi"),                          // a fragmented ping
                                       frame(0x80, "hi"),                          // a continuation first
                                       frame(0x01, "a") + frame(0x81, "b"),        // a message in a message
                                       frame(0x88, "x"), frame(0x88, "\x03\xEC"s), // half a code; 1004
                                       frame(0x88, "\x00\x01"s),                   // code 1
                                       "\x81\xFE\x00\x05"s + "mask"s + "12345"s);  // not the shortest length
    CHECK(close_after(bytes).close_code == 1002);
}

TEST_CASE("T27: what comes after a breach is not kept", "[wss]")
{
    constexpr std::size_t clients = 8, flood = 512 * 1024;
    WssFixture server(test_wss_config());
    std::vector<std::unique_ptr<RawClient>> all;
    for (std::size_t i = 0; i < clients; ++i) all.push_back(open_websocket(server.port()));
    const std::string more(flood, 'x');
    const std::size_t before = allocated();
    for (const auto& client : all) client->send(frame(final_text, "hi", false));
    for (const auto& client : all) client->send(more);
    for (const auto& client : all) CHECK(read_close(*client).close_code == 1002);
    std::this_thread::sleep_for(300ms); // until all of it has been read, and before the links are cut
    CHECK(allocated() < before + clients * 64 * 1024);
}

TEST_CASE("T27: text that is not UTF-8 closes with 1007", "[wss]")
{
    using namespace std::string_literals;
    const std::string bytes = GENERATE(frame(final_text, "\xC3\x28"), frame(final_text, "\xED\xA0\x80"),
                                       frame(final_text, "\xC0\xAF"), frame(0x01, "\xC3") + frame(0x80, "\x28"),
                                       frame(0x01, "\xF0\x9F") + frame(0x80, "\x98"), frame(0x88, "\x03\xE8\xFF"s));
    CHECK(close_after(bytes).close_code == 1007);
}

TEST_CASE("T27: a character across fragments is well", "[wss]")
{
    WssFixture server(test_wss_config());
    const auto client = open_websocket(server.port());
    client->send(frame(0x01, "\xC3") + frame(0x89, "ping") + frame(0x80, "\xA9"));
    const Received pong = read_frame(*client);
    CHECK(pong.opcode == 10);
    CHECK(pong.payload == "ping");
    CHECK(read_frame(*client).payload == "\xC3\xA9");
}

TEST_CASE("T27: messages over 16 KiB close with 1009, before they have arrived", "[wss]")
{
    using namespace std::string_literals;
    const std::string bytes =
        GENERATE(frame(final_text, std::string(16385, 'a')), "\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s + "mask"s,
                 "\x81\xFF\x80\x00\x00\x00\x00\x00\x00\x00"s + "mask"s, // 2^63
                 frame(0x01, std::string(16384, 'a')) + frame(0x80, "b"));
    CHECK(close_after(bytes).close_code == 1009);
}

TEST_CASE("T27: a message in endless pieces and a ping flood close with 1008", "[wss]")
{
    std::string pieces = frame(0x01, "a");
    for (int i = 0; i < 2000; ++i) pieces += frame(0x00, "a");
    CHECK(close_after(pieces).close_code == 1008);
    std::string pings;
    for (int i = 0; i < 1000; ++i) pings += frame(0x89, "p");
    CHECK(close_after(pings).close_code == 1008);
}

TEST_CASE("a client's close is answered and ends the link as normal", "[wss]")
{
    using namespace std::string_literals;
    WssFixture server(test_wss_config());
    const auto polite = open_websocket(server.port());
    polite->send(frame(0x88, "\x03\xE8"
                             "bye"s));
    const Received reply = read_close(*polite);
    CHECK(reply.close_code == 1000);
    polite->read_to_end();
    CHECK(polite->ended);
    const auto silent = open_websocket(server.port());
    silent->send(frame(0x88, "")); // close without status
    CHECK(read_close(*silent).opcode == 8);
    open_websocket(server.port()).reset(); // just gone
    REQUIRE(server.wait_closed(3));
    for (const CloseReason reason : server.closed_with()) CHECK(reason == CloseReason::normal);
}

TEST_CASE("each reason has its close code and text", "[wss]")
{
    const auto [reason, code] = GENERATE(table<CloseReason, unsigned>({{CloseReason::normal, 1000},
                                                                       {CloseReason::protocol_error, 1002},
                                                                       {CloseReason::bad_data, 1007},
                                                                       {CloseReason::policy, 1008},
                                                                       {CloseReason::too_big, 1009},
                                                                       {CloseReason::slow_consumer, 1008},
                                                                       {CloseReason::replaced, 4001},
                                                                       {CloseReason::revoked, 4003},
                                                                       {CloseReason::going_away, 1012}}));
    WssFixture server(test_wss_config());
    const auto client = open_websocket(server.port());
    client->send(frame(final_text, "close:" + std::to_string(static_cast<int>(reason))));
    const Received close = read_close(*client);
    CHECK(close.close_code == code);
    CHECK_FALSE(close.payload.empty());
    REQUIRE(server.wait_closed(1));
    CHECK(server.closed_with().front() == reason);
}

TEST_CASE("the upgrade has to come in time", "[wss]")
{
    WssConfig config = test_wss_config();
    config.handshake_timeout = 200ms;
    WssFixture server(config);
    RawClient no_tls(server.port(), false);
    RawClient no_upgrade(server.port(), true);
    no_upgrade.send("GET / HTTP/1.1\r\n");
    no_tls.read_to_end();
    no_upgrade.read_to_end();
    CHECK(no_tls.ended);
    CHECK(no_upgrade.ended);
    CHECK(server.links == 0);
}

TEST_CASE("silence is answered by pings, then by a close", "[wss]")
{
    WssConfig config = test_wss_config();
    config.ping_interval = 100ms;
    config.dead_after = 400ms;
    WssFixture server(config);
    const auto client = open_websocket(server.port());
    for (int i = 0; i < 6; ++i) { // pongs keep the link alive beyond dead_after
        CHECK(read_frame(*client).opcode == 9);
        client->send(frame(0x8A, ""));
    }
    CHECK(server.closed_with().empty());
    CHECK(read_close(*client).close_code == 1008);
    REQUIRE(server.wait_closed(1));
    CHECK(server.closed_with().front() == CloseReason::unresponsive);
}

TEST_CASE("a burst to a client that reads arrives whole", "[wss]")
{
    WssFixture server(test_wss_config());
    const auto client = open_websocket(server.port());
    client->send(frame(final_text, "flood:300:100"));
    for (int i = 0; i < 300; ++i) REQUIRE(read_frame(*client).payload.size() == 100);
}

TEST_CASE("T32: a client that stops reading is closed at 64 messages or 256 KiB, and others do not notice", "[wss]")
{
    WssFixture server(test_wss_config());
    RawClient lazy(server.port(), true);
    lazy.send(upgrade_text());
    lazy.read_until("\r\n\r\n");
    const auto other = open_websocket(server.port());
    lazy.send(frame(final_text, "flood:100000:10000"));
    REQUIRE(server.wait_closed(1));
    CHECK(server.closed_with().front() == CloseReason::slow_consumer);
    CHECK(server.counters.slow_consumers == 1);
    other->send(frame(final_text, "hello"));
    CHECK(read_frame(*other).payload == "hello");
    // Once it reads again, what was sent is well-formed and ends in the reason.
    const Received close = read_close(lazy);
    CHECK(close.close_code == 1008);
    CHECK(close.payload == "slow_consumer");
}

TEST_CASE("T32: pongs that nobody reads count too", "[wss]")
{
    WssConfig config = test_wss_config();
    config.max_control_frames = 10'000'000;
    WssFixture server(config);
    RawClient lazy(server.port(), true);
    lazy.send(upgrade_text());
    lazy.read_until("\r\n\r\n");
    std::string pings;
    for (int i = 0; i < 2'000; ++i) pings += frame(0x89, std::string(125, 'p'));
    for (int i = 0; i < 100 && server.closed_with().empty(); ++i) lazy.send(pings);
    REQUIRE(server.wait_closed(1));
    CHECK(server.closed_with().front() == CloseReason::slow_consumer);
}

TEST_CASE("T29: stop() tells every client 1012", "[wss]")
{
    WssConfig config = test_wss_config();
    config.close_timeout = 300ms;
    WssFixture server(config);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 20; ++i) clients.push_back(open_websocket(server.port()));
    server.stop();
    CHECK(server.closed_with().size() == 20);
    for (auto& client : clients) CHECK(read_close(*client).close_code == 1012);
}

TEST_CASE("connections are capped per address and in all", "[wss]")
{
    WssConfig config = test_wss_config();
    config.max_connections = 3;
    config.max_connections_per_address = 2;
    WssFixture server(config);
    const auto first = open_websocket(server.port());
    auto second = open_websocket(server.port());
    RawClient third(server.port(), true);
    CHECK_FALSE(third.connected());
    RawClient elsewhere(server.port(), true, {}, "127.0.0.2");
    CHECK(elsewhere.connected());
    RawClient full(server.port(), true, {}, "127.0.0.3");
    CHECK_FALSE(full.connected());
    CHECK(server.counters.refused_address == 1);
    CHECK(server.counters.refused_total == 1);
    second.reset(); // its place becomes free
    REQUIRE(server.wait_closed(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    RawClient again(server.port(), true);
    CHECK(again.connected());
}
