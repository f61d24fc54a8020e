// An authenticator app as the second factor.
#include "common/crypto/hotp.hpp"
#include "common/protocol/account_errc.hpp"
#include "tests/support/auth_world.hpp"

#include <set>

using namespace harvest;
using namespace harvest::test;
using protocol::AccountErrc;
using protocol::AuthErrc;
using protocol::Nothing;
using protocol::RecoveryCodes;
using protocol::TokenPair;
using protocol::TotpKey;

namespace {

Bytes from_base32(std::string_view text)
{
    Bytes bytes;
    std::uint32_t window = 0;
    int bits = 0;
    for (const char c : text) {
        window = window << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(window >> bits));
    }
    return bytes;
}

protocol::OwnerCall proof_of(const TokenPair& who, std::optional<std::string> code = std::nullopt)
{
    protocol::OwnerCall body;
    body.player = who.player;
    body.address = "192.0.2.1";
    body.password = "correct horse";
    body.code = std::move(code);
    return body;
}

// Kestrel, with an app once app() was called.
struct Phone {
    Result<TotpKey> begin() { return world.wait(world.call<TotpKey>("totp", proof_of(tokens))); }
    Result<RecoveryCodes> confirm(std::string code)
    {
        protocol::CodeCall body;
        body.player = tokens.player;
        body.code = std::move(code);
        return world.wait(world.call<RecoveryCodes>("confirm_totp", body));
    }
    Result<Nothing> drop(std::optional<std::string> code = std::nullopt)
    {
        return world.wait(world.call<Nothing>("drop_totp", proof_of(tokens, std::move(code))));
    }
    void set_up()
    {
        const Result<TotpKey> begun = begin();
        REQUIRE(begun.has_value());
        secret = begun->secret;
        Result<RecoveryCodes> told = confirm(shows());
        REQUIRE(told.has_value());
        recovery = std::move(told->recovery_codes);
        world.clock.advance(30s);
    }
    // What the app shows now.
    std::string shows() const
    {
        return crypto::hotp(from_base32(secret), static_cast<std::uint64_t>(world.clock.now() / 30s), 6);
    }
    Result<TokenPair> login(std::optional<std::string> code, std::string password = "correct horse")
    {
        protocol::LoginCall body;
        body.name = "Kestrel";
        body.password = std::move(password);
        body.code = std::move(code);
        body.address = "192.0.2.1";
        return world.sign_in("login", body);
    }

    AuthWorld world;
    TokenPair tokens = world.register_player("Kestrel").value();
    std::string secret;
    std::vector<std::string> recovery;
};

} // namespace

TEST_CASE("an app is asked for from the moment it has shown a code", "[auth][totp]")
{
    Phone phone;
    CHECK(phone.confirm("000000").error() == AccountErrc::no_totp);
    CHECK(phone.drop().error() == AccountErrc::no_totp);
    auto wrong = proof_of(phone.tokens);
    wrong.password = "wrong horse";
    CHECK(phone.world.wait(phone.world.call<TotpKey>("totp", wrong)).error() == AuthErrc::bad_credentials);
    const auto begun = phone.begin();
    REQUIRE(begun.has_value());
    CHECK(begun->uri ==
          "otpauth://totp/Harvest%20Battles:Kestrel?secret=" + begun->secret + "&issuer=Harvest%20Battles");
    CHECK(phone.confirm("abcdef").error() == AuthErrc::bad_code);
    CHECK(phone.login(std::nullopt).has_value()); // not yet
    CHECK(phone.world.trail.notes.empty());
    phone.set_up();
    const std::string player = phone.tokens.player.value;
    CHECK(phone.world.trail.told() == std::vector{"account.totp_on " + player + " "});
    CHECK(phone.confirm(phone.shows()).error() == AccountErrc::has_totp);
    CHECK(phone.login(std::nullopt).error() == AuthErrc::code_required);
    CHECK(phone.login("", "wrong horse").error() == AuthErrc::bad_credentials);
    CHECK(phone.login(phone.shows(), "wrong horse").error() == AuthErrc::bad_credentials);
    CHECK(phone.login(phone.shows())->player == phone.tokens.player);
    CHECK(phone.login(phone.shows()).error() == AuthErrc::bad_code); // RFC 6238 §5.2: once
    phone.world.clock.advance(30s);
    CHECK(phone.login(phone.shows()).has_value());
    phone.world.clock.advance(30s);
    REQUIRE(phone.drop(phone.shows()).has_value());
    CHECK(phone.world.trail.told() ==
          std::vector{"account.totp_off " + player + " 192.0.2.1", "account.totp_on " + player + " "});
}

