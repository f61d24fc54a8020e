// What goes by mail, and the other ways into an account.
#include "common/protocol/account_errc.hpp"
#include "common/protocol/events.hpp"
#include "tests/support/auth_world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::AccountErrc;
using protocol::AuthErrc;
using protocol::Nothing;
using protocol::TokenPair;

namespace {

template <class Call>
Call of(const TokenPair& who)
{
    Call body;
    body.player = who.player;
    body.address = "192.0.2.1";
    return body;
}

Result<Nothing> set_email(AuthWorld& world, const TokenPair& who, std::string email,
                          std::string password = "correct horse")
{
    auto body = of<protocol::EmailCall>(who);
    body.email = std::move(email);
    body.password = std::move(password);
    return world.wait(world.call<Nothing>("email", body));
}

Result<Nothing> confirm(AuthWorld& world, std::string code)
{
    protocol::ConfirmCall body;
    body.token = std::move(code);
    body.address = "192.0.2.1";
    return world.wait(world.call<Nothing>("confirm_email", body));
}

// Asks, and lets everything happen that follows.
void ask_reset(AuthWorld& world, std::optional<std::string> name, std::optional<std::string> email = std::nullopt)
{
    protocol::AskResetCall body;
    body.name = std::move(name);
    body.email = std::move(email);
    body.address = "192.0.2.1";
    CHECK(world.wait(world.call<Nothing>("ask_reset", body)).has_value());
    for (int i = 0; i < 200; ++i) world.loop.poll();
}

Result<Nothing> reset(AuthWorld& world, std::string code, std::string password)
{
    protocol::ResetCall body;
    body.token = std::move(code);
    body.password = std::move(password);
    body.address = "192.0.2.1";
    return world.wait(world.call<Nothing>("reset", body));
}

TokenPair with_email(AuthWorld& world, const std::string& name, const std::string& email)
{
    const auto tokens = world.register_player(name);
    REQUIRE(tokens.has_value());
    REQUIRE(set_email(world, *tokens, email).has_value());
    REQUIRE(confirm(world, world.mailer.code()).has_value());
    return *tokens;
}

} // namespace

TEST_CASE("an address is taken from whom the account belongs to, and shown by its code", "[auth][mail]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    for (const char* bad : {"", "x", "@example.org", "x@", "x@example", "x@.org", "x@example..org", "a b@example.org",
                            "x@example.org\r\nBcc: y@example.org", "\"x\"@example.org", "x@exämple.org"})
        CHECK(set_email(world, *tokens, bad).error() == AccountErrc::bad_email);
    CHECK(set_email(world, *tokens, "kes@example.org", "wrong horse").error() == AuthErrc::bad_credentials);
    auto bare = of<protocol::EmailCall>(*tokens);
    bare.email = "kes@example.org";
    CHECK(world.wait(world.call<Nothing>("email", bare)).error() == Errc::invalid_argument);
    CHECK(world.mailer.letters.empty());
    REQUIRE(set_email(world, *tokens, "kes@example.org").has_value());
    REQUIRE(world.mailer.letters.size() == 1);
    CHECK(world.mailer.letters[0].to == "kes@example.org");
    CHECK(world.wait(world.credentials.email(tokens->player, world.by())).error() == Errc::not_found);
    const std::string code = world.mailer.code();
    CHECK(confirm(world, code + "x").error() == AccountErrc::bad_token);
    CHECK(reset(world, code, "battery staple").error() == AccountErrc::bad_token); // another purpose
    REQUIRE(confirm(world, code).has_value());
    CHECK(confirm(world, code).error() == AccountErrc::bad_token);
    CHECK(world.wait(world.credentials.email(tokens->player, world.by())).value() == "kes@example.org");

    const auto rival = world.register_player("Otter");
    REQUIRE(set_email(world, *rival, "KES@example.org").has_value()); // nothing is told yet
    CHECK(confirm(world, world.mailer.code()).error() == AccountErrc::email_taken);
    REQUIRE(set_email(world, *rival, "otter@example.org").has_value());
    world.clock.advance(24h);
    CHECK(confirm(world, world.mailer.code()).error() == AccountErrc::bad_token);
    world.mailer.broken = true;
    CHECK(set_email(world, *rival, "otter2@example.org").error() == Errc::unavailable);
}

