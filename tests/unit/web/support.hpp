// A server on a thread of its own, and a blocking client that sends what it is told, byte for byte.
#pragma once

#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/web/client.hpp"
#include "common/adapters/web/http_listener.hpp"
#include "common/adapters/web/wss_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <openssl/types.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

namespace harvest::web::test {

struct Identity {
    std::string cert_pem, key_pem, fingerprint;
};
// Self-signed, P-256, for "localhost" and 127.0.0.1; made once a name.
const Identity& identity(const std::string& common_name = "harvest test");

// An io_context that runs until the end of its scope.
class Loop {
public:
    Loop() : guard_(asio::make_work_guard(context_)), thread_([this] { context_.run(); }) {}
    ~Loop()
    {
        guard_.reset();
        thread_.join();
    }
    Executor executor() { return context_.get_executor(); }

    // Runs it there and waits; exceptions come back.
    template <class T>
    T run(std::function<Task<T>()> make)
    {
        std::promise<T> promise;
        auto future = promise.get_future();
        asio::co_spawn(context_, make(), [&](std::exception_ptr failure, auto... value) {
            if (failure)
                promise.set_exception(failure);
            else
                promise.set_value(std::move(value)...);
        });
        return future.get();
    }
    void call(std::function<void()> work)
    {
        run<void>([&]() -> Task<void> {
            work();
            co_return;
        });
    }

private:
    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::thread thread_;
};

HttpServerConfig test_http_config(bool tls);

// Answers: /hello, /echo (the body), /path (path, query, headers), /slow (after 200 ms), /throw, /big (1 MiB),
// /part (60 KiB).
class HttpFixture : public HttpHandler {
public:
    explicit HttpFixture(HttpServerConfig config);
    ~HttpFixture() override;
    Task<HttpResponse> handle(HttpRequest request) override;
    void stop();
    std::uint16_t port() const { return port_; }

    system::SystemClock clock;
    WebCounters counters{};
    std::atomic<int> handled{}, finished{};
    Loop loop;

private:
    std::unique_ptr<HttpListener> listener_;
    std::uint16_t port_{};
};

WssConfig test_wss_config();

// Echoes; "close:<reason number>" closes, "flood:<n>:<size>" pushes n messages at once, "drip:<n>" pushes n every 1 ms.
class WssFixture : public LinkEvents {
public:
    explicit WssFixture(WssConfig config);
    ~WssFixture() override;
    void opened(const LinkInfo& link) override;
    void message(LinkId link, std::string_view bytes) override;
    void closed(LinkId link, CloseReason reason) override;
    void stop();
    std::uint16_t port() const { return port_; }
    std::vector<CloseReason> closed_with();
    bool wait_closed(std::size_t count);

    system::SystemClock clock;
    WebCounters counters{};
    std::atomic<int> links{};
    Loop loop;

private:
    Task<void> drip(LinkId link, int count);
    std::mutex mutex_;
    std::vector<CloseReason> closed_;
    std::unique_ptr<ClientLink> link_;
    std::uint16_t port_{};
};

struct TlsOptions {
    int min_version{}, max_version{};
    const char* alpn{}; // wire format
    bool send_name{true};
    const Identity* own{}; // client certificate
};

class RawClient {
public:
    RawClient(std::uint16_t port, bool tls, const TlsOptions& options = {}, const std::string& from = "127.0.0.1");
    explicit RawClient(const std::string& unix_socket);
    ~RawClient();
    bool connected() const { return connected_; }
    void send(std::string_view bytes);
    // Until the peer ends or `timeout`; `ended` says which.
    std::string read_to_end(int timeout_ms = 3000);
    // Until `marker` has been seen.
    std::string read_until(std::string_view marker, int timeout_ms = 3000);
    // One whole response with a Content-Length.
    std::string read_response(int timeout_ms = 3000);
    std::string read_bytes(std::size_t count, int timeout_ms = 3000);
    void half_close();
    void shrink_receive_buffer();
    bool ended{};
    SSL* ssl{};
    int descriptor{-1};

private:
    bool fill(int timeout_ms);
    std::string buffer_;
    bool connected_{};
};

int status_of(std::string_view response);
std::string body_of(std::string_view response);
std::string code_of(std::string_view response); // of a problem body

// WebSocket from the outside.
std::string upgrade_text(std::string_view extra = "Sec-WebSocket-Protocol: harvest.v1\r\n",
                         std::string_view path = "/");
std::string frame(unsigned first_byte, std::string_view payload, bool masked = true);
struct Received {
    unsigned opcode{};
    std::string payload;
    unsigned close_code{};
    bool ended{};
};
Received read_frame(RawClient& client, int timeout_ms = 3000);
// Skips everything else; close_code 0 if the peer just ended.
Received read_close(RawClient& client, int timeout_ms = 4000);
std::unique_ptr<RawClient> open_websocket(std::uint16_t port);

} // namespace harvest::web::test
