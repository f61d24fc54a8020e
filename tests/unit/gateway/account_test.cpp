// The account over REST: another name, all that is kept of me, the end; and the wallet that is not there.
#include "common/protocol/export.hpp"
#include "common/protocol/problem.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::Problem;

TEST_CASE("a player takes another name over REST", "[gateway][account]")
{
    GatewayWorld world;
    const std::string token = world.register_player("Kestrel")->access_token;
    const HttpResponse renamed = world.ask("PATCH", "/v1/account", R"({"name":"Merlin"})", token);
    REQUIRE(renamed.status == 200);
    const auto answer = body_of<protocol::AccessToken>(renamed);
    CHECK(body_of<protocol::AccountInfo>(world.ask("GET", "/v1/account", {}, answer.access_token)).name == "Merlin");
    CHECK(renamed.body.find("refresh") == std::string::npos); // a leaked access token must not become more
    const HttpResponse soon = world.ask("PATCH", "/v1/account", R"({"name":"Hobby"})", token);
    CHECK(soon.status == 409);
    CHECK(code_of(soon) == "account.rename_too_soon");
    REQUIRE(world.register_player("Otter").has_value());
    CHECK(code_of(world.ask("PATCH", "/v1/account", R"({"name":"-"})", token)) == "auth.bad_name");
    CHECK(world.ask("PATCH", "/v1/account", R"({"name":"Hobby","bot":false})", token).status == 400);
    CHECK(world.ask("PATCH", "/v1/account", "", token).status == 415);
}

TEST_CASE("a player gets all that is kept, a few times", "[gateway][account]")
{
    GatewayWorld world;
    const auto mine = world.register_player("Kestrel"), other = world.device(1, "Otter");
    for (int i = 0; i < 3; ++i) {
        const HttpResponse response = world.ask("GET", "/v1/account/export", {}, mine->access_token);
        REQUIRE(response.status == 200);
        CHECK(header(response, "Cache-Control") == "no-store");
        const auto document = body_of<protocol::AccountExport>(response);
        CHECK(document.account.id == mine->player);
        CHECK(document.balances.size() == 16);
        CHECK(document.decks.size() == 2);
        CHECK(document.sessions.at(0).id == mine->session);
        CHECK(response.body.find("Otter") == std::string::npos);
        CHECK(response.body.find("argon2") == std::string::npos);
    }
    const HttpResponse often = world.ask("GET", "/v1/account/export", {}, mine->access_token);
    CHECK(often.status == 429);
    CHECK(header(often, "RateLimit-Policy") == "\"export\";q=3;w=1800");
    CHECK(world.ask("GET", "/v1/account/export", {}, other->access_token).status ==
          200); // each has a limit of one's own
}

TEST_CASE("T22: after a deletion no token works, nobody finds the player, and login says what it says of anybody",
          "[gateway][account]")
{
    GatewayWorld world;
    const auto gone = world.register_player("Kestrel"), other = world.register_player("Otter");
    CHECK(code_of(world.ask("DELETE", "/v1/account", R"({"password":"wrong horse"})", gone->access_token)) ==
          "auth.bad_credentials");
    CHECK(world.ask("DELETE", "/v1/account", "{}", gone->access_token).status == 400);
    CHECK(world.ask("DELETE", "/v1/account", "", gone->access_token).status == 415);
    CHECK(
        world.ask("DELETE", "/v1/account", R"({"password":"correct horse","sure":true})", gone->access_token).status ==
        400);
    CHECK(world.ask("GET", "/v1/account", {}, gone->access_token).status == 200);
    CHECK(world.ask("DELETE", "/v1/account", R"({"password":"correct horse"})", gone->access_token).status == 204);
    world.settle();
    CHECK(world.ask("GET", "/v1/account", {}, gone->access_token).status == 401);
    CHECK(world.ask("DELETE", "/v1/account", R"({"password":"correct horse"})", gone->access_token).status == 401);
    const std::string refresh = R"({"refresh_token":")" + gone->refresh_token + R"("})";
    CHECK(code_of(world.ask("POST", "/v1/auth/refresh", refresh)) == "auth.session_ended");
    const HttpResponse known = world.ask("POST", "/v1/auth/login", R"({"name":"Kestrel","password":"correct horse"})");
    const HttpResponse unknown = world.ask("POST", "/v1/auth/login", R"({"name":"Nobody","password":"correct horse"})");
    CHECK(known.status == unknown.status);
    CHECK(code_of(known) == code_of(unknown));
    CHECK(world.ask("GET", "/v1/players/" + gone->player.value, {}, other->access_token).status == 404);
    CHECK(code_of(world.ask("POST", "/v1/friends", R"({"player":")" + gone->player.value + R"("})",
                            other->access_token)) == "social.no_such_player");
}

