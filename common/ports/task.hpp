// The vocabulary of asynchronous ports: a Task is owned by a TaskGroup or awaited, never left alone.
#pragma once

#include "common/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace harvest {

namespace asio = boost::asio;

using Executor = asio::any_io_executor;

template <class T>
using Task = asio::awaitable<T>;

template <class T>
using AsyncResult = Task<Result<T>>;

} // namespace harvest
