// Allocator over child processes: places a match as `placing` does, and where all are full waits for another child.
#pragma once

#include "common/adapters/process/child_instances.hpp"
#include "common/ports/allocator.hpp"

namespace harvest::process {

// For one thread; the children may be on another.
class ChildAllocator final : public Allocator {
public:
    ChildAllocator(std::unique_ptr<Allocator> placing, ChildInstances& children, Clock& clock);

    AsyncResult<Allocation> allocate(MatchId match, Deadline by) override;

private:
    std::unique_ptr<Allocator> placing_;
    ChildInstances& children_;
    Clock& clock_;
};

} // namespace harvest::process
