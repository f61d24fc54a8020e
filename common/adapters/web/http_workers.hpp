// Runs a daemon's handler: coroutines that outlive a request, so that one which completes at once costs no spawn.
#pragma once

#include "common/ports/http.hpp"
#include "common/runtime/task_group.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace harvest::web {

// Gets the response of one request, perhaps before HttpWorkers::handle() has returned.
class ResponseSink {
public:
    virtual ~ResponseSink() = default;
    virtual void respond(HttpResponse response) = 0;
};

class HttpWorker;

class HttpWorkers {
public:
    HttpWorkers(Executor executor, std::size_t limit);
    ~HttpWorkers();

    void serve(HttpHandler& handler) { handler_ = &handler; }
    // The worker that took it (null: it has answered already), or nothing if all are busy: then `full` is set.
    HttpWorker* handle(HttpRequest request, ResponseSink& sink, bool& full);
    // The sink is gone: the response will be thrown away.
    static void forget(HttpWorker& worker);
    std::size_t busy() const;
    // Ends idle workers, cancels busy ones, waits for all.
    Task<void> stop();

private:
    friend class HttpWorker;

    TaskGroup tasks_;
    Executor executor_;
    std::size_t limit_;
    HttpHandler* handler_{};
    std::vector<std::unique_ptr<HttpWorker>> workers_;
    std::vector<HttpWorker*> idle_;
    bool stopping_{};
};

} // namespace harvest::web
