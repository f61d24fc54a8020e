#include "common/adapters/kafka/poller.hpp"

#include "common/base/log.hpp"

#include <algorithm>

namespace harvest::kafka {
namespace {

constexpr Millis longest_sleep{100}; // what is timed (retries, pauses) comes round that often

// One that throws is asked again; the others go on meanwhile.
Served turn_of(Source& source)
{
    try {
        return source.serve();
    }
    catch (const std::exception& failure) {
        log::error("a Kafka client failed in its turn and is asked again",
                   {{"event.action", "kafka.failed"}, {"error.message", failure.what()}});
        return Served::idle;
    }
}

} // namespace

Poller::Poller() : thread_([this] { run(); }) {}

Poller::~Poller()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Poller::add(std::shared_ptr<Source> source)
{
    {
        const std::lock_guard lock(mutex_);
        added_.push_back(std::move(source));
        ++alive_;
        woken_ = true;
    }
    changed_.notify_all();
}

void Poller::wake()
{
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void Poller::watch(const Queue& queue)
{
    rd_kafka_queue_cb_event_enable(
        queue.get(), [](rd_kafka_t*, void* self) { static_cast<Poller*>(self)->wake(); }, this);
}

bool Poller::drain(Until until)
{
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, until, [this] { return alive_ == 0; });
}

void Poller::run()
{
    std::vector<std::shared_ptr<Source>> sources;
    bool more = false;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            alive_ = sources.size() + added_.size();
            if (alive_ == 0) changed_.notify_all();
            if (!more) changed_.wait_for(lock, longest_sleep, [this] { return woken_ || stopping_; });
            if (stopping_) return;
            woken_ = false;
            sources.insert(sources.end(), added_.begin(), added_.end());
            added_.clear();
        }
        more = false;
        std::erase_if(sources, [&more](const std::shared_ptr<Source>& source) {
            const Served served = turn_of(*source);
            more = more || served == Served::more;
            return served == Served::ended;
        });
    }
}

} // namespace harvest::kafka
