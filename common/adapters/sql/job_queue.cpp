#include "common/adapters/sql/job_queue.hpp"

namespace harvest::sql {

Result<void> JobQueue::push(std::shared_ptr<Pending> job)
{
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return Errc::canceled;
        if (waiting_.size() >= capacity_) return Errc::resource_exhausted;
        waiting_.push_back(std::move(job));
    }
    changed_.notify_one();
    return {};
}

std::vector<std::shared_ptr<Pending>> JobQueue::take(std::size_t most)
{
    std::vector<std::shared_ptr<Pending>> taken;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    while (taken.size() < most && !waiting_.empty()) {
        std::shared_ptr<Pending> job = std::move(waiting_.front());
        waiting_.pop_front();
        running_.insert(job);
        taken.push_back(std::move(job));
    }
    return taken;
}

void JobQueue::finished(const std::vector<std::shared_ptr<Pending>>& jobs)
{
    const std::lock_guard lock(mutex_);
    for (const auto& job : jobs) running_.erase(job);
}

bool JobQueue::expire(Millis now)
{
    std::vector<std::shared_ptr<Pending>> late_waiting;
    std::vector<std::shared_ptr<Pending>> late_running;
    bool busy = false;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(waiting_, [&](const auto& job) {
            if (now < job->by.at) return false;
            late_waiting.push_back(job);
            return true;
        });
        for (const auto& job : running_)
            if (now >= job->by.at) late_running.push_back(job);
        busy = !waiting_.empty() || !running_.empty();
    }
    for (const auto& job : late_waiting) job->done.complete(make_error_code(Errc::timed_out));
    for (const auto& job : late_running) job->done.complete(make_error_code(late_));
    return busy;
}

void JobQueue::close()
{
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

std::size_t JobQueue::size() const
{
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

} // namespace harvest::sql
