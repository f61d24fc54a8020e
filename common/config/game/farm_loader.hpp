// Reads the farm's content from config/game/farm.yaml and says every fault of it at once, with its place.
#pragma once

#include "common/config/game/content_loader.hpp"
#include "common/game/farm/content.hpp"

namespace harvest::config {

struct LoadedFarm {
    std::optional<game::farm::Content> content; // only without faults
    std::vector<ContentFault> faults;
};

// `directory` holds farm.yaml.
LoadedFarm load_farm(const std::string& directory);
LoadedFarm parse_farm(const ContentText& file);

} // namespace harvest::config
