// A bounded queue between coroutines of one thread. Full: push() says so and the caller decides.
#pragma once

#include "common/runtime/signal.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace harvest {

template <class T>
class Mailbox {
public:
    Mailbox(Executor executor, std::size_t capacity) : bell_(std::move(executor)), capacity_(capacity) {}

    // False if it is full; the item is then untouched.
    bool push(T&& item)
    {
        if (items_.size() >= capacity_) return false;
        items_.push_back(std::move(item));
        bell_.ring();
        return true;
    }

    // The next item, in order. Errors: canceled.
    AsyncResult<T> pop()
    {
        while (items_.empty()) {
            const Result<void> rung = co_await bell_.wait();
            if (!rung) co_return rung.error();
        }
        T item = std::move(items_.front());
        items_.pop_front();
        co_return item;
    }

    std::size_t size() const { return items_.size(); }
    bool full() const { return items_.size() >= capacity_; }

private:
    std::deque<T> items_;
    Signal bell_;
    std::size_t capacity_;
};

} // namespace harvest
