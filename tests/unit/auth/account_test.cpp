// What a player does with an account that there is: another name, the end.
#include "common/protocol/account_errc.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/names.hpp"
#include "tests/support/auth_world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::AccountErrc;
using protocol::AuthErrc;
using protocol::TokenPair;

namespace {

Result<protocol::AccessToken> rename(AuthWorld& world, const TokenPair& who, std::string name)
{
    protocol::RenameCall body;
    body.player = who.player;
    body.session = who.session;
    body.name = std::move(name);
    return world.wait(world.call<protocol::AccessToken>("rename", body));
}

Result<void> forget(AuthWorld& world, const TokenPair& who, std::optional<std::string> password,
                    std::optional<std::string> secret = std::nullopt)
{
    protocol::OwnerCall body;
    body.player = who.player;
    body.address = "192.0.2.1";
    body.password = std::move(password);
    body.secret = std::move(secret);
    const auto done = world.wait(world.call<protocol::Nothing>("forget", body));
    if (!done) return done.error();
    return {};
}

} // namespace

TEST_CASE("a name is changed at most once in thirty days, and the access token carries it", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    REQUIRE(world.register_player("Otter").has_value());
    CHECK(rename(world, *tokens, "otter").error() == AuthErrc::name_taken);
    CHECK(rename(world, *tokens, "x").error() == AuthErrc::bad_name);
    CHECK(rename(world, *tokens, "Deleted-3r6w1xyz").error() == AuthErrc::bad_name);
    const auto renamed = rename(world, *tokens, "Merlin");
    REQUIRE(renamed.has_value());
    CHECK(world.verifier.access(renamed->access_token, world.clock.now())->name == "Merlin");
    CHECK(renamed->session == tokens->session);
    CHECK(world.refresh(tokens->refresh_token)->name == "Merlin");
    CHECK(world.login("Merlin", "correct horse").has_value());
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(rename(world, *tokens, "Merlin").has_value()); // nothing to do
    CHECK(rename(world, *tokens, "Hobby").error() == AccountErrc::rename_too_soon);
    world.clock.advance(std::chrono::days{30} - 1ms);
    CHECK(rename(world, *tokens, "Hobby").error() == AccountErrc::rename_too_soon);
    world.clock.advance(1ms);
    const auto again = world.login("Merlin", "correct horse"); // a session lives thirty days
    CHECK(rename(world, *again, "Hobby").has_value());
    CHECK(world.register_player("Merlin").has_value()); // free at once
    CHECK(world.count_events(protocol::event_type::user_renamed) == 2);
    for (const StoredEvent& event : world.user_events()) CHECK(event.event.data.find("Merlin") == std::string::npos);
}

TEST_CASE("a player's name is told as it is now, and none of an account that is deleted", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    const auto name = [&](const PlayerId& player) {
        const protocol::NameRequest body{player};
        return world.wait(world.call<protocol::NameReply>("name", body));
    };
    CHECK(name(tokens->player)->name == "Kestrel");
    REQUIRE(rename(world, *tokens, "Merlin").has_value());
    CHECK(name(tokens->player)->name == "Merlin");
    REQUIRE(forget(world, *tokens, "correct horse").has_value());
    CHECK(name(tokens->player).error() == Errc::not_found);
    CHECK(name({"p_00000000000000000000000000"}).error() == Errc::not_found);
}

TEST_CASE("T22: an access token alone does not lead from one to the next", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    const Millis began = world.clock.now();
    REQUIRE(tokens.has_value());
    const auto same = rename(world, *tokens, "Kestrel");
    REQUIRE(same.has_value());
    CHECK(same->expires_in_seconds == 600);
    world.clock.advance(9min);
    const auto late = rename(world, *tokens, "Kestrel");
    REQUIRE(late.has_value());
    CHECK(late->expires_in_seconds == 70); // the grace of a refresh token counts
    CHECK(world.verifier.access(late->access_token, world.clock.now())->expires_at == began + 10min + 10s);
    world.clock.advance(70s);
    CHECK(rename(world, *tokens, "Kestrel").error() == Errc::unauthenticated);
    const auto refreshed = world.refresh(tokens->refresh_token);
    REQUIRE(refreshed.has_value());
    CHECK(rename(world, *refreshed, "Kestrel")->expires_in_seconds == 600);
    world.clock.advance(std::chrono::days{30});
    CHECK(rename(world, *refreshed, "Kestrel").error() == AuthErrc::session_ended);
}

