#include "common/adapters/sql/deadline_watch.hpp"

namespace harvest::sql {
namespace {

constexpr auto interval = 10ms;

}

DeadlineWatch::DeadlineWatch(std::vector<JobQueue*> queues, const Clock& clock)
    : queues_(std::move(queues)),
      clock_(clock),
      thread_([this] { loop(); })
{
}

DeadlineWatch::~DeadlineWatch()
{
    {
        const std::lock_guard guard(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void DeadlineWatch::wake()
{
    {
        const std::lock_guard guard(mutex_);
        if (busy_) return;
        busy_ = true;
    }
    changed_.notify_all();
}

bool DeadlineWatch::expire()
{
    const Millis now = clock_.monotonic();
    bool waiting = false;
    for (JobQueue* queue : queues_) waiting = queue->expire(now) || waiting;
    return waiting;
}

void DeadlineWatch::loop()
{
    std::unique_lock guard(mutex_);
    while (!closing_) {
        if (!busy_) {
            changed_.wait(guard, [this] { return busy_ || closing_; });
            continue;
        }
        changed_.wait_for(guard, interval, [this] { return closing_; });
        busy_ = false;
        guard.unlock();
        const bool waiting = expire();
        guard.lock();
        busy_ = busy_ || waiting;
    }
}

AsyncResult<void> run_queued(JobQueue& queue, DeadlineWatch& watch, const Clock& clock, Job job, Deadline by)
{
    if (clock.monotonic() >= by.at) co_return Errc::timed_out;
    const auto pending = std::make_shared<Pending>();
    pending->job = std::move(job);
    pending->by = by;
    const Result<void> pushed = queue.push(pending);
    if (!pushed) co_return pushed.error();
    watch.wake();
    const std::shared_ptr<OneShot<void>> done(pending, &pending->done);
    co_return co_await OneShot<void>::wait(done);
}

} // namespace harvest::sql
