// Effects, targets and keywords of cards and farmers.
#pragma once

#include "common/config/game/yaml_map.hpp"

namespace harvest::config::content {

// Where an effect stands, which decides what it may say.
enum class Host { unit, tool, weather, power };

struct EffectScope {
    Host host{};
    bool may_choose{}; // `target: chosen` has meaning here
    const std::optional<game::battle::Target>* chosen{};
    const std::map<std::string, game::battle::CardIndex, std::less<>>* cards{};
    const std::vector<bool>* units{}; // by card: can stand on a row
    bool* chose{};                    // set when an effect uses the choice
};

std::vector<game::battle::Effect> read_effects(YamlMap& owner, std::string_view key, bool needed,
                                               const EffectScope& scope);
game::battle::Keywords read_keywords(YamlMap& owner, std::string_view key);
std::optional<game::battle::Target> read_chosen(YamlMap& owner);

} // namespace harvest::config::content
