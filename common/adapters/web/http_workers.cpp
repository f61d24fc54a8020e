#include "common/adapters/web/http_workers.hpp"

#include "common/base/log.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace harvest::web {

class HttpWorker {
public:
    explicit HttpWorker(HttpWorkers& pool) : pool_(pool) {}

    Task<void> run()
    {
        while (true) {
            if (!sink_ && !request_) co_await wait();
            if (!request_) co_return; // woken without work: the end
            HttpResponse response = co_await answer();
            request_.reset();
            ResponseSink* const sink = std::exchange(sink_, nullptr);
            pool_.idle_.push_back(this);
            if (sink) sink->respond(std::move(response));
            if (pool_.stopping_ && !request_) co_return;
        }
    }

    void give(HttpRequest request, ResponseSink& sink)
    {
        request_.emplace(std::move(request));
        sink_ = &sink;
        wake();
    }

    void wake()
    {
        if (!waiter_) return;
        auto resume = std::move(*waiter_);
        waiter_.reset();
        std::move(resume)();
    }

    bool works_for(const ResponseSink& sink) const { return sink_ == &sink; }
    void forget() { sink_ = nullptr; }
    bool busy() const { return request_.has_value(); }

private:
    using Waiter = asio::async_result<std::decay_t<decltype(asio::use_awaitable)>, void()>::handler_type;

    // Resumed by a plain call of wake(), without a turn through the executor.
    Task<void> wait()
    {
        return asio::async_initiate<decltype(asio::use_awaitable), void()>(
            [this](auto&& handler) { waiter_.emplace(std::forward<decltype(handler)>(handler)); }, asio::use_awaitable);
    }

    Task<HttpResponse> answer()
    {
        std::string path = request_->path;
        try {
            HttpRequest request = std::move(*request_);
            co_return co_await pool_.handler_->handle(std::move(request));
        }
        catch (const std::exception& error) {
            if (!pool_.stopping_)
                log::error("a request handler failed", {{"error.message", error.what()}, {"url.path", path}});
        }
        HttpResponse failed;
        failed.status = 500;
        failed.content_type = "application/problem+json";
        failed.body = R"({"type":"about:blank","title":"Something went wrong here","status":500,"code":"internal"})";
        co_return failed;
    }

    HttpWorkers& pool_;
    std::optional<HttpRequest> request_;
    ResponseSink* sink_{};
    std::optional<Waiter> waiter_;
};

HttpWorkers::HttpWorkers(Executor executor, std::size_t limit)
    : tasks_(executor),
      executor_(std::move(executor)),
      limit_(limit)
{
}

HttpWorkers::~HttpWorkers() = default;

HttpWorker* HttpWorkers::handle(HttpRequest request, ResponseSink& sink, bool& full)
{
    full = false;
    if (idle_.empty()) {
        if (workers_.size() >= limit_ || stopping_) {
            full = true;
            return nullptr;
        }
        workers_.push_back(std::make_unique<HttpWorker>(*this));
        HttpWorker* const worker = workers_.back().get();
        worker->give(std::move(request), sink);
        tasks_.spawn([worker] { return worker->run(); });
        return worker->works_for(sink) ? worker : nullptr;
    }
    HttpWorker* const worker = idle_.back(); // the one used last: its memory is warm
    idle_.pop_back();
    worker->give(std::move(request), sink);
    return worker->works_for(sink) ? worker : nullptr;
}

void HttpWorkers::forget(HttpWorker& worker)
{
    worker.forget();
}

std::size_t HttpWorkers::busy() const
{
    return workers_.size() - idle_.size();
}

Task<void> HttpWorkers::stop()
{
    stopping_ = true;
    for (HttpWorker* worker : std::exchange(idle_, {})) worker->wake();
    tasks_.cancel();
    co_await tasks_.join();
}

} // namespace harvest::web
