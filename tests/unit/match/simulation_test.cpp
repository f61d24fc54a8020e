#include "daemons/match/simulation.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace harvest;
using match::Config;
using match::QueueFigures;
using match::Seeker;
using match::simulate;

namespace {

Seeker ticket(int number, Millis since, double rating, std::string mode = "ranked")
{
    Seeker one;
    one.ticket.value = "q_" + std::to_string(number);
    one.player.value = "p_" + std::to_string(number);
    one.mode = std::move(mode);
    one.rating = rating;
    one.deviation = 50;
    one.since = since;
    return one;
}

// A day's beginning, as recorded times are.
constexpr Millis nine{1'795'942'800'000};

std::vector<Seeker> crowd(int players, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::vector<Seeker> tickets;
    for (int i = 0; i < players; ++i)
        tickets.push_back(ticket(i, nine + Millis{static_cast<std::int64_t>(random() % 600'000)},
                                 1'100 + static_cast<double>(random() % 800)));
    return tickets;
}

} // namespace

TEST_CASE("Recorded tickets wait as long as the rules say", "[match][simulation]")
{
    Config config; // 100 points at once, 40 more a second
    const auto equals = simulate({ticket(1, nine, 1'500), ticket(2, nine + 3s, 1'500)}, config);
    REQUIRE(equals.size() == 1);
    CHECK(equals[0].paired == 2);
    CHECK(equals[0].wait_p50 == 0); // who came last
    CHECK(equals[0].wait_max == 3);
    CHECK(equals[0].gap_mean == 0);

    const auto apart = simulate({ticket(1, nine, 1'300), ticket(2, nine, 1'700)}, config);
    CHECK(apart[0].paired == 2);
    CHECK(apart[0].wait_max > 5); // damped by the deviations: a little less than 400 points
    CHECK(apart[0].wait_max <= 7.5);
    CHECK(apart[0].gap_p95 == 400);

    config.window_max = 200;
    const auto never = simulate({ticket(1, nine, 1'300), ticket(2, nine, 1'700)}, config);
    CHECK(never[0].left == 2);
    CHECK(never[0].wait_max == 0);
    CHECK(simulate({}, config).empty());
}

TEST_CASE("Who waits long where bots play gets one", "[match][simulation]")
{
    Config config;
    const auto figures = simulate(
        {ticket(1, nine, 1'500, "casual"), ticket(2, nine + 1h, 1'500), ticket(3, nine + 2h, 1'500, "casual")}, config);
    REQUIRE(figures.size() == 2);
    CHECK(figures[0].mode == "casual");
    CHECK(figures[0].with_bots == 2);
    CHECK(figures[0].wait_max == 10);
    CHECK(figures[1].left == 1);
}

TEST_CASE("Wider windows wait less and are less fair; every ticket has one fate", "[match][simulation]")
{
    Config narrow, wide;
    narrow.window = 20;
    narrow.window_growth = 5;
    wide.window = 400;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const std::vector<Seeker> tickets = crowd(400, seed);
        const QueueFigures fair = simulate(tickets, narrow).at(0), fast = simulate(tickets, wide).at(0);
        CHECK(fair.gap_mean < fast.gap_mean);
        CHECK(fair.wait_p50 > fast.wait_p50);
        for (const QueueFigures& each : {fair, fast}) {
            CHECK(each.tickets == 400);
            CHECK(each.paired + each.with_bots + each.left == each.tickets);
            CHECK(each.wait_p50 <= each.wait_p95);
            CHECK(each.wait_p95 <= each.wait_max);
        }
    }
}
