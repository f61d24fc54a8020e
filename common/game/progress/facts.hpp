// What players did, as rules of progress see it: one fact a player and thing done, with the fields that a filter of
// config/game/quests.yaml may ask for (harvest-game(7) §6).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::game::progress {

inline constexpr std::int64_t amount_at_most = 1'000'000'000; // of one fact: what is told beyond counts as so much

// Events that facts come from, without "harvest." and version: what is told stays the same over versions.
namespace kind {
inline constexpr std::string_view match_ended = "game.match.ended";
inline constexpr std::string_view farm_planted = "game.farm.planted";
inline constexpr std::string_view farm_watered = "game.farm.watered";
inline constexpr std::string_view farm_harvested = "game.farm.harvested";
inline constexpr std::string_view farm_expanded = "game.farm.expanded";
inline constexpr std::string_view market_traded = "game.market.traded";
inline constexpr std::string_view craft_made = "game.craft.made";
inline constexpr std::string_view craft_dismantled = "game.craft.dismantled";
} // namespace kind

struct Fact {
    std::string_view event; // of a kind
    std::map<std::string, std::string, std::less<>> words;
    std::map<std::string, std::int64_t, std::less<>> numbers;
};

// A kind of event, and the fields that each fact of it has.
struct EventKind {
    std::string_view event;
    std::vector<std::string_view> words, numbers;
};
std::span<const EventKind> event_kinds();
const EventKind* find_event_kind(std::string_view event); // nullptr where there is none

// What the end of a match is for each seat. `winner`: 1 or 2, the seat; 0: nobody.
std::array<Fact, 2> match_facts(std::string_view mode, std::string_view reason, int winner, std::int64_t turns);

struct StatisticStep {
    std::string_view statistic;
    std::int64_t amount{};
};

// The names of what is counted for every player, in the order in which it is shown.
std::span<const std::string_view> statistics();
// What a fact adds to them. Sums only, so that the order of facts does not matter.
std::vector<StatisticStep> statistics_of(const Fact& fact);

} // namespace harvest::game::progress
