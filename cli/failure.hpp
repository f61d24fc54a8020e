// What went wrong, why, and what to type next: three lines for people, one object for programs.
#pragma once

#include "common/base/result.hpp"

#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

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

// Whether it can stand in JSON.
bool is_utf8(std::string_view text);
Failure usage_failure(std::string message, std::string why, std::string hint);
// Exit code, wire code and retry come from the table of errors.
Failure failure_of(const Error& error, std::string message, std::string hint = {});

std::string to_text(const Failure& failure);
std::string to_json(const Failure& failure);

// The configuration is well formed, and what it says cannot work (78).
class ConfigurationError : public std::runtime_error {
public:
    ConfigurationError(const std::string& message, std::string why, std::string hint)
        : std::runtime_error(message),
          why_(std::move(why)),
          hint_(std::move(hint))
    {
    }
    Failure failure() const { return {78, "bad_configuration", what(), why_, hint_, false, {}}; }

private:
    std::string why_, hint_;
};

// A server that we need is away for now: trying again may help.
class DependencyAway : public boost::system::system_error {
public:
    using boost::system::system_error::system_error;
};

// What it says for people, without the code's own words at its end.
std::string message_of(const boost::system::system_error& error);

} // namespace harvest::cli
