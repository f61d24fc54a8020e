#include "daemons/gateway/query.hpp"
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

TEST_CASE("the values of a query are decoded once", "[gateway]")
{
    const auto read = [](std::string_view query) { return read_query(query, {"cursor", "name"}); };
    const auto both = read("name=Sunny%20Farm&cursor=1532000.p_01HZ-_");
    REQUIRE(both.has_value());
    CHECK(both->at(0) == "1532000.p_01HZ-_");
    CHECK(both->at(1) == "Sunny Farm");
    const auto value = [&](std::string_view text) {
        const auto values = read("name=" + std::string(text));
        return values ? values->at(1) : "refused";
    };
    CHECK(value("Sunny+Farm") == "Sunny Farm");
    CHECK(value("a%2Bb%26c%3dd") == "a+b&c=d");
    CHECK(value("%2520") == "%20");
    CHECK(value("M%C3%BChle") == "M\xC3\xBChle");
    for (const char* bad :
         {"%", "%2", "a%", "a%2", "%zz", "%2g", "% 2", "%-1", "%+1", "%0x", "%00", "%0A", "%1f", "%7F"})
        CHECK(value(bad) == "refused");
    for (const char* bad : {"name", "name=", "name=a&name=b", "colour=red", "=a", "n%61me=a"})
        CHECK(read(bad).error() == Errc::invalid_argument);
}

TEST_CASE("limits are told in whole seconds, rounded up", "[gateway]")
{
    CHECK(rate_policy("account", {200, 50ms}) == "\"account\";q=200;w=10");
    CHECK(rate_state("account", {true, 7, {}, 1001ms}) == "\"account\";r=7;t=2");
    CHECK(whole_seconds(1ms) == 1);
}
