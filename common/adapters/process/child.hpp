// One operating-system process that we started and that we alone reap, watched by a pidfd (no SIGCHLD handler). It
// tells of itself as a service does, by sd_notify(3): READY=1, WATCHDOG=1, STOPPING=1. For one thread, whose end is the
// process's end too (PR_SET_PDEATHSIG).
#pragma once

#include "common/base/time.hpp"
#include "common/ports/task.hpp"

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace harvest::process {

class Child {
public:
    // words[0] is looked up in PATH; the rest are its arguments. In a process group of its own, with our stderr; our
    // stdin and stdout are not its business. `on_change` is called on `executor` when the child has ended or said
    // something. Errors: unavailable (no process or descriptor to be had). A command that cannot be run ends with exit
    // status 127.
    static Result<std::unique_ptr<Child>> spawn(const std::vector<std::string>& words, Millis watchdog,
                                                const Executor& executor, std::function<void()> on_change);
    ~Child(); // kills it if it lives
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    ::pid_t pid() const;
    void signal(int number);
    // How it ended ("exit 3", "signal 9"), once it has; it is reaped then.
    std::optional<std::string> ended();
    // The lines of its notifications since the last call.
    std::vector<std::string> said();

    struct State;

private:
    explicit Child(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace harvest::process
