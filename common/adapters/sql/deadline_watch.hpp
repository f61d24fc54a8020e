// Nobody waits past his deadline, however long a database takes: a thread that answers the callers of job queues.
#pragma once

#include "common/adapters/sql/job_queue.hpp"

#include <thread>

namespace harvest::sql {

class DeadlineWatch {
public:
    // The queues outlive it.
    DeadlineWatch(std::vector<JobQueue*> queues, const Clock& clock);
    ~DeadlineWatch();
    DeadlineWatch(const DeadlineWatch&) = delete;
    DeadlineWatch& operator=(const DeadlineWatch&) = delete;

    // There is somebody who waits.
    void wake();

private:
    void loop();
    bool expire();

    std::vector<JobQueue*> queues_;
    const Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool busy_ = false, closing_ = false;
    std::thread thread_;
};

// Hands a job to the threads of a queue and waits for its outcome. Errors: those of the job, timed_out, in_doubt,
// resource_exhausted, canceled.
AsyncResult<void> run_queued(JobQueue& queue, DeadlineWatch& watch, const Clock& clock, Job job, Deadline by);

} // namespace harvest::sql
