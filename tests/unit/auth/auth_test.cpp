#include "common/protocol/events.hpp"
#include "common/protocol/player_fold.hpp"
#include "tests/support/auth_world.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace harvest;
using namespace harvest::test;
using protocol::AuthErrc;

TEST_CASE("register, log in, come back by device: the tokens say who it is", "[auth]")
{
    AuthWorld world;
    const auto registered = world.register_player("Kestrel");
    REQUIRE(registered.has_value());
    CHECK(registered->token_type == "Bearer");
    CHECK(registered->expires_in_seconds == 600);
    const Result<AccessClaims> claims = world.verifier.access(registered->access_token, world.clock.now());
    REQUIRE(claims.has_value());
    CHECK(claims->player == registered->player);
    CHECK(claims->session == registered->session);
    CHECK(claims->name == "Kestrel");

    const auto again = world.login("kESTREL", "correct horse");
    REQUIRE(again.has_value());
    CHECK(again->player == registered->player);
    CHECK(again->session != registered->session);

    const auto device = world.device(1), same_device = world.device(1), other = world.device(2, "Otter");
    REQUIRE(device.has_value());
    REQUIRE(same_device.has_value());
    REQUIRE(other.has_value());
    CHECK(device->player == same_device->player);
    CHECK(device->player != other->player);
    CHECK(other->name == "Otter");
    CHECK(device->name.starts_with("farmer-"));
}

TEST_CASE("a new account is one transaction: row, grants, decks, event", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    REQUIRE(tokens.has_value());
    const auto account = world.wait(world.accounts.get(tokens->player, world.by()));
    REQUIRE(account.has_value());
    CHECK(account->password_hash.starts_with("$argon2id$"));
    CHECK(ulid_time(std::string_view(account->id.value).substr(2)).value() == account->created_at);
    const auto decks = world.wait(world.decks.list(tokens->player, world.by()));
    REQUIRE(decks.has_value());
    CHECK(decks->size() == 2);
    const auto balances = world.wait(world.ledger.balances(player_account(tokens->player), world.by()));
    REQUIRE(balances.has_value());
    CHECK(balances->size() == 2 + 14);
    CHECK(world.count_events(protocol::event_type::user_registered) == 1);
    protocol::PlayerFold fold(tokens->player);
    for (const StoredEvent& stored : world.user_events())
        REQUIRE(fold.apply(stored.event.id.value, stored.event.type, stored.event.time, stored.event.data));
    protocol::Holdings held;
    for (const Balance& balance : *balances) held[{"player", balance.asset}] = balance.amount;
    CHECK(fold.holdings() == held);
    CHECK(world.count_events(protocol::event_type::user_login) == 1);
    for (const StoredEvent& event : world.user_events()) {
        CHECK(event.event.subject == tokens->player.value);
        CHECK(event.event.data.find("Kestrel") == std::string::npos); // ids only
    }
}

TEST_CASE("names are unique without regard to case; the loser changes nothing", "[auth]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    CHECK(world.register_player("KESTREL").error() == AuthErrc::name_taken);
    CHECK(world.device(1, "kestrel").error() == AuthErrc::name_taken);
    CHECK(world.register_player("x").error() == AuthErrc::bad_name);
    CHECK(world.register_player("Otter", "short").error() == AuthErrc::bad_password);
    CHECK(world.count_events(protocol::event_type::user_registered) == 1);
}

TEST_CASE("a device that comes twice at once gets one account", "[auth]")
{
    AuthWorld world;
    protocol::DeviceCall body;
    body.secret = secret_of(9);
    body.address = "192.0.2.1";
    std::vector<AsyncResult<protocol::TokenPair>> calls;
    for (int i = 0; i < 8; ++i) calls.push_back(world.call<protocol::TokenPair>("device", body));
    std::optional<PlayerId> player;
    for (const auto& outcome : world.wait_all(std::move(calls))) {
        REQUIRE(outcome.has_value());
        if (!player) player = outcome->player;
        CHECK(outcome->player == *player);
    }
    CHECK(world.count_events(protocol::event_type::user_registered) == 1);
}

