#include "daemons/auth/guess_limits.hpp"
#include "tests/support/auth_world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::AuthErrc;

namespace {

// A hasher that only counts: what reaches it is a failed check.
class CountingHasher final : public PasswordHasher {
public:
    AsyncResult<std::string> hash(std::string, Deadline) override { co_return std::string("hash"); }
    AsyncResult<bool> verify(std::string password, std::string phc, Deadline) override
    {
        ++checks;
        unknown += phc.empty();
        co_return Result<bool>(password == "correct horse" && !phc.empty());
    }
    int checks = 0, unknown = 0;
};

} // namespace

TEST_CASE("T19: one account from many addresses: at most 5 failed checks a minute and 50 a day", "[auth]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    std::vector<Millis> checks;
    int address = 0;
    for (Millis at{0}; at < 24h; at += 7s) {
        const std::string from = "198.51.100." + std::to_string(++address % 250);
        const auto outcome = world.login("kestrel", "guess " + std::to_string(at.count()), from);
        if (outcome.error() == AuthErrc::bad_credentials)
            checks.push_back(at);
        else
            CHECK(outcome.error() == AuthErrc::too_many_failures);
        world.clock.advance(7s);
    }
    CHECK(checks.size() <= 50);
    CHECK(checks.size() >= 40); // the limit is what refused, not something else
    for (std::size_t i = 5; i < checks.size(); ++i) CHECK(checks[i] - checks[i - 5] >= 60s);
}

TEST_CASE("T19: many accounts from one address: at most 10 failed checks in ten minutes", "[auth]")
{
    AuthWorld world;
    std::vector<Millis> checks;
    int account = 0;
    for (Millis at{0}; at < 1h; at += 5s) {
        const auto outcome = world.login("player" + std::to_string(++account), "some password");
        if (outcome.error() == AuthErrc::bad_credentials)
            checks.push_back(at);
        else
            CHECK(outcome.error() == AuthErrc::too_many_failures);
        world.clock.advance(5s);
    }
    CHECK(checks.size() >= 30);
    for (std::size_t i = 10; i < checks.size(); ++i) CHECK(checks[i] - checks[i - 10] >= 10min);
}

TEST_CASE("T19: guesses at once count as one by one", "[auth]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    std::vector<AsyncResult<protocol::TokenPair>> calls;
    for (int i = 0; i < 40; ++i) {
        protocol::LoginCall body;
        body.name = "Kestrel";
        body.password = "guess number " + std::to_string(i);
        body.address = "198.51.100." + std::to_string(i);
        calls.push_back(world.call<protocol::TokenPair>("login", body));
    }
    int checked = 0;
    for (const auto& outcome : world.wait_all(std::move(calls)))
        checked += outcome.error() == AuthErrc::bad_credentials;
    CHECK(checked <= 5);
    CHECK(checked >= 1);
}

TEST_CASE("T19: who guesses at many accounts locks the own address, and none of the accounts", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    for (int i = 0; i < 5; ++i) CHECK(world.login("nobody" + std::to_string(i), "wrong horse").has_error());
    CHECK(world.login("Kestrel", "wrong horse").error() == AuthErrc::too_many_failures);
    CHECK(world.trail.told() == std::vector<std::string>{"address.locked*  192.0.2.1"});
    CHECK(world.login("Kestrel", "correct horse", "198.51.100.1").has_value());
}

TEST_CASE("T19: guesses at once by several auth slots count together", "[auth]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    auth::GuessLimits here(world.limits, world.clock), there(world.limits, world.clock);
    const auto begin = [&](auth::GuessLimits& slot, int address) {
        const auto keys = auth::GuessLimits::keys("kestrel", "198.51.100." + std::to_string(address));
        return world.wait(slot.begin(keys, world.clock.after(1s)));
    };
    int under_way = 0;
    for (int i = 0; i < 10; ++i)
        under_way += begin(i % 2 ? here : there, i).value() == auth::GuessLimits::Verdict::may_try;
    CHECK(under_way == 3);
}

