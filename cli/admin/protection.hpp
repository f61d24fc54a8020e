// What a protected context asks before a change: its name on that very line, and an unlock in force or a plan.
#pragma once

#include "cli/command.hpp"
#include "common/base/time.hpp"

#include <optional>
#include <string>

namespace harvest::cli {

struct Unlock {
    std::string context, reason, by;
    Millis since{}, until{};
};

inline constexpr Millis longest_unlock = std::chrono::hours{8};

// Beside the contexts, mode 0600: a JSON object a line, the last one of a context counts. Reasons stay.
std::string unlocks_path();
bool write_unlock(const Unlock& unlock);
std::optional<Unlock> unlock_in_force(const std::string& context, Millis now);

// One higher than elsewhere.
Danger raised(Danger level);
// Why a change may not be made in this protected context now, and what to type; nothing if it may.
std::optional<Failure> why_locked(const Invocation& invocation, const std::string& context, Millis now);

} // namespace harvest::cli
