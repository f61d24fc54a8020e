// What `serve all` does to have its instances as child processes: what it needs for that, and how one is started.
#pragma once

#include "cli/command.hpp"
#include "cli/settings.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace harvest::cli {

// Why this configuration cannot have child processes (78), or nothing.
std::optional<Failure> refuse_children(const Settings& settings, std::span<const std::string> daemons);

// The words that start instance-<slot>: this very binary with the same sources of configuration, and what was settled
// here (ports, data, log) on top. `settings` are those in force.
std::function<std::vector<std::string>(std::size_t slot)> child_command(const Invocation& invocation,
                                                                        Settings settings);

} // namespace harvest::cli
