// Reads the battle's content from config/game/{battle,cards}.yaml and says every fault of it at once, with its place.
#pragma once

#include "common/game/battle/content.hpp"

#include <optional>

namespace harvest::config {

struct ContentFault {
    std::string file;
    int line{}, column{}; // from 1
    std::string key;      // "cards[3].cost"
    std::string reason;
    std::string text() const; // "cards.yaml:12:9: cards[3].cost: must be 0 to 10"
};

struct LoadedContent {
    std::optional<game::battle::Content> content; // only without faults
    std::vector<ContentFault> faults;
};

// `directory` holds battle.yaml and cards.yaml.
LoadedContent load_content(const std::string& directory);

struct ContentText {
    std::string name, text; // a file's name, for the faults, and its contents
};
LoadedContent parse_content(const ContentText& battle, const ContentText& cards);

} // namespace harvest::config
