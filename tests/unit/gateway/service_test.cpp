#include "daemons/gateway/routes.hpp"
#include "daemons/gateway/service.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::gateway;

TEST_CASE("paths fit patterns exactly", "[gateway]")
{
    CHECK(match_path("/v1/account", "/v1/account") == "");
    CHECK_FALSE(match_path("/v1/account", "/v1/account/").has_value());
    CHECK_FALSE(match_path("/v1/account", "/v1/Account").has_value());
    CHECK(match_path("/v1/decks/{id}", "/v1/decks/d_1") == "d_1");
    CHECK_FALSE(match_path("/v1/decks/{id}", "/v1/decks/").has_value());
    CHECK_FALSE(match_path("/v1/decks/{id}", "/v1/decks/a/b").has_value());
    CHECK(match_path("/v1/matches/{id}/replay", "/v1/matches/m_1/replay") == "m_1");
    CHECK_FALSE(match_path("/v1/matches/{id}/replay", "/v1/matches/replay").has_value());
    CHECK_FALSE(match_path("/v1/matches/{id}/replay", "/v1/matches//replay").has_value());
}

TEST_CASE("a path says which methods it takes", "[gateway]")
{
    CHECK(find_route("GET", "/v1/decks").route != nullptr);
    CHECK(find_route("HEAD", "/v1/decks").route == find_route("GET", "/v1/decks").route);
    CHECK(find_route("PATCH", "/v1/decks").allow == "GET, HEAD, POST, OPTIONS");
    CHECK(find_route("GET", "/v1/auth/login").allow == "POST, OPTIONS");
    CHECK(find_route("GET", "/v1/nothing").allow.empty());
    CHECK(find_route("PUT", "/v1/decks/d_1").id == "d_1");
}

TEST_CASE("bearer tokens are read from the header and nothing else", "[gateway]")
{
    CHECK(bearer_token("Bearer abc") == "abc");
    CHECK(bearer_token("bEARER abc") == "abc");
    for (const char* header : {"", "Bearer", "Bearer ", "Basic abc", "abc", "Bearerabc"}) {
        INFO(header);
        CHECK(bearer_token(header).empty());
    }
}

TEST_CASE("a content type is JSON by its name", "[gateway]")
{
    for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8"})
        CHECK(is_json_type(type));
    for (const char* type : {"", "text/json", "application/jsonx", "application/x-www-form-urlencoded", "json"})
        CHECK_FALSE(is_json_type(type));
}

TEST_CASE("a trace goes on with a span of ours; a bad one is begun anew", "[gateway]")
{
    std::array<std::uint8_t, 24> random{};
    for (std::size_t i = 0; i < random.size(); ++i) random[i] = static_cast<std::uint8_t>(i + 1);
    const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const Trace known = continue_trace(good, random);
    CHECK(known.id() == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(known.traceparent == "00-4bf92f3577b34da6a3ce929d0e0e4736-1112131415161718-01");
    for (const std::string& bad : std::vector<std::string>{
             "", "x", good + "0", "01" + good.substr(2), "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", std::string(55, '-')}) {
        const Trace fresh = continue_trace(bad, random);
        CHECK(fresh.traceparent == "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-00");
    }
    const Trace zero = continue_trace("", {});
    CHECK(zero.id() == "00000000000000000000000000000001");
}

TEST_CASE("limits by address take an IPv6 customer as one", "[gateway]")
{
    CHECK(address_key("192.0.2.7") == "192.0.2.7");
    CHECK(address_key("2001:db8:1:2:3:4:5:6") == address_key("2001:db8:1:2::1"));
    CHECK(address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1"));
    CHECK(address_key("::ffff:192.0.2.7") == "192.0.2.7");
    CHECK(address_key("unix:1000") == "unix:1000");
}

TEST_CASE("limits are told in whole seconds, rounded up", "[gateway]")
{
    CHECK(rate_policy("account", {200, 50ms}) == "\"account\";q=200;w=10");
    CHECK(rate_state("account", {true, 7, {}, 1001ms}) == "\"account\";r=7;t=2");
    CHECK(whole_seconds(1ms) == 1);
}
