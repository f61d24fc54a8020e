// A thread that serves clients of a log: it sleeps until librdkafka has something for one of them.
#pragma once

#include "common/adapters/kafka/handles.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace harvest::kafka {

enum class Served { idle, more, ended };

class Source {
public:
    virtual ~Source() = default;
    // On the poller's thread, without blocking for longer than a question to the broker; `ended`: let go of it.
    virtual Served serve() = 0;
};

class Poller {
public:
    Poller();
    ~Poller(); // drops the sources that are left

    void add(std::shared_ptr<Source> source);
    void wake();
    // Calls wake() whenever something comes into the empty queue.
    void watch(const Queue& queue);
    // Waits until all sources have ended. False if some have not by then.
    bool drain(Until until);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Source>> added_;
    std::size_t alive_ = 0;
    bool woken_ = false, stopping_ = false;
    std::thread thread_;
};

} // namespace harvest::kafka