TEST_CASE("T21: a refresh token has one successor, and gives it again for ten seconds", "[auth]")
{
    AuthWorld world;
    const std::string first = world.register_player("Kestrel")->refresh_token;
    const auto second = world.refresh(first);
    REQUIRE(second.has_value());
    CHECK(second->refresh_token != first);
    world.clock.advance(9s);
    const auto repeated = world.refresh(first);
    REQUIRE(repeated.has_value());
    CHECK(repeated->refresh_token == second->refresh_token);
    const auto third = world.refresh(second->refresh_token);
    REQUIRE(third.has_value());
    CHECK(third->session == second->session);
}

TEST_CASE("T21: ten refreshes at once give one successor", "[auth]")
{
    AuthWorld world;
    protocol::RefreshRequest body;
    body.refresh_token = world.register_player("Kestrel")->refresh_token;
    std::vector<AsyncResult<protocol::TokenPair>> calls;
    for (int i = 0; i < 10; ++i) calls.push_back(world.call<protocol::TokenPair>("refresh", body));
    std::optional<std::string> successor;
    for (const auto& outcome : world.wait_all(std::move(calls))) {
        REQUIRE(outcome.has_value());
        if (!successor) successor = outcome->refresh_token;
        CHECK(outcome->refresh_token == *successor);
    }
    CHECK(world.count_events(protocol::event_type::session_revoked) == 0);
}

TEST_CASE("T21: a used token ends its family, however old it is", "[auth]")
{
    for (const int rotations : {1, 2, 5}) {
        AuthWorld world;
        const std::string first = world.register_player("Kestrel")->refresh_token;
        std::string current = first;
        for (int i = 0; i < rotations; ++i) {
            const auto next = world.refresh(current);
            REQUIRE(next.has_value());
            current = next->refresh_token;
        }
        world.clock.advance(11s);
        CHECK(world.refresh(first).error() == AuthErrc::session_ended);
        CHECK(world.refresh(current).error() == AuthErrc::session_ended);
        REQUIRE(world.count_events(protocol::event_type::session_revoked) == 1);
        CHECK(world.user_events().back().event.data.find("\"reuse\"") != std::string::npos);
        CHECK(world.metrics.exposition().find("harvest_auth_refresh_reuse_total 1") != std::string::npos);
        const std::string player = world.user_events().back().event.subject;
        CHECK(world.trail.told() == std::vector{"session.reuse " + player + " "});
    }
}