TEST_CASE("nobody takes the name of a bot of the house, and who has one keeps it", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    CHECK(world.register_player("bot-0002").error() == AuthErrc::bad_name);
    CHECK(world.device(1, "Bot-0001").error() == AuthErrc::bad_name);
    CHECK(rename(world, *tokens, "BOT-0200").error() == AuthErrc::bad_name);
    CHECK(world.device(2, "bot-00c0de-1").has_value()); // of a load test
    // From before the names were the house's.
    Renaming renaming;
    renaming.player = tokens->player;
    renaming.name = "bot-0001";
    renaming.at = world.clock.now();
    REQUIRE(world.wait(world.accounts.rename(std::move(renaming), {}, world.by())).has_value());
    CHECK(world.login("bot-0001", "correct horse").has_value());
    const auto device = world.device(3);
    renaming = {};
    renaming.player = device->player;
    renaming.name = "bot-0003";
    renaming.at = world.clock.now();
    REQUIRE(world.wait(world.accounts.rename(std::move(renaming), {}, world.by())).has_value());
    CHECK(world.device(3, "bot-0003")->player == device->player);
}

TEST_CASE("T22: an account is deleted by who knows its password, and nothing of it signs in again", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    CHECK(forget(world, *tokens, std::nullopt).error() == Errc::invalid_argument);
    CHECK(forget(world, *tokens, "wrong horse").error() == AuthErrc::bad_credentials);
    CHECK(forget(world, *tokens, std::nullopt, secret_of(1)).error() == AuthErrc::bad_credentials);
    CHECK(world.refresh(tokens->refresh_token).has_value());
    REQUIRE(forget(world, *tokens, "correct horse"));
    CHECK(forget(world, *tokens, "correct horse")); // gone is gone
    CHECK(world.trail.told() == std::vector{"account.deleted " + tokens->player.value + " 192.0.2.1"});
    CHECK(world.refresh(tokens->refresh_token).error() == AuthErrc::session_ended);
    CHECK(rename(world, *tokens, "Merlin").error() == AuthErrc::session_ended);
    world.clock.advance(1h); // the failures above are forgiven
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(world.login("Nobody", "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(world.login(erased_name(tokens->player), "correct horse").error() == AuthErrc::bad_credentials);
    REQUIRE(world.count_events(protocol::event_type::session_revoked) == 1);
    CHECK(world.count_events(protocol::event_type::user_deleted) == 1);
    const auto next = world.register_player("Kestrel");
    REQUIRE(next.has_value());
    CHECK(next->player != tokens->player);
}

TEST_CASE("T19: guesses at the password of a deletion are counted with those of a login", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    for (int i = 0; i < 3; ++i) CHECK(forget(world, *tokens, "wrong horse").error() == AuthErrc::bad_credentials);
    CHECK(forget(world, *tokens, "correct horse").error() == AuthErrc::too_many_failures);
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::too_many_failures);
}

TEST_CASE("an account without a password is deleted by its device, which may begin anew", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.device(1);
    CHECK(forget(world, *tokens, "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(forget(world, *tokens, std::nullopt, secret_of(2)).error() == AuthErrc::bad_credentials);
    REQUIRE(forget(world, *tokens, std::nullopt, secret_of(1)));
    const auto anew = world.device(1);
    REQUIRE(anew.has_value());
    CHECK(anew->player != tokens->player);
}