TEST_CASE("T19: the victim's own sessions go on, and right passwords do not count", "[auth]")
{
    AuthWorld world;
    const auto tokens = world.register_player("Kestrel");
    for (int i = 0; i < 30; ++i) REQUIRE(world.login("Kestrel", "correct horse").has_value());
    for (int i = 0; i < 10; ++i) CHECK(world.login("Kestrel", "wrong horse").has_error());
    const std::string locked = "account.locked* " + tokens->player.value + " 192.0.2.1";
    CHECK(world.trail.told() == std::vector(7, locked)); // of ten guesses, three were looked at
    CHECK(world.login("Kestrel", "correct horse").error() == AuthErrc::too_many_failures);
    CHECK(world.login("Nobody", "correct horse").error() == AuthErrc::bad_credentials);
    CHECK(world.refresh(tokens->refresh_token).has_value());
    world.clock.advance(1min);
    CHECK(world.login("Kestrel", "correct horse", "198.51.100.1").has_value());
}

TEST_CASE("T20: an unknown name walks the path of a known one", "[auth]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    CountingHasher hasher;
    auth::Auth second({}, "auth-1", world.loop.get_executor(), world.contents, world.rpc, world.accounts,
                      world.sessions, world.personal, world.credentials, world.mailer, world.factors, world.codes,
                      hasher, world.signer, world.limits, world.trail, world.clock, world.entropy, world.metrics);
    world.auth.stop();
    world.loop.poll();
    world.start(second);
    CHECK(world.login("Kestrel", "wrong horse").error() == AuthErrc::bad_credentials);
    CHECK(world.login("Nobody", "wrong horse").error() == AuthErrc::bad_credentials);
    CHECK(hasher.checks == 2);
    CHECK(hasher.unknown == 1);
    second.stop();
    world.drain();
}

namespace {

// A limiter whose other half is away.
class LonelyRateLimit final : public RateLimit {
public:
    explicit LonelyRateLimit(RateLimit& inner) : inner_(inner) {}
    RateDecision admit(const std::string& key, const RateRule& rule, std::int64_t cost) override
    {
        return inner_.admit(key, rule, cost);
    }
    AsyncResult<RateDecision> admit_shared(std::string, RateRule, std::int64_t, Deadline) override
    {
        co_return Errc::unavailable;
    }

private:
    RateLimit& inner_;
};

} // namespace

TEST_CASE("T30: without the shared limiter nobody logs in", "[auth]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    LonelyRateLimit limits(world.limits);
    auth::Auth second({}, "auth-1", world.loop.get_executor(), world.contents, world.rpc, world.accounts,
                      world.sessions, world.personal, world.credentials, world.mailer, world.factors, world.codes,
                      world.hasher, world.signer, limits, world.trail, world.clock, world.entropy, world.metrics);
    world.auth.stop();
    world.loop.poll();
    world.start(second);
    CHECK(world.login("Kestrel", "correct horse").error() == Errc::unavailable);
    second.stop();
    world.drain();
}

TEST_CASE("T18: more logins than the hasher takes are told to come back", "[auth]")
{
    AuthWorld world({.cost = {.memory_kib = 16'384, .passes = 3}, .threads = 1, .queue = 4});
    std::vector<AsyncResult<protocol::TokenPair>> calls;
    for (int i = 0; i < 60; ++i) {
        protocol::RegisterCall body;
        body.name = "player" + std::to_string(i);
        body.password = "correct horse";
        body.address = "192.0.2.1";
        calls.push_back(world.call<protocol::TokenPair>("register", body));
    }
    int made = 0, busy = 0;
    for (const auto& outcome : world.wait_all(std::move(calls))) {
        made += outcome.has_value();
        busy += outcome.has_error() && outcome.error() == AuthErrc::busy;
    }
    CHECK(made + busy == 60);
    CHECK(made >= 4); // what may wait; one more for each that the thread has begun meanwhile
    CHECK(busy >= 1);
}
