// Owns coroutines: whatever is spawned is cancelled and joined with its group, so none outlives what it refers to.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace harvest {

// For one thread: the one that runs `executor`.
class TaskGroup {
public:
    explicit TaskGroup(Executor executor);
    ~TaskGroup(); // join() must have ended
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Starts `make()` on the executor. Name a lambda with captures before passing it (g++ 12). An exception
    // that leaves the task is logged; the others go on. After cancel() nothing is started any more.
    void spawn(std::function<Task<void>()> make);
    // A loop that a daemon cannot be without: an exception that leaves it is logged with its name, and it begins anew,
    // after 100 ms at first and 10 s at most. It is over once it returns.
    void keep(Clock& clock, std::string name, std::function<Task<void>()> loop);
    // Asks every task to end: each wait inside ends with operation_aborted or Errc::canceled.
    void cancel();
    // Waits until all tasks have ended.
    Task<void> join();
    std::size_t size() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace harvest
