#include "cli/serve/waiting.hpp"

#include "cli/failure.hpp"
#include "common/base/log.hpp"
#include "common/runtime/service_notify.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

namespace harvest::cli {
namespace {

constexpr Millis first_pause{250}, longest_pause{5'000};
constexpr Millis longest_attempt{30'000}; // of connecting to all of them
constexpr auto told_again_every = std::chrono::minutes(1);

} // namespace

struct Waiting::State final : HttpHandler {
    Task<HttpResponse> handle(HttpRequest request) override
    {
        HttpResponse response;
        response.content_type = "text/plain; charset=utf-8";
        if (request.path == "/livez") {
            response.body = "ok\n";
            co_return response;
        }
        const std::lock_guard lock(mutex);
        response.status = 503;
        response.body = fmt::format("[-] start: {}\nnot ok\n", reason);
        co_return response;
    }

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::string reason;
    bool stopped{};
    std::chrono::steady_clock::time_point told{};

    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{loop.get_executor()};
    asio::signal_set signals{loop, SIGTERM, SIGINT};
    std::unique_ptr<HttpListener> door;
    std::thread thread;
};

Waiting::Waiting(const MakeDoor& door) : state_(std::make_unique<State>())
{
    State* state = state_.get();
    state->signals.async_wait([state](const boost::system::error_code& error, int) {
        if (error) return;
        const std::lock_guard lock(state->mutex);
        state->stopped = true;
        state->changed.notify_all();
    });
    state->door = door(state->loop.get_executor());
    if (const Result<void> open = state->door->listen(*state); !open)
        log::warn("nobody can ask for health while this process waits", {{"error.message", open.error().message()}});
    state->thread = std::thread([state] { state->loop.run(); });
}

Waiting::~Waiting()
{
    State* state = state_.get();
    std::promise<void> closed;
    auto close = [state]() -> Task<void> { co_await state->door->stop(); };
    asio::co_spawn(state->loop, close, [&closed](const std::exception_ptr&) { closed.set_value(); });
    closed.get_future().wait();
    state->guard.reset();
    state->loop.stop();
    state->thread.join();
    state->door.reset();
}

bool Waiting::pause(const std::string& reason, Millis length)
{
    std::unique_lock lock(state_->mutex);
    const auto now = std::chrono::steady_clock::now();
    if (reason != state_->reason || now - state_->told >= told_again_every) {
        log::warn("the start waits for another server", {{"event.action", "start.waits"}, {"error.message", reason}});
        state_->told = now;
    }
    state_->reason = reason;
    service_notify::extend(length + longest_attempt);
    service_notify::status("waiting: " + reason);
    state_->changed.wait_for(lock, length, [this] { return state_->stopped; });
    return !state_->stopped;
}

bool Waiting::stopped() const
{
    const std::lock_guard lock(state_->mutex);
    return state_->stopped;
}

bool attempt_until_there(const Waiting::MakeDoor& door, const std::function<void()>& attempt)
{
    std::optional<Waiting> waiting;
    for (Millis pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
        try {
            attempt();
            return !waiting || !waiting->stopped();
        }
        catch (const DependencyAway& away) {
            if (!waiting) waiting.emplace(door);
            if (!waiting->pause(message_of(away), pause)) return false;
        }
    }
}

} // namespace harvest::cli
