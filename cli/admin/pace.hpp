// --rate: so many a second, in batches, as the schedule has it and not faster after a slow answer.
#pragma once

#include "cli/command.hpp"
#include "common/base/time.hpp"

#include <chrono>

namespace harvest::cli {

class Pace {
public:
    // The command's --rate; without it there is none.
    explicit Pace(const Invocation& invocation);
    explicit Pace(std::int64_t per_second) : per_second_(per_second) {}

    // How many may go in one request, of at most `most`.
    std::size_t batch(std::size_t most) const;
    // When the next may go, after `sent`, from the start.
    Millis due(std::size_t sent) const;
    // Refuses what would take longer than the command has.
    std::optional<Failure> check(std::size_t count, Millis left) const;
    // Waits until then; the first call is the start. Tells how far it is each 10 s.
    void wait(std::size_t sent, std::size_t of);

private:
    std::int64_t per_second_ = 0; // 0: as fast as it goes
    std::optional<std::chrono::steady_clock::time_point> start_;
    std::chrono::steady_clock::time_point told_;
};

} // namespace harvest::cli
