// Kinds of tournaments as data, from config/game/tournaments.yaml (harvest-game(7) §8).
#pragma once

#include "common/base/time.hpp"
#include "common/game/farm/actions.hpp"
#include "common/game/tournament/field.hpp"

#include <string>
#include <vector>

namespace harvest::game::tournament {

struct Prize {
    std::string id; // "winner"
    int place{};    // whoever has it gets all of the reward
    std::vector<farm::Item> reward;
    bool operator==(const Prize&) const = default;
};

struct Template {
    std::string id, name;
    Format format{};
    int rounds{}; // of Swiss; 0: ceil(log2 n)
    Millis round_length{};
    std::int64_t min_players{}, max_players{};
    std::vector<Prize> prizes; // by place
    bool operator==(const Template&) const = default;
};

} // namespace harvest::game::tournament
