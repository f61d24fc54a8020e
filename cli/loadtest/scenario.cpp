#include "cli/loadtest/scenario.hpp"

#include <boost/describe/enum_from_string.hpp>

#include <algorithm>

namespace harvest::loadtest {
namespace {

// A mark is an account's for ever: the same seed has other accounts with it than without.
constexpr std::uint64_t marked_accounts = 0x626F7473; // "bots"

// The weights by name, as `life:` in a scenario.
struct Pastimes {
    bots::Weights& weights;
    void describe(config::Section& section)
    {
        for (const bots::PastimeRow& row : bots::pastime_table())
            section.field({.name = row.name, .doc = row.doc, .max = 1'000},
                          weights[static_cast<std::size_t>(row.pastime)]);
    }
};

} // namespace

void Scenario::describe(config::Section& section)
{
    section.field({.name = "name", .doc = "What the report is headed with."}, name);
    section.field({.name = "seed", .doc = "The same seed gives the same accounts, think times and choices."}, seed);
    section.field({.name = "bots", .doc = "How many players take part.", .min = 1, .max = 20'000}, bots);
    section.field({.name = "duration", .doc = "How long new matches are begun.", .min = 1'000, .max = 86'400'000},
                  duration);
    section.field({.name = "warmup", .doc = "Time at the beginning that is not judged.", .max = 86'400'000}, warmup);
    section.field({.name = "join_over", .doc = "The bots come in spread over this time.", .max = 3'600'000}, join_over);
    section.field({.name = "enet_percent",
                   .doc = "Share of bots on ENet over DTLS; the rest uses WebSocket over TLS.",
                   .max = 100},
                  enet_percent);
    section.field({.name = "mode",
                   .doc = "The queue they enter; either: now this, now that.",
                   .choices = {"casual", "ranked", "either"}},
                  mode);
    section.field({.name = "level", .doc = "How well they play.", .choices = {"random", "greedy", "planner"}}, level);
    section.field(
        {.name = "think_median", .doc = "Median of the log-normal think time before a command.", .max = 60'000},
        think_median);
    section.field({.name = "chat_percent", .doc = "Chance of a chat message after a match.", .max = 100}, chat_percent);
    section.field({.name = "cut_percent",
                   .doc = "Chance that a bot's link is cut during a match; half of these cuts take the lobby's too.",
                   .max = 100},
                  cut_percent);
    section.field({.name = "pace", .doc = "Median of the log-normal pause after anything but a match.", .max = 60'000},
                  pace);
    Pastimes pastimes{life};
    section.section("life", pastimes);
    section.field(
        {.name = "verify",
         .doc = "At the end each bot holds what it owns against what it was told, and the system is checked."},
        verify);
    section.field({.name = "stand_for_people",
                   .doc = "Count the bots as people in leaderboards, goals and business figures; else their accounts "
                          "are marked as bots and left out of them."},
                  stand_for_people);
    section.field({.name = "thresholds", .doc = "What must hold: 'METRIC: AGGREGATE OP VALUE'."}, thresholds);
}

Result<bots::PopulationPlan> make_plan(const Scenario& scenario)
{
    bots::PopulationPlan plan;
    plan.bots = static_cast<std::size_t>(scenario.bots);
    plan.seed = static_cast<std::uint64_t>(scenario.seed);
    if (!scenario.stand_for_people) plan.seed ^= marked_accounts;
    plan.enet_percent = static_cast<int>(scenario.enet_percent);
    plan.join_over = scenario.join_over;
    plan.habits.mode = scenario.mode;
    if (!boost::describe::enum_from_string(scenario.level.c_str(), plan.habits.level)) return Errc::invalid_argument;
    plan.habits.think_median = scenario.think_median;
    plan.habits.chat = static_cast<double>(scenario.chat_percent) / 100;
    plan.habits.cut = static_cast<double>(scenario.cut_percent) / 100;
    if (std::ranges::count(scenario.life, 0) == std::ssize(scenario.life)) return Errc::invalid_argument;
    plan.habits.life = scenario.life;
    plan.habits.pace = scenario.pace;
    plan.habits.verify = scenario.verify;
    plan.habits.marked = !scenario.stand_for_people;
    return plan;
}

} // namespace harvest::loadtest
