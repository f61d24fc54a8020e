// Tells the service manager how we are (sd_notify(3)); without $NOTIFY_SOCKET every call does nothing.
#pragma once

#include "common/base/time.hpp"

#include <optional>
#include <string_view>

namespace harvest::service_notify {

void ready(std::string_view status);
void status(std::string_view text);
void reloading(); // followed by ready()
void stopping(std::string_view status);
void extend(Millis length); // the stop may take so much longer
void watchdog();
// How often the manager wants to hear from us, if at all.
std::optional<Millis> watchdog_interval();

} // namespace harvest::service_notify
