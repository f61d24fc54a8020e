#include "common/game/rating/glicko2.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace harvest::game::rating;

TEST_CASE("Glicko-2 gives the result of Glickman's own example", "[rating]")
{
    const Rating player{1'500'000, 200'000, 60'000};
    const std::array games{Game{{1'400'000, 30'000, 60'000}, 2}, Game{{1'550'000, 100'000, 60'000}, 0},
                           Game{{1'700'000, 300'000, 60'000}, 0}};
    const Rating next = update(player, games);
    // The paper rounds on its way: 1464.06, 151.52, 0.05999.
    CHECK(std::abs(next.rating - 1'464'051) <= 10);
    CHECK(std::abs(next.deviation - 151'517) <= 10);
    CHECK(std::abs(next.volatility - 59'996) <= 1);
}

TEST_CASE("a win raises, a loss lowers, a draw between equals moves nothing", "[rating]")
{
    const Rating a, b;
    const auto after = [](const Rating& own, const Rating& opponent, int score) {
        const std::array games{Game{opponent, score}};
        return update(own, games);
    };
    CHECK(after(a, b, 2).rating > a.rating);
    CHECK(after(a, b, 0).rating < a.rating);
    CHECK(after(a, b, 1).rating == a.rating);
    CHECK(after(a, b, 2).rating - a.rating == a.rating - after(a, b, 0).rating);
    CHECK(after(a, b, 2).deviation < a.deviation);
    const Rating strong{2'000'000, 50'000, 60'000};
    CHECK(after(a, strong, 2).rating - a.rating > after(a, b, 2).rating - a.rating);
    CHECK(expected(a, a) == 500);
    CHECK(expected(a, strong) + expected(strong, a) == 1000);
    CHECK(expected(strong, a) > 850);
}

TEST_CASE("the deviation grows with idle days and stops at 350", "[rating]")
{
    const Rating rested{1'620'000, 60'000, 60'000};
    CHECK(idle(rested, 0) == rested);
    CHECK(idle(rested, 1).deviation > rested.deviation);
    CHECK(idle(rested, 30).deviation > idle(rested, 1).deviation);
    CHECK(idle(rested, 30).rating == rested.rating);
    CHECK(idle(rested, 1'000'000).deviation == 350'000);
    CHECK(update(rested, {}).deviation == idle(rested, 1).deviation);
}

TEST_CASE("a season's end goes half-way back to 1500", "[rating]")
{
    CHECK(season_reset({1'800'000, 60'000, 60'000}) == Rating{1'650'000, 150'000, 60'000});
    CHECK(season_reset({1'200'000, 200'000, 60'000}) == Rating{1'350'000, 200'000, 60'000});
}

TEST_CASE("long runs of one-sided results stay in sane bounds", "[rating]")
{
    Rating winner, loser;
    for (int i = 0; i < 2000; ++i) {
        const std::array won{Game{loser, 2}};
        const std::array lost{Game{winner, 0}};
        const Rating next = update(winner, won);
        loser = update(loser, lost);
        winner = next;
        REQUIRE(winner.rating < 5'000'000);
        REQUIRE(loser.rating > -2'000'000);
        REQUIRE(winner.deviation > 0);
        REQUIRE(winner.deviation <= 350'000);
        REQUIRE(winner.volatility > 0);
    }
}
