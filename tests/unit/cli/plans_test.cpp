#include "cli/api/change.hpp"
#include "common/adapters/memory/manual_clock.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::cli::api;

namespace {

Plan plan_of_a_drain()
{
    Plan plan;
    plan.action = "daemon.drain";
    return plan;
}

// What is said of the plan `given` while `state` is seen; "" if it holds.
std::string said_of(const std::string& given, const std::string& state, const Clock& clock)
{
    Plan plan = plan_of_a_drain();
    std::string why;
    const Result<void> named = name_plan(plan, state, given, clock.now(), why);
    CHECK(named.has_value() == (plan.id == given && why.empty()));
    if (!named) CHECK(named.error() == Errc::conflict);
    return why;
}

} // namespace

TEST_CASE("a plan holds for 15 minutes, under the id that it had", "[cli]")
{
    memory::ManualClock clock;
    clock.advance(1h + 250ms);
    Plan plan = plan_of_a_drain();
    std::string why;
    REQUIRE(name_plan(plan, "9 matches", std::nullopt, clock.now(), why));
    const std::string id = plan.id, end = plan.expires_at;
    CHECK(said_of(id, "9 matches", clock).empty());
    clock.advance(14min);
    CHECK(said_of(id, "9 matches", clock).empty());
    Plan again = plan_of_a_drain();
    REQUIRE(name_plan(again, "9 matches", id, clock.now(), why));
    CHECK(again.expires_at == end); // who asks anew gains no time
    clock.advance(2min);
    CHECK(said_of(id, "9 matches", clock) == "the plan " + id + " has expired: a plan is good for 15 minutes");
    Plan later = plan_of_a_drain();
    REQUIRE(name_plan(later, "9 matches", std::nullopt, clock.now(), why));
    CHECK(later.id != id);
}

TEST_CASE("a plan does not hold for another state, another change, or another time than its own", "[cli]")
{
    memory::ManualClock clock;
    clock.advance(1h);
    Plan plan = plan_of_a_drain();
    std::string why;
    REQUIRE(name_plan(plan, "9 matches", std::nullopt, clock.now(), why));
    CHECK(said_of(plan.id, "9 matches", clock).empty());
    CHECK(said_of(plan.id, "10 matches", clock).starts_with("the plan " + plan.id + " no longer holds"));
    Plan other;
    other.action = "key.rotate";
    CHECK_FALSE(name_plan(other, "9 matches", plan.id, clock.now(), why));
    Plan old = plan_of_a_drain();
    seal_plan(old, "9 matches", clock.now() - 16min);
    CHECK_FALSE(said_of(old.id, "9 matches", clock).empty());
    const std::string renewed = plan.id.substr(0, 11) + old.id.substr(11); // the time is in the hash too
    CHECK_FALSE(said_of(renewed, "9 matches", clock).empty());
    for (const char* id :
         {"pl_", "pl_000000000000", "pl_zzzzzzzz000000000000", "pl_-0000001000000000000", "nonsense"}) {
        INFO(id);
        CHECK_FALSE(said_of(id, "9 matches", clock).empty());
    }
}
