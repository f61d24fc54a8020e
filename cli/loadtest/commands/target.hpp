// What a load test is aimed at, and the scenarios that come along.
#pragma once

#include "cli/bots/world.hpp"
#include "cli/command.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace harvest::cli {

struct LoadTarget {
    bots::Doors doors;
    std::string fingerprint;
    std::shared_ptr<const game::battle::Content> rules;
    game::economy::Rules market;
};

// The doors of the context in use, on this machine. Failures: no context, no system there, content that does not load.
std::variant<LoadTarget, Failure> find_target(const Invocation& invocation);

// Beside the binary as in the repository, and where they are installed.
std::vector<std::string> scenario_directories();
Failure no_such_scenario(const std::string& name);

} // namespace harvest::cli
