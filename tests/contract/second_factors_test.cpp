#include "common/adapters/sql/second_factors.hpp"
#include "common/ports/second_factors.hpp"
#include "tests/contract/support/social.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;

namespace {

TokenHash code_of(std::uint8_t fill)
{
    TokenHash hash;
    hash.fill(fill);
    return hash;
}

template <class Stores>
struct Factors {
    explicit Factors(Stores& its_stores) : stores(its_stores), factors(*its_stores->database) {}
    Result<SecondFactor> held(const PlayerId& player) { return get(factors.get(player, stores.soon())); }
    Result<void> begin(const PlayerId& player, Bytes box)
    {
        return get(factors.begin(player, std::move(box), stores.soon()));
    }
    Result<void> confirm(const PlayerId& player, Bytes box, std::vector<TokenHash> recovery = {})
    {
        return get(factors.confirm(player, {std::move(box), noon, 10}, std::move(recovery), stores.soon()));
    }
    Result<void> step(const PlayerId& player, std::int64_t number)
    {
        return get(factors.use_step(player, number, stores.soon()));
    }
    Result<void> recovery(const PlayerId& player, std::uint8_t fill)
    {
        return get(factors.use_recovery(player, code_of(fill), stores.soon()));
    }
    Result<void> drop(const PlayerId& player) { return get(factors.drop(player, stores.soon())); }

    Stores& stores;
    sql::SqlSecondFactors factors;
};

} // namespace

TEMPLATE_TEST_CASE("A second factor counts once it is confirmed, and is not replaced then", "[second_factors]",
                   HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada");
    Factors<TestType> of(stores);
    CHECK(of.held(ada).error() == Errc::not_found);
    CHECK(of.begin(PlayerId{"p_nobody"}, {1}).error() == Errc::not_found);
    CHECK(of.confirm(ada, {1}).error() == Errc::failed_precondition);
    REQUIRE(of.begin(ada, {1}));
    REQUIRE(of.begin(ada, {2})); // anew: the first never counted
    CHECK(of.held(ada)->confirmed_at == Millis{0});
    CHECK(of.step(ada, 11).error() == Errc::not_found);
    CHECK(of.confirm(ada, {1}).error() == Errc::failed_precondition);
    CHECK_FALSE(get(stores->personal.collect(ada, 10, noon, stores.soon()))->account.authenticator);
    REQUIRE(of.confirm(ada, {2}));
    CHECK(of.confirm(ada, {2}).error() == Errc::failed_precondition);
    CHECK(of.begin(ada, {3}).error() == Errc::already_exists);
    CHECK(of.held(ada)->box == Bytes{2});
    CHECK(get(stores->personal.collect(ada, 10, noon, stores.soon()))->account.authenticator);
    CHECK(of.held(ada)->confirmed_at == noon);
    CHECK(of.held(ada)->last_step == 10);
}

TEMPLATE_TEST_CASE("Each code is used once, and goes with its factor", "[second_factors]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    Factors<TestType> of(stores);
    REQUIRE(of.begin(ada, {1}));
    REQUIRE(of.confirm(ada, {1}, {code_of(1), code_of(2)}));
    CHECK(of.step(ada, 10).error() == Errc::not_found); // that it was confirmed by
    REQUIRE(of.step(ada, 12));
    CHECK(of.step(ada, 12).error() == Errc::not_found);
    CHECK(of.step(ada, 11).error() == Errc::not_found);
    CHECK(of.step(bob, 13).error() == Errc::not_found);
    CHECK(of.recovery(bob, 1).error() == Errc::not_found);
    REQUIRE(of.recovery(ada, 1));
    CHECK(of.recovery(ada, 1).error() == Errc::not_found);
    REQUIRE(of.drop(ada));
    CHECK(of.drop(ada).error() == Errc::not_found);
    CHECK(of.recovery(ada, 2).error() == Errc::not_found);

    REQUIRE(of.begin(ada, {4}));
    REQUIRE(of.confirm(ada, {4}, {code_of(5)}));
    Erasure erasure;
    erasure.player = ada;
    erasure.at = noon;
    erasure.first_event = stores.template id<EventId>();
    erasure.first_transfer = stores.template id<TransferId>();
    REQUIRE(get(stores->personal.erase(std::move(erasure), stores.soon())));
    CHECK(of.held(ada).error() == Errc::not_found);
    CHECK(of.recovery(ada, 5).error() == Errc::not_found);
    CHECK(of.begin(ada, {1}).error() == Errc::not_found);
}