TEST_CASE("a device account has no password that an app could stand beside", "[auth][totp]")
{
    AuthWorld world;
    const auto tokens = world.device(1);
    CHECK(world.wait(world.call<TotpKey>("totp", proof_of(*tokens))).error() == AuthErrc::no_password);
}

TEST_CASE("wrong codes are bounded as wrong passwords are", "[auth][totp]")
{
    Phone phone;
    phone.set_up();
    for (int i = 0; i < 3; ++i) CHECK(phone.login("abcdef").error() == AuthErrc::bad_code);
    CHECK(phone.login(phone.shows()).error() == AuthErrc::too_many_failures);
    phone.world.clock.advance(30s);
    for (int i = 0; i < 5; ++i) { // a code that is missing is no guess
        CHECK(phone.login(std::nullopt).error() == AuthErrc::code_required);
    }
    CHECK(phone.drop("abcdef").error() == AuthErrc::bad_code);
    CHECK(phone.drop(phone.shows()).error() == AuthErrc::too_many_failures);
}

TEST_CASE("ten recovery codes stand in for the app, once each", "[auth][totp]")
{
    Phone phone;
    phone.set_up();
    REQUIRE(phone.recovery.size() == 10);
    CHECK(std::set(phone.recovery.begin(), phone.recovery.end()).size() == 10);
    CHECK(phone.recovery[0].size() == 19);
    CHECK(phone.login(phone.recovery[0]).has_value());
    CHECK(phone.login(phone.recovery[0]).error() == AuthErrc::bad_code);
    std::string typed = phone.recovery[1];
    std::erase(typed, '-');
    for (char& c : typed)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    CHECK(phone.login(typed).has_value());
    REQUIRE(phone.drop(phone.recovery[2]).has_value());
    CHECK(phone.login(std::nullopt).has_value());
    phone.set_up();
    CHECK(phone.login(phone.recovery[0]).has_value()); // new ones
}

TEST_CASE("what wants the password wants the code too", "[auth][totp]")
{
    Phone phone;
    phone.set_up();
    const PlayerId player = phone.tokens.player;
    const auto email = [&](std::optional<std::string> code) {
        protocol::EmailCall body;
        body.player = player;
        body.address = "192.0.2.1";
        body.email = "kes@example.org";
        body.password = "correct horse";
        body.code = std::move(code);
        return phone.world.wait(phone.world.call<Nothing>("email", body));
    };
    CHECK(email(std::nullopt).error() == AuthErrc::code_required);
    CHECK(email("abcdef").error() == AuthErrc::bad_code);
    CHECK(email(phone.shows()).has_value());
    CHECK(phone.world.wait(phone.world.call<Nothing>("forget", proof_of(phone.tokens))).error() ==
          AuthErrc::code_required);
    protocol::LinkDeviceCall link;
    link.player = player;
    link.address = "192.0.2.1";
    link.device = secret_of(1);
    link.password = "correct horse";
    CHECK(phone.world.wait(phone.world.call<Nothing>("link_device", link)).error() == AuthErrc::code_required);
    link.code = phone.recovery[0];
    CHECK(phone.world.wait(phone.world.call<Nothing>("link_device", link)).has_value());
    CHECK(phone.world.device(1)->player == player); // its secret is enough
    const auto gone = phone.world.wait(phone.world.call<Nothing>("forget", proof_of(phone.tokens, phone.recovery[1])));
    CHECK(gone.has_value());
}
