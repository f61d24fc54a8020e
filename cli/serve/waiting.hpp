// What a process does whose store or event log is not there yet: it tries again ever more rarely, and meanwhile answers
// /livez, and /readyz with the reason (503). SIGTERM and Ctrl-C end it.
#pragma once

#include "common/ports/http.hpp"

#include <functional>
#include <memory>
#include <string>

namespace harvest::cli {

class Waiting {
public:
    using MakeDoor = std::function<std::unique_ptr<HttpListener>(const Executor& executor)>;

    explicit Waiting(const MakeDoor& door);
    ~Waiting(); // the door is closed, signals are as before
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    // Blocks. False once it was told to stop.
    bool pause(const std::string& reason, Millis length);
    bool stopped() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Calls `attempt` until it does not throw DependencyAway; false if it was told to stop first.
bool attempt_until_there(const Waiting::MakeDoor& door, const std::function<void()>& attempt);

} // namespace harvest::cli
