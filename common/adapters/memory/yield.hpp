// For stores in memory that shall be no kinder than remote ones.
#pragma once

#include "common/ports/task.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace harvest::memory {

// Gives the executor to others before a call answers.
inline Task<void> yield()
{
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

} // namespace harvest::memory
