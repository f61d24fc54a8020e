// The one way in which YAML is read: a single document, within bounds that no file of people reaches.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <string>

namespace harvest::config {

constexpr std::size_t max_yaml_bytes = 1 << 20;
constexpr std::size_t max_yaml_depth = 32;
constexpr std::size_t max_yaml_nodes = 200'000;

// An empty text gives a null node. Throws YAML::Exception, with its mark, for what is no YAML, for a second document,
// for anchors and aliases (an alias can stand for more than the whole file), and past the bounds.
YAML::Node read_yaml(const std::string& text);

} // namespace harvest::config