TEST_CASE("T22: a reset by letter sets the password once and ends every session", "[auth][mail]")
{
    AuthWorld world;
    const TokenPair tokens = with_email(world, "Kestrel", "kes@example.org");
    world.clock.advance(1h);
    ask_reset(world, "kestrel");
    REQUIRE(world.mailer.letters.size() == 2);
    CHECK(world.mailer.letters.back().to == "kes@example.org");
    const std::string first = world.mailer.code();
    ask_reset(world, std::nullopt, "KES@example.org");
    REQUIRE(world.mailer.letters.size() == 3);
    const std::string second = world.mailer.code();
    CHECK(reset(world, second, "short").error() == AuthErrc::bad_password);
    CHECK(reset(world, second, "Kestrel").error() == AuthErrc::bad_password);
    CHECK(world.trail.notes.empty());
    REQUIRE(reset(world, second, "battery staple").has_value());
    CHECK(world.trail.told() == std::vector{"account.password_reset " + tokens.player.value + " 192.0.2.1"});
    for (const std::string& used : {first, second})
        CHECK(reset(world, used, "battery staples").error() == AccountErrc::bad_token);
    CHECK(world.refresh(tokens.refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(world.login("Kestrel", "battery staple").has_value());
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
    for (const StoredEvent& event : world.user_events()) CHECK(event.event.data.find("example") == std::string::npos);

    world.clock.advance(1h);
    ask_reset(world, "Kestrel");
    const std::string late = world.mailer.code();
    world.clock.advance(1h);
    CHECK(reset(world, late, "another staple").error() == AccountErrc::bad_token);
}

TEST_CASE("a letter that could not be sent takes nothing from the one that was", "[auth][mail]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    REQUIRE(set_email(world, *tokens, "kes@example.org").has_value());
    world.mailer.broken = true;
    CHECK(set_email(world, *tokens, "kes@example.org").error() == Errc::unavailable);
    CHECK(confirm(world, world.mailer.code()).has_value());

    world.clock.advance(1h);
    world.mailer.broken = false;
    ask_reset(world, "Kestrel");
    world.mailer.broken = true;
    for (int i = 0; i < 5; ++i) ask_reset(world, "Kestrel"); // anybody may
    CHECK(reset(world, world.mailer.code(), "battery staple").has_value());
}

TEST_CASE("T20: a request for a reset says the same and waits for nothing, whoever is meant", "[auth][mail]")
{
    AuthWorld world;
    with_email(world, "Kestrel", "kes@example.org");
    REQUIRE(world.register_player("Otter").has_value()); // without an address
    const std::size_t sent = world.mailer.letters.size();
    for (const char* name : {"Otter", "Nobody", "", "x'; DROP TABLE accounts"}) ask_reset(world, name);
    ask_reset(world, std::nullopt, "nobody@example.org");
    CHECK(world.mailer.letters.size() == sent);
    // The answer comes before anything has been looked up: a mailer that fails shows nowhere.
    world.mailer.broken = true;
    ask_reset(world, "Kestrel");
    CHECK(world.mailer.letters.size() == sent);
}

TEST_CASE("a reset is asked for by a name or an address, not by neither or both", "[auth][mail]")
{
    AuthWorld world;
    protocol::AskResetCall body;
    CHECK(world.wait(world.call<Nothing>("ask_reset", body)).error() == Errc::invalid_argument);
    body.name = "Kestrel";
    body.email = "kes@example.org";
    CHECK(world.wait(world.call<Nothing>("ask_reset", body)).error() == Errc::invalid_argument);
}

TEST_CASE("an address gets three letters at once, then one in ten minutes", "[auth][mail]")
{
    AuthWorld world;
    with_email(world, "Kestrel", "kes@example.org"); // the first letter
    for (int i = 0; i < 5; ++i) ask_reset(world, "Kestrel");
    CHECK(world.mailer.letters.size() == 3);
    const auto rival = world.register_player("Otter");
    CHECK(set_email(world, *rival, "Kes@Example.org").error() == Errc::resource_exhausted); // whoever asks
    world.clock.advance(10min);
    ask_reset(world, "Kestrel");
    CHECK(world.mailer.letters.size() == 4);
}

TEST_CASE("a deleted account gets no letters, and its codes do nothing", "[auth][mail]")
{
    AuthWorld world;
    const TokenPair tokens = with_email(world, "Kestrel", "kes@example.org");
    ask_reset(world, "Kestrel");
    const std::string code = world.mailer.code();
    auto body = of<protocol::OwnerCall>(tokens);
    body.password = "correct horse";
    REQUIRE(world.wait(world.call<Nothing>("forget", body)).has_value());
    CHECK(reset(world, code, "battery staple").error() == AccountErrc::bad_token);
    const std::size_t sent = world.mailer.letters.size();
    ask_reset(world, std::nullopt, "kes@example.org");
    CHECK(world.mailer.letters.size() == sent);
}

TEST_CASE("a device signs in to a password account once it is linked, and the next one takes its place", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel"), other = world.device(2);
    auto body = of<protocol::LinkDeviceCall>(*tokens);
    body.device = secret_of(1);
    CHECK(world.wait(world.call<Nothing>("link_device", body)).error() == Errc::invalid_argument);
    body.password = "wrong horse";
    CHECK(world.wait(world.call<Nothing>("link_device", body)).error() == AuthErrc::bad_credentials);
    body.password = "correct horse";
    REQUIRE(world.wait(world.call<Nothing>("link_device", body)).has_value());
    CHECK(world.device(1)->player == tokens->player);
    CHECK(world.trail.told() == std::vector{"account.device_linked " + tokens->player.value + " 192.0.2.1"});
    body.device = secret_of(2);
    CHECK(world.wait(world.call<Nothing>("link_device", body)).error() == AccountErrc::device_taken);
    body.device = "short";
    CHECK(world.wait(world.call<Nothing>("link_device", body)).error() == AuthErrc::bad_device_secret);
    body.device = secret_of(3);
    REQUIRE(world.wait(world.call<Nothing>("link_device", body)).has_value());
    CHECK(world.device(3)->player == tokens->player);
    CHECK(world.device(1)->player != tokens->player); // a stranger again
    CHECK(world.login("Kestrel", "correct horse").has_value());
}

TEST_CASE("a device account gets a password, once", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.device(1, "Otter");
    auto body = of<protocol::LinkPasswordCall>(*tokens);
    body.next = "battery staple";
    body.secret = secret_of(2);
    CHECK(world.wait(world.call<Nothing>("link_password", body)).error() == AuthErrc::bad_credentials);
    body.secret = secret_of(1);
    body.next = "Otter";
    CHECK(world.wait(world.call<Nothing>("link_password", body)).error() == AuthErrc::bad_password);
    body.next = "battery staple";
    REQUIRE(world.wait(world.call<Nothing>("link_password", body)).has_value());
    CHECK(world.login("Otter", "battery staple")->player == tokens->player);
    CHECK(world.trail.told() == std::vector{"account.password_set " + tokens->player.value + " 192.0.2.1"});
    CHECK(world.device(1)->player == tokens->player);
    CHECK(world.wait(world.call<Nothing>("link_password", body)).error() == AccountErrc::has_password);
}
