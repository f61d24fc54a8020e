// Whether the servers that a process needs answer it. Each is asked once a second for something small, and is away when
// two of its last three answers failed.
#pragma once

#include "common/ports/clock.hpp"
#include "common/runtime/task_group.hpp"

#include <bitset>
#include <functional>
#include <string>
#include <vector>

namespace harvest::cli::api {

struct Dependency {
    std::string name; // as in the configuration: "store"
    bool needed{};    // without it the process is not ready; without another it is degraded
    std::function<AsyncResult<void>(Deadline)> ask;
};

class Dependencies {
public:
    // For one thread: the one that runs `executor`.
    Dependencies(std::vector<Dependency> asked, Clock& clock, Executor executor);

    void start();
    Task<void> stop();

    struct Verdict {
        std::string name;
        bool needed{}, away{};
        std::string why; // of the last failure
    };
    std::vector<Verdict> verdicts() const;

private:
    struct Watched {
        Dependency dependency;
        std::bitset<3> failed; // the last answers, the newest in bit 0
        std::string why;
        bool away() const { return failed.count() >= 2; }
    };
    Task<void> watch(Watched& watched);

    std::vector<Watched> watched_;
    Clock& clock_;
    TaskGroup tasks_;
};

} // namespace harvest::cli::api