TEST_CASE("the wallet's paths say that there is no chain", "[gateway][account]")
{
    GatewayWorld world;
    const HttpResponse nonce = world.ask("POST", "/v1/auth/wallet/nonce");
    CHECK(nonce.status == 501);
    CHECK(nonce.content_type == "application/problem+json");
    CHECK(code_of(nonce) == "feature_disabled");
    CHECK(code_of(world.ask("POST", "/v1/auth/wallet/login", R"({"message":"x","signature":"0x"})")) ==
          "feature_disabled");
}

TEST_CASE("an address, a reset and a second way in over REST", "[gateway][account]")
{
    GatewayWorld world;
    const auto tokens = world.register_player("Kestrel");
    const std::string& token = tokens->access_token;
    CHECK(code_of(world.ask("PUT", "/v1/account/email", R"({"email":"x","password":"correct horse"})", token)) ==
          "account.bad_email");
    const HttpResponse asked =
        world.ask("PUT", "/v1/account/email", R"({"email":"kes@example.org","password":"correct horse"})", token);
    CHECK(asked.status == 202);
    CHECK(asked.body == "{}");
    const std::string confirm = R"({"token":")" + world.mailer.code() + R"("})";
    CHECK(world.ask("POST", "/v1/auth/email/confirm", confirm).status == 204);
    const HttpResponse again = world.ask("POST", "/v1/auth/email/confirm", confirm);
    CHECK(again.status == 409);
    CHECK(code_of(again) == "account.bad_token");
    CHECK(world.ask("GET", "/v1/account/export", {}, token).body.find("kes@example.org") != std::string::npos);
    const auto other = world.register_player("Otter");
    CHECK(world
              .ask("PUT", "/v1/account/email", R"({"email":"Kes@example.org","password":"correct horse"})",
                   other->access_token)
              .status == 202);
    CHECK(code_of(world.ask("POST", "/v1/auth/email/confirm", R"({"token":")" + world.mailer.code() + R"("})")) ==
          "account.email_taken");

    const std::string secret = to_base64url(std::array<std::uint8_t, 32>{7});
    const std::string link = R"({"device":")" + secret + R"(","password":"correct horse"})";
    CHECK(world.ask("PUT", "/v1/account/device", link, token).status == 204);
    CHECK(world.device(7)->player == tokens->player);
    CHECK(code_of(world.ask("PUT", "/v1/account/device", link, other->access_token)) == "account.device_taken");
    CHECK(code_of(world.ask("PUT", "/v1/account/password", R"({"next":"battery staple","secret":")" + secret + R"("})",
                            token)) == "account.has_password");

    const HttpResponse known = world.ask("POST", "/v1/auth/password/reset", R"({"name":"Kestrel"})");
    const HttpResponse unknown = world.ask("POST", "/v1/auth/password/reset", R"({"email":"nobody@example.org"})");
    CHECK(known.status == 202);
    CHECK(unknown.status == 202);
    CHECK(known.body == unknown.body);
    for (int i = 0; i < 10; ++i) world.settle();
    const std::string reset = R"({"token":")" + world.mailer.code() + R"(","password":"battery staple"})";
    CHECK(world.ask("POST", "/v1/auth/password/reset/confirm", reset).status == 204);
    world.settle();
    CHECK(world.ask("GET", "/v1/account", {}, token).status == 401);
    CHECK(world.login("Kestrel", "battery staple").has_value());
    for (int i = 0; i < 3; ++i) world.ask("POST", "/v1/auth/password/reset", R"({"name":"Nobody"})");
    CHECK(world.ask("POST", "/v1/auth/password/reset", R"({"name":"Nobody"})").status == 429);
}

TEST_CASE("an authenticator app over REST", "[gateway][account]")
{
    GatewayWorld world;
    const auto tokens = world.register_player("Kestrel");
    const std::string& token = tokens->access_token;
    const std::string proof = R"({"password":"correct horse"})";
    CHECK(code_of(world.ask("DELETE", "/v1/account/totp", proof, token)) == "account.no_totp");
    CHECK(world.ask("PUT", "/v1/account/totp", proof).status == 401);
    const HttpResponse key = world.ask("PUT", "/v1/account/totp", proof, token);
    CHECK(key.status == 200);
    CHECK(key.body.find("otpauth://totp/Harvest%20Battles:Kestrel?secret=") != std::string::npos);
    const HttpResponse wrong = world.ask("POST", "/v1/account/totp/confirm", R"({"code":"abcdef"})", token);
    CHECK(wrong.status == 401);
    CHECK(code_of(wrong) == "auth.bad_code");
    CHECK(world.login("Kestrel", "correct horse").has_value());
}
