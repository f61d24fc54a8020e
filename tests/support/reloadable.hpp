// Every setting of a daemon that is marked as one that may change by reload is shown to take effect in a running one.
#pragma once

#include "common/config/section.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>

namespace harvest::test {

// By key within the daemon's section: makes the change in a daemon that runs, and checks what it does then.
using ReloadEffects = std::map<std::string, std::function<void()>>;

template <class Config>
std::set<std::string> reloadable_keys()
{
    Config config;
    std::vector<config::Field> fields;
    config::Section section(fields);
    config.describe(section);
    std::set<std::string> keys;
    for (const config::Field& field : fields)
        if (field.info.reloadable) keys.insert(field.path);
    return keys;
}

// Fails for a key that is marked without an effect here, and for an effect whose key is not marked.
template <class Config>
void check_reload_effects(const ReloadEffects& effects)
{
    const std::set<std::string> marked = reloadable_keys<Config>();
    for (const std::string& key : marked) {
        INFO(key << " is marked reloadable");
        const auto effect = effects.find(key);
        CHECK(effect != effects.end());
        if (effect != effects.end()) effect->second();
    }
    for (const auto& [key, effect] : effects) {
        INFO(key << " is shown to change by reload");
        CHECK(marked.contains(key));
    }
}

} // namespace harvest::test