TEST_CASE("T21: a forged, foreign or expired refresh token is refused and ends nothing", "[auth]")
{
    AuthWorld world;
    const std::string good = world.register_player("Kestrel")->refresh_token;
    std::string forged = good;
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    for (const std::string& token : {std::string(), std::string("x"), forged, good + "x", std::string(100'000, 'x')})
        CHECK(world.refresh(token).error() == AuthErrc::session_ended);
    CHECK(world.count_events(protocol::event_type::session_revoked) == 0);
    const auto next = world.refresh(good);
    REQUIRE(next.has_value());
    world.clock.advance(std::chrono::days{30});
    CHECK(world.refresh(next->refresh_token).error() == AuthErrc::session_ended);
}

TEST_CASE("T22: logout ends the session and says so to all", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    protocol::RefreshRequest body;
    body.refresh_token = tokens->refresh_token;
    REQUIRE(world.wait(world.call<protocol::Nothing>("logout", body)).has_value());
    CHECK(world.refresh(tokens->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
    CHECK(world.count_events(protocol::event_type::user_logout) == 1);
    CHECK(world.wait(world.call<protocol::Nothing>("logout", body)).has_value()); // ended is ended
    body.refresh_token = "never heard of";
    CHECK(world.wait(world.call<protocol::Nothing>("logout", body)).has_value());
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
}

TEST_CASE("T22: logout with a token used long ago ends its session too", "[auth]")
{
    AuthWorld world;
    protocol::RefreshRequest body;
    body.refresh_token = world.register_player("Kestrel")->refresh_token;
    const auto second = world.refresh(body.refresh_token);
    REQUIRE(second.has_value());
    const auto third = world.refresh(second->refresh_token);
    REQUIRE(third.has_value());
    REQUIRE(world.wait(world.call<protocol::Nothing>("logout", body)).has_value());
    CHECK(world.refresh(third->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
    CHECK(world.count_events(protocol::event_type::user_logout) == 1);
}

TEST_CASE("T22: a new password ends every session but the one it answers with", "[auth]")
{
    AuthWorld world;
    const auto first = world.register_player("Kestrel"), second = world.login("Kestrel", "correct horse");
    protocol::PasswordCall body;
    body.player = first->player;
    body.address = "192.0.2.1";
    body.current = "wrong horse";
    body.next = "battery staple";
    CHECK(world.sign_in("password", body).error() == AuthErrc::bad_credentials);
    body.current = "correct horse";
    body.next = "short";
    CHECK(world.sign_in("password", body).error() == AuthErrc::bad_password);
    body.next = "battery staple";
    CHECK(world.trail.notes.empty());
    const auto changed = world.sign_in("password", body);
    REQUIRE(changed.has_value());
    CHECK(world.trail.told() == std::vector{"account.password_changed " + first->player.value + " 192.0.2.1"});
    CHECK(world.refresh(first->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.refresh(second->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.refresh(changed->refresh_token).has_value());
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(world.login("Kestrel", "battery staple").has_value());
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
}

TEST_CASE("A new account or password whose session cannot be made is in doubt, not refused", "[auth]")
{
    AuthWorld world;
    world.sessions.none_made = Errc::unavailable;
    CHECK(world.register_player("Kestrel").error() == Errc::in_doubt);
    CHECK(world.login("Kestrel", "correct horse").error() == Errc::unavailable); // nothing was done
    world.sessions.none_made.reset();
    const auto tokens = world.login("Kestrel", "correct horse");
    REQUIRE(tokens.has_value());
    protocol::PasswordCall body;
    body.player = tokens->player;
    body.address = "192.0.2.1";
    body.current = "correct horse";
    body.next = "battery staple";
    world.sessions.none_made = Errc::timed_out;
    CHECK(world.sign_in("password", body).error() == Errc::in_doubt);
    CHECK(world.trail.told() == std::vector{"account.password_changed " + tokens->player.value + " 192.0.2.1"});
    world.sessions.none_made.reset();
    CHECK(world.login("Kestrel", "battery staple").has_value());
}

namespace {

// Accounts on which something happens just before a password is changed.
class InterruptedAccounts final : public Accounts {
public:
    using Meanwhile = std::function<AsyncResult<protocol::TokenPair>()>;
    InterruptedAccounts(Accounts& inner, Meanwhile meanwhile) : inner_(inner), meanwhile_(std::move(meanwhile)) {}
    AsyncResult<void> create(NewAccount account, Deadline by) override { return inner_.create(std::move(account), by); }
    AsyncResult<Account> get(PlayerId player, Deadline by) override { return inner_.get(std::move(player), by); }
    AsyncResult<Account> find_by_name(std::string name, Deadline by) override
    {
        return inner_.find_by_name(std::move(name), by);
    }
    AsyncResult<Account> find_by_device(TokenHash secret, Deadline by) override
    {
        return inner_.find_by_device(secret, by);
    }
    AsyncResult<std::vector<Account>> list(AccountFilter filter, Deadline by) override
    {
        return inner_.list(std::move(filter), by);
    }
    AsyncResult<void> set_password(NewPassword password, std::vector<OutboxEvent> events, Deadline by) override
    {
        outcome = co_await meanwhile_();
        co_return co_await inner_.set_password(std::move(password), std::move(events), by);
    }
    AsyncResult<void> rename(Renaming renaming, std::vector<OutboxEvent> events, Deadline by) override
    {
        return inner_.rename(std::move(renaming), std::move(events), by);
    }
    AsyncResult<void> sanction(Imposing imposing, std::vector<OutboxEvent> events, Deadline by) override
    {
        return inner_.sanction(std::move(imposing), std::move(events), by);
    }
    AsyncResult<void> lift(Lifting lifting, std::vector<OutboxEvent> events, Deadline by) override
    {
        return inner_.lift(std::move(lifting), std::move(events), by);
    }
    AsyncResult<std::vector<Sanction>> sanctions(PlayerId player, Millis now, Deadline by) override
    {
        return inner_.sanctions(std::move(player), now, by);
    }

    Result<protocol::TokenPair> outcome = Errc::not_found;

private:
    Accounts& inner_;
    Meanwhile meanwhile_;
};

} // namespace

TEST_CASE("T22: no session that the old password opened outlives the change, however late it came", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    REQUIRE(tokens.has_value());
    InterruptedAccounts accounts(world.accounts, [&world] {
        protocol::LoginCall body;
        body.name = "Kestrel";
        body.password = "correct horse";
        body.address = "192.0.2.1";
        return world.call<protocol::TokenPair>("login", std::move(body));
    });
    auth::Auth second({}, "auth-1", world.loop.get_executor(), world.contents, world.rpc, accounts, world.sessions,
                      world.personal, world.credentials, world.mailer, world.factors, world.codes, world.hasher,
                      world.signer, world.limits, world.trail, world.clock, world.entropy, world.metrics);
    world.auth.stop();
    world.loop.poll();
    world.start(second);
    protocol::PasswordCall body;
    body.player = tokens->player;
    body.address = "192.0.2.1";
    body.current = "correct horse";
    body.next = "battery staple";
    const auto changed = world.sign_in("password", body);
    REQUIRE(changed.has_value());
    REQUIRE(accounts.outcome.has_value());
    CHECK(world.refresh(accounts.outcome->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.refresh(changed->refresh_token).has_value());
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
    second.stop();
    world.drain();
}

namespace {

AsyncResult<protocol::TokenPair> nothing()
{
    co_return Errc::canceled;
}

} // namespace

TEST_CASE("of two new passwords at once, for the same old one, the second is refused", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    REQUIRE(tokens.has_value());
    protocol::PasswordCall body;
    body.player = tokens->player;
    body.address = "192.0.2.1";
    body.current = "correct horse";
    body.next = "another staple";
    bool begun = false;
    InterruptedAccounts accounts(world.accounts, [&] {
        if (begun) return nothing();
        begun = true;
        return world.call<protocol::TokenPair>("password", body);
    });
    auth::Auth second({}, "auth-1", world.loop.get_executor(), world.contents, world.rpc, accounts, world.sessions,
                      world.personal, world.credentials, world.mailer, world.factors, world.codes, world.hasher,
                      world.signer, world.limits, world.trail, world.clock, world.entropy, world.metrics);
    world.auth.stop();
    world.loop.poll();
    world.start(second);
    protocol::PasswordCall late = body;
    late.next = "battery staple";
    CHECK(world.sign_in("password", late).error() == AuthErrc::bad_credentials);
    REQUIRE(accounts.outcome.has_value());
    CHECK(world.refresh(accounts.outcome->refresh_token).has_value());
    CHECK(world.login("Kestrel", "another staple").has_value());
    CHECK(world.login("Kestrel", "battery staple").error() == AuthErrc::bad_credentials);
    CHECK(world.count_events(protocol::event_type::session_revoked) == 1);
    second.stop();
    world.drain();
}

TEST_CASE("a session's row goes a day after its end, and its token is refused as before", "[auth]")
{
    AuthWorld world;
    const auto old = world.register_player("Kestrel"), gone = world.login("Kestrel", "correct horse");
    REQUIRE(gone.has_value());
    REQUIRE(world.wait(world.sessions.revoke(gone->session, {}, world.by())).has_value());
    world.clock.advance(1h);
    const auto newer = world.login("Kestrel", "correct horse");
    const auto kept = [&](const Result<protocol::TokenPair>& tokens) {
        return world.wait(world.sessions.get(tokens->session, world.by())).has_value();
    };
    // Looks are an hour apart, so the row goes within the hour.
    const auto pass = [&world](Millis length) {
        for (Millis passed{}; passed < length; passed += 30min) {
            world.clock.advance(30min);
            world.loop.poll();
        }
    };
    pass(std::chrono::days{31} - 1h);
    CHECK(kept(old));
    CHECK(kept(gone));
    pass(1h);
    CHECK_FALSE(kept(old));
    CHECK_FALSE(kept(gone));
    CHECK(kept(newer));
    CHECK(world.refresh(old->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.refresh(gone->refresh_token).error() == AuthErrc::session_ended);
    CHECK(world.login("Kestrel", "correct horse").has_value());
}

TEST_CASE("T22: a sign-in that overlaps a new password or a ban is refused", "[auth]")
{
    AuthWorld world({.cost = {.memory_kib = 65'536, .passes = 3}, .threads = 1, .queue = 16}); // takes its time
    const auto tokens = world.register_player("Kestrel");
    REQUIRE(tokens.has_value());
    // A login that compares the password on its own thread while `meanwhile` happens.
    const auto overlapping = [&](AsyncResult<void> meanwhile) {
        protocol::LoginCall body;
        body.name = "Kestrel";
        body.password = "correct horse";
        body.address = "192.0.2.1";
        const auto then_fail = [&world](AsyncResult<void> first) -> AsyncResult<protocol::TokenPair> {
            // Everything but the comparison has been done when the loop has nothing else to run.
            for (int turn = 0; turn < 100; ++turn) co_await asio::post(world.loop, asio::use_awaitable);
            const Result<void> done = co_await std::move(first);
            co_return done ? Errc::canceled : done.error();
        };
        std::vector<AsyncResult<protocol::TokenPair>> calls;
        calls.push_back(world.call<protocol::TokenPair>("login", body));
        calls.push_back(then_fail(std::move(meanwhile)));
        const auto outcomes = world.wait_all(std::move(calls));
        CHECK(outcomes.back().error() == Errc::canceled);
        return outcomes.front();
    };
    Sanction ban;
    ban.player = tokens->player;
    ban.kind = "ban";
    ban.scope = "login";
    ban.since = world.clock.now();
    ban.until = world.clock.now() + 1h;
    ban.audit = new_id<AuditId>(world.clock, world.entropy);
    CHECK(overlapping(world.accounts.sanction({ban}, {}, world.by())).error() == AuthErrc::banned);
    REQUIRE(world.wait(world.accounts.lift({tokens->player, "ban"}, {}, world.by())).has_value());
    const std::string before = world.wait(world.accounts.get(tokens->player, world.by()))->password_hash;
    CHECK(overlapping(world.accounts.set_password({tokens->player, before, "another"}, {}, world.by())).error() ==
          AuthErrc::bad_credentials);
    CHECK(world.count_events(protocol::event_type::user_login) == 1); // that of the registration
}

TEST_CASE("T22: the banned neither log in nor refresh, by any way", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel"), device = world.device(1);
    for (const PlayerId& player : {tokens->player, device->player}) {
        Sanction ban;
        ban.player = player;
        ban.kind = "ban";
        ban.scope = "all";
        ban.since = world.clock.now();
        ban.until = world.clock.now() + 1h;
        ban.by = "operator";
        ban.audit = new_id<AuditId>(world.clock, world.entropy);
        REQUIRE(world.wait(world.accounts.sanction({ban}, {}, world.by())).has_value());
    }
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::banned);
    CHECK(world.refresh(tokens->refresh_token).error() == AuthErrc::banned);
    CHECK(world.device(1).error() == AuthErrc::banned);
    CHECK(world.login("Kestrel", "wrong horse").error() ==
          AuthErrc::bad_credentials); // a ban is told to its owner only
    world.clock.advance(1h);
    CHECK(world.login("Kestrel", "correct horse").has_value());
}

TEST_CASE("a device account has no password to change or to log in with", "[auth]")
{
    AuthWorld world;
    const auto device = world.device(1, "Otter");
    protocol::PasswordCall body;
    body.player = device->player;
    body.address = "192.0.2.1";
    body.next = "battery staple";
    CHECK(world.sign_in("password", body).error() == AuthErrc::no_password);
    CHECK(world.login("Otter", "battery staple").error() == AuthErrc::bad_credentials);
}

TEST_CASE("a ticket is for the seat, match and instance that match asked for", "[auth]")
{
    AuthWorld world;
    protocol::SignTicketRequest body;
    body.player = PlayerId{"p_01JDC8Z5K7QMBW2X9T4R6V0HNE"};
    body.match = MatchId{"m_01JDC8Z5K7QMBW2X9T4R6V0HNG"};
    body.seat = 2;
    body.instance = "instance-0";
    const auto ticket = world.wait(world.call<protocol::SignedTicket>("sign_ticket", body));
    REQUIRE(ticket.has_value());
    const auto claims = world.verifier.ticket(ticket->ticket, "instance-0", world.clock.now());
    REQUIRE(claims.has_value());
    CHECK(claims->seat == 2);
    CHECK(claims->player == body.player);
    body.seat = 3;
    CHECK(world.wait(world.call<protocol::SignedTicket>("sign_ticket", body)).error() == Errc::invalid_argument);
}

TEST_CASE("a call that nobody knows, or whose body is not its own, is refused", "[auth]")
{
    AuthWorld world;
    protocol::Nothing nothing;
    CHECK(world.wait(world.call<protocol::Nothing>("become_admin", nothing)).error() == Errc::not_found);
    for (const char* method : {"register", "login", "device", "refresh", "logout", "password", "rename", "email",
                               "confirm_email", "reset", "link_device", "link_password", "sign_ticket"})
        CHECK(world.wait(world.call<protocol::Nothing>(method, nothing)).error() == Errc::invalid_argument);
}
