// What a reader that begins at the end of the event log has missed.
#pragma once

#include "common/ports/event_log.hpp"

#include <functional>

namespace harvest {

// Tells of the events of `topic` since `horizon`, some older ones among them, in no order. Errors: those of the log.
AsyncResult<void> look_back(EventLog& log, Clock& clock, std::string topic, Millis horizon,
                            std::function<void(const Event&)> tell);

} // namespace harvest
