// The parts of the one table of commands, a family each; commands.cpp puts them together.
#pragma once

#include "cli/command.hpp"

namespace harvest::cli {

std::vector<Command> top_commands();        // serve, config, version, completion, docs, loadtest
std::vector<Command> look_commands();       // admin: status, health, players, matches, replay, events
std::vector<Command> eventlog_commands();   // admin kafka
std::vector<Command> operate_commands();    // admin: ban, seed, drain, keys, audit, contexts
std::vector<Command> report_commands();     // admin report
std::vector<Command> tournament_commands(); // admin tournament
std::vector<Command> key_commands();        // admin key ca
std::vector<Command> store_commands();      // admin db

} // namespace harvest::cli
