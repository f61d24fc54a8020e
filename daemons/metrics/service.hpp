// The pure heart of the metrics daemon: which facts an event tells, and what follows from them (harvest-game(7) §6).
#pragma once

#include "common/game/progress/content.hpp"
#include "common/ports/records/progress.hpp"

#include <optional>

namespace harvest::metrics {

// One player's part in an event.
struct Deed {
    PlayerId player;
    game::progress::Fact fact;
    std::optional<bool> bot{}; // whether the player is one, where the event says so
};

// None of an event that counts for nothing. Errors: invalid_argument (its data is not what its type says).
Result<std::vector<Deed>> deeds_of(const Event& event);

std::vector<StatisticStep> statistic_steps(const std::vector<Deed>& deeds);

// What goals are made of: everything that the steps depend on but the deeds.
struct GoalRules {
    const game::progress::Content& content;
    std::uint64_t world_seed{};
    std::string source;             // of the events that are told: "metrics-0"
    std::int64_t quests_pay_from{}; // the first day whose quests pay: a rebuild under other quests pays no days gone by
};
// One step a player and goal; those of a quest count on the UTC day of the event, whenever it is read.
std::vector<GoalStep> goal_steps(const GoalRules& rules, const std::vector<Deed>& deeds, const Event& cause);

// Of the reward's `index`th thing: the same whenever it is computed, so that nothing is paid twice.
TransferId reward_id(const PlayerId& player, std::string_view goal, std::int64_t day, std::size_t index);

// "2026-11-28"
std::string day_text(std::int64_t day);

} // namespace harvest::metrics
