#include "daemons/auth/user_events.hpp"
#include "daemons/gateway/gate.hpp"
#include "tests/support/auth_world.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;

namespace {

// One process's own counts, beside those of all.
class TwoLevels final : public RateLimit {
public:
    TwoLevels(RateLimit& together, const Clock& clock) : own_(clock), together_(together) {}
    bool away{};

    RateDecision admit(const std::string& key, const RateRule& rule, std::int64_t cost) override
    {
        return own_.admit(key, rule, cost);
    }
    AsyncResult<RateDecision> admit_shared(std::string key, RateRule rule, std::int64_t cost, Deadline by) override
    {
        if (away) co_return Errc::unavailable;
        co_return co_await together_.admit_shared(std::move(key), rule, cost, by);
    }

private:
    memory::MemoryRateLimit own_;
    RateLimit& together_;
};

// The gate of one of several gateways.
struct Door {
    Door(AuthWorld& its_world, const gateway::Config& config)
        : world(its_world),
          gate(config, limits, keys, revoked, figures)
    {
    }

    Error pass(std::string_view method, std::string_view path)
    {
        const HttpRequest request;
        gateway::Call call{.request = request,
                           .id = {},
                           .who = {},
                           .trace = {},
                           .address = "192.0.2.1",
                           .by = world.by(),
                           .edition = {}};
        call.who.player.value = "p_1";
        gateway::Tightest tightest;
        const auto done = world.wait(gate.admit_route(*gateway::find_route(method, path).route, call, tightest));
        return done ? Error() : done.error();
    }

    AuthWorld& world;
    TwoLevels limits{world.limits, world.clock};
    crypto::JwtVerifier verifier;
    gateway::TokenKeys keys{verifier, world.rpc, world.clock, 1s};
    gateway::Revocations revoked{900s};
    telemetry::Metrics metrics;
    gateway::Figures figures{metrics};
    gateway::Gate gate;
};

} // namespace

TEST_CASE("reports of an account are counted over all doors, or by each where the others are away", "[gateway]")
{
    AuthWorld world;
    gateway::Config config;
    config.limits.reporting = {2, 60s};
    Door here(world, config), there(world, config);
    CHECK_FALSE(here.pass("POST", "/v1/reports"));
    CHECK_FALSE(there.pass("POST", "/v1/reports"));
    CHECK(here.pass("POST", "/v1/reports") == Errc::resource_exhausted);
    CHECK(there.pass("POST", "/v1/reports") == Errc::resource_exhausted);

    here.limits.away = true;
    CHECK_FALSE(here.pass("POST", "/v1/reports"));
    CHECK_FALSE(here.pass("POST", "/v1/reports"));
    CHECK(here.pass("POST", "/v1/reports") == Errc::resource_exhausted);
}

TEST_CASE("T30: where all doors' counts are away, logins stay shut", "[gateway]")
{
    AuthWorld world;
    const gateway::Config config;
    Door door(world, config);
    CHECK_FALSE(door.pass("POST", "/v1/auth/login"));
    door.limits.away = true;
    CHECK(door.pass("POST", "/v1/auth/login") == Errc::unavailable);
}

TEST_CASE("T22: a session that began while its account was being deleted is over at the gateways too", "[gateway]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    auth::UserEvents events("auth-0", world.clock, world.entropy);
    const Millis before = world.clock.now();
    world.clock.advance(5ms);
    const auto late = world.login("Kestrel", "correct horse");
    REQUIRE(late.has_value());
    std::vector<OutboxEvent> gone = events.revoked(late->player, std::nullopt, "deleted", {});
    gone.front().event.time = before;
    gateway::Revocations revoked{900s};
    revoked.learn(gone.front().event, world.clock.now());
    const Result<AccessClaims> claims = world.verifier.access(late->access_token, world.clock.now());
    REQUIRE(claims.has_value());
    CHECK(revoked.revoked(*claims));
}

TEST_CASE("T22: a session that began while a ban was on its way is over at the gateways too", "[gateway]")
{
    AuthWorld world;
    REQUIRE(world.register_player("Kestrel").has_value());
    const Millis banned_at = world.clock.now();
    world.clock.advance(5ms);
    const auto late = world.login("Kestrel", "correct horse");
    REQUIRE(late.has_value());
    auth::UserEvents events("admin-0", world.clock, world.entropy);
    std::vector<OutboxEvent> gone = events.revoked(late->player, std::nullopt, "ban", {});
    gone.front().event.time = banned_at;
    Sanction ban{late->player, "ban", "all", "why", banned_at, banned_at + 1h, "ops", AuditId{"a_1"}};
    REQUIRE(
        world.wait(world.accounts.sanction({std::move(ban), false, true}, std::move(gone), world.by())).has_value());

    gateway::Revocations revoked{900s};
    for (const StoredEvent& stored : world.user_events()) revoked.learn(stored.event, world.clock.now());
    const Result<AccessClaims> claims = world.verifier.access(late->access_token, world.clock.now());
    REQUIRE(claims.has_value());
    CHECK(revoked.revoked(*claims));
}
