// YAML as JSON, for documents that people write in the one and programs read in the other.
#pragma once

#include "common/base/result.hpp"

#include <string>

namespace harvest::config {

// Plain scalars become null, booleans and numbers where they read as such (YAML 1.2 core schema), else strings.
// Errors: invalid_argument.
Result<std::string> yaml_to_json(const std::string& yaml);

} // namespace harvest::config
