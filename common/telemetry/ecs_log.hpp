// The process's log: one JSON object a line with Elastic Common Schema names, or text for people, on stderr. Written by
// a thread of its own; when it cannot keep up, the oldest lines go and are counted.
#pragma once

#include "common/base/log.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::telemetry {

struct LogSetup {
    log::Level level = log::Level::info;
    bool json = true;
    std::string service_name = "harvestctl", service_version, node;
};

// Installs the sink of common/base/log.hpp; call once, before other threads.
void start_log(LogSetup setup);
void set_log_level(log::Level level);
// Writes what is queued, for a second at most.
void flush_log();
void stop_log();
std::uint64_t log_dropped();

// One line without its newline, valid JSON whatever the values hold.
std::string ecs_line(const LogSetup& setup, Millis at, log::Level level, std::string_view message,
                     const log::Fields& fields);
std::string text_line(Millis at, log::Level level, std::string_view message, const log::Fields& fields);

} // namespace harvest::telemetry
