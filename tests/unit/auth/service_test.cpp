#include "common/base/encoding.hpp"
#include "daemons/auth/service.hpp"
#include "tests/support/small_content.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace harvest;
using namespace harvest::auth;

namespace {

TokenHash hash(std::uint8_t first)
{
    return TokenHash{first};
}

Session rotated_session(Millis rotated)
{
    Session session;
    session.id = SessionId{"s_01JDC8Z5K7QMBW2X9T4R6V0HNF"};
    session.generation = 5;
    session.current = hash(5);
    session.previous = hash(4);
    session.rotated_at = rotated;
    session.expires_at = rotated + 720h;
    return session;
}

} // namespace

TEST_CASE("T21: a refresh token works once, its predecessor for ten seconds", "[auth]")
{
    const Millis rotated{1h};
    Session session = rotated_session(rotated);
    CHECK(decide_refresh(session, hash(5), rotated, 10s) == RefreshDecision::rotate);
    CHECK(decide_refresh(session, hash(4), rotated + 9'999ms, 10s) == RefreshDecision::repeat);
    CHECK(decide_refresh(session, hash(4), rotated + 10s, 10s) == RefreshDecision::revoke_family);
    CHECK(decide_refresh(session, hash(3), rotated, 10s) == RefreshDecision::revoke_family);
    CHECK(decide_refresh(session, hash(5), rotated + 720h, 10s) == RefreshDecision::refuse);
    session.revoked = true;
    for (std::uint8_t i = 3; i <= 5; ++i)
        CHECK(decide_refresh(session, hash(i), rotated, 10s) == RefreshDecision::refuse);
}

TEST_CASE("names are 3 to 20 plain characters", "[auth]")
{
    for (const char* name : {"abc", "Kestrel", "a.b-c_d", "0neTwo", "abcdefghijklmnopqrst"}) {
        INFO(name);
        CHECK(check_name(name).has_value());
    }
    for (const char* name : {"", "ab", "abcdefghijklmnopqrstu", "_abc", "-abc", ".abc", "a b c", "abc\n", "ab\u00e4c",
                             "ab\u200bc", "ab\U0001f33dc", "\u202eabc", "a/../b", "a'b\"c", "abc\x7f", "ab\x01"}) {
        INFO(name);
        CHECK(check_name(name).error() == protocol::AuthErrc::bad_name);
    }
    CHECK(check_name(std::string_view("ab\0c", 4)).has_error());
    for (const char* name : {"bot-0000", "bot-0001", "Bot-0200", "BOT-9999"}) {
        INFO(name);
        CHECK(check_name(name).error() == protocol::AuthErrc::bad_name);
        CHECK(plausible_name(name));
    }
    for (const char* name : {"bot-000", "bot-00001", "bot-00c0de-17", "bot_0001", "bot-000x", "robot-0001"}) {
        INFO(name);
        CHECK(check_name(name).has_value());
    }
    CHECK(name_key("KesTrel.9") == "kestrel.9");
}

TEST_CASE("passwords are 8 to 128 bytes as they come", "[auth]")
{
    for (const std::string& password :
         {std::string("12345678"), std::string(128, 'x'), std::string("p\u00e4ssw\u00f6rd"),
          std::string("\U0001f33d\U0001f33d"), std::string("with spaces in it")})
        CHECK(check_password("kestrel", password).has_value());
    for (const std::string& password :
         {std::string(), std::string("1234567"), std::string(129, 'x'), std::string(1'000'000, 'x'),
          std::string("12345678\0", 9), std::string("1234\n5678"), std::string("kestrel1")})
        CHECK(check_password("Kestrel1", password).error() == protocol::AuthErrc::bad_password);
}

TEST_CASE("a device secret is 32 bytes in base64url and nothing else", "[auth]")
{
    const std::string good = to_base64url(std::array<std::uint8_t, 32>{1, 2, 3});
    CHECK(check_device_secret(good).has_value());
    for (const std::string& secret : {std::string(), std::string("abc"), good + "A", good.substr(1), good + "=",
                                      std::string(43, '!'), std::string(10'000, 'A')})
        CHECK(check_device_secret(secret).error() == protocol::AuthErrc::bad_device_secret);
}

TEST_CASE("a refresh token names its session and generation", "[auth]")
{
    const std::string session = "s_01JDC8Z5K7QMBW2X9T4R6V0HNF", proof(43, 'x');
    const auto name = read_refresh_token("hr." + session + ".17." + proof);
    REQUIRE(name.has_value());
    CHECK(name->session.value == session);
    CHECK(name->generation == 17);
    for (const std::string& token :
         {std::string(), "hr." + session, "hr." + session + ".." + proof, "hr." + session + ".-1." + proof,
          "hr." + session + ".1x." + proof, "hx." + session + ".1." + proof,
          "hr." + session + ".99999999999999999999." + proof, "hr.p_01JDC8Z5K7QMBW2X9T4R6V0HNF.1." + proof,
          std::string(1'000'000, '.')})
        CHECK_FALSE(read_refresh_token(token).has_value());
}

TEST_CASE("a ban from login or from everything keeps out, others do not", "[auth]")
{
    const auto sanctions = [](std::string kind, std::string scope) {
        Sanction sanction;
        sanction.kind = std::move(kind);
        sanction.scope = std::move(scope);
        return std::vector<Sanction>{sanction};
    };
    CHECK(is_banned(sanctions("ban", "login")));
    CHECK(is_banned(sanctions("ban", "all")));
    CHECK_FALSE(is_banned(sanctions("ban", "chat")));
    CHECK_FALSE(is_banned(sanctions("mute", "all")));
    CHECK_FALSE(is_banned({}));
}

TEST_CASE("a new account begins with two decks, their cards, 100 coins and 20 wheat seeds", "[auth]")
{
    const auto content = test::small_content();
    Account account;
    account.id = PlayerId{"p_01JDC8Z5K7QMBW2X9T4R6V0HNE"};
    const NewAccount fresh = starter_account(account, content);
    REQUIRE(fresh.decks.size() == 2);
    std::map<std::string, std::int64_t> granted;
    for (const Transfer& transfer : fresh.grants) {
        CHECK(transfer.debit == "mint");
        CHECK(transfer.credit == "player:p_01JDC8Z5K7QMBW2X9T4R6V0HNE");
        granted[transfer.asset] += transfer.amount;
    }
    CHECK(granted["coin"] == 100);
    CHECK(granted["seed.wheat"] == 20);
    // Both decks can stand side by side.
    std::map<std::string, std::int64_t> needed;
    for (const Deck& deck : fresh.decks) {
        CHECK(deck.cards.size() == 24);
        CHECK(deck.farmer == "gardener");
        for (const std::string& card : deck.cards) ++needed["card." + card];
    }
    for (const auto& [asset, copies] : needed) CHECK(granted[asset] == copies);
}
