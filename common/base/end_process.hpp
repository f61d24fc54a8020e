// For what only a new start can mend: the reason gets to the log, and the process ends.
#pragma once

#include "common/base/log.hpp"

namespace harvest {

// Logs `why` as an error, waits for whoever writes the log, and aborts.
[[noreturn]] void end_process(std::string_view why, const log::Fields& fields);

// Called between the two, by the thread that ends the process; must return soon. Installed by whoever queues the log.
void before_end(void (*write_queued)());

} // namespace harvest
