// Live sessions kept where another connection server can take them up while they can be resumed. A session has one
// holder: who takes it fences the one before, whose writes change nothing from then on. For any thread.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/resume.hpp"
#include "common/ports/task.hpp"

namespace harvest {

class ResumeBuffers {
public:
    virtual ~ResumeBuffers() = default;
    // An answer for each, in order. Errors of all: unavailable, timed_out (written or not: write again),
    // resource_exhausted.
    virtual AsyncResult<std::vector<ResumeWritten>> write(std::vector<ResumeWrite> writes, Deadline by) = 0;
    // One step: checks, fences and reads; pushes up to `last_seq` are not kept any more. Errors besides: not_found (not
    // there, another player's or session's, or a push after `last_seq` is gone or was never sent); nothing has changed
    // then.
    virtual AsyncResult<ResumeTaken> take(ResumeTake take, Deadline by) = 0;
    // Sessions that have ended, unless another holds them by now.
    virtual AsyncResult<void> forget(std::vector<ResumeKey> ended, Deadline by) = 0;
};

} // namespace harvest
