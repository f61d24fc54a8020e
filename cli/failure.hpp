// What went wrong, why, and what to type next: three lines for people, one object for programs.
#pragma once

#include "common/base/result.hpp"

#include <string>
#include <string_view>

namespace harvest::cli {

struct Failure {
    int exit{70};
    std::string code{"internal"}; // wire code
    std::string message;          // what failed
    std::string why;
    std::string hint; // what to type next
    bool retryable{};
    std::string trace_id;
};

Failure usage_failure(std::string message, std::string why, std::string hint);
// Exit code, wire code and retry come from the table of errors.
Failure failure_of(const Error& error, std::string message, std::string hint = {});

std::string to_text(const Failure& failure);
std::string to_json(const Failure& failure);

} // namespace harvest::cli
