// A listener that holds no socket: requests are given to its handler by hand.
#pragma once

#include "common/ports/http.hpp"

namespace harvest::test {

class HandListener final : public HttpListener {
public:
    Result<void> listen(HttpHandler& handler) override
    {
        handler_ = &handler;
        return {};
    }
    std::uint16_t port() const override { return 0; }
    void stop_accepting() override { accepting = false; }
    Task<void> stop() override
    {
        handler_ = nullptr;
        co_return;
    }
    bool listens() const { return handler_ != nullptr; }
    Task<HttpResponse> ask(HttpRequest request) { return handler_->handle(std::move(request)); }
    bool accepting = true;

private:
    HttpHandler* handler_ = nullptr;
};

} // namespace harvest::test
