// What the words of a `serve` command choose: which daemons, which slots of one, and what they may not be.
#pragma once

#include "cli/command.hpp"
#include "cli/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace harvest::cli {

// One daemon of a distributed system; empty for all in one process.
struct Alone {
    std::string daemon;
    std::size_t first_slot{};
};

// Those of the registry that --only and --except leave.
std::optional<Failure> choose_daemons(const Invocation& invocation, std::vector<std::string>& chosen);
// --id names the first slot, --slots says how many.
std::optional<Failure> choose_slots(const Invocation& invocation, Settings& settings, Alone& alone);

// A daemon alone finds the others only over parts that several processes share.
std::optional<Failure> refuse_embedded(const Settings& settings, const std::string& daemon);
// Slots stand ten ports on, and might meet those of another daemon.
std::optional<Failure> refuse_ports(const Settings& settings, std::span<const std::string> daemons);

} // namespace harvest::cli
