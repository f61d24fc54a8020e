// The process's own streams: stdout is data, stderr is for people.
#pragma once

#include "cli/command.hpp"

#include <string>
#include <string_view>

namespace harvest::cli {

// False if it could not be written; a closed pipe ends the process silently.
bool write_stdout(std::string_view text);
// The words of a process that goes on, or has yet to tidy up: a closed pipe changes nothing.
void write_if_read(std::string_view text);
void write_stderr(std::string_view text);
bool asks_allowed();     // stdin and stderr are terminals
bool stderr_is_screen(); // it may be repainted: a terminal, TERM is not dumb, no NO_COLOR
// Shows `question` on stderr and reads a line.
std::string ask(std::string_view question);

OutputOptions output_options(const Invocation& invocation);

} // namespace harvest::cli
