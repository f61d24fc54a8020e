// Jobs waiting for a database thread, with their deadlines. For any thread.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/runtime/one_shot.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace harvest::sql {

struct Pending {
    Job job;
    Deadline by;
    OneShot<void> done;
    Result<void> outcome{};
};

class JobQueue {
public:
    // `late` is what a caller hears whose job had begun when its deadline passed.
    JobQueue(std::size_t capacity, Errc late) : capacity_(capacity), late_(late) {}

    // Errors: resource_exhausted, canceled (closed).
    Result<void> push(std::shared_ptr<Pending> job);
    // Waits for work and takes up to `most` jobs that are still wanted; empty once closed and drained.
    std::vector<std::shared_ptr<Pending>> take(std::size_t most);
    // These jobs have been answered.
    void finished(const std::vector<std::shared_ptr<Pending>>& jobs);
    // Answers callers whose deadline has passed; false if nobody waits.
    bool expire(Millis now);
    void close();
    std::size_t size() const;

private:
    std::size_t capacity_;
    Errc late_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Pending>> waiting_;
    std::set<std::shared_ptr<Pending>> running_;
    bool closed_ = false;
};

} // namespace harvest::sql
