// One file of the content: its text, and the mapping that it must be.
#pragma once

#include "common/config/game/yaml_map.hpp"

#include <optional>

namespace harvest::config::content {

// The file's text, at most 4 MiB of it; a fault where it cannot be read.
std::string read_file(const std::string& path, const std::string& name, FaultList& faults);

std::optional<YAML::Node> parse_file(const ContentText& file, FaultList& faults);

} // namespace harvest::config::content
