#include "common/adapters/web/http_listener.hpp"

#include "common/adapters/web/acceptor.hpp"
#include "common/adapters/web/http_connection.hpp"
#include "common/base/log.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace harvest::web {
namespace {

class HttpServer final : public HttpsListener {
public:
    HttpServer(HttpServerConfig config, Executor executor, Clock& clock, WebCounters& counters)
        : config_(std::move(config)),
          executor_(std::move(executor)),
          tls_(config_.tls && config_.unix_socket.empty()
                   ? make_server_context(config_.cert_pem, config_.key_pem, config_.client_ca_pem)
                   : TlsContext()),
          poller_(executor_),
          workers_(executor_, config_.max_in_flight),
          core_{.config = config_,
                .head_limits = {config_.max_header_bytes, config_.max_headers, config_.max_target_bytes},
                .clock = clock,
                .counters = counters,
                .poller = poller_,
                .workers = workers_,
                .ended = [this](HttpConnection& connection) { ended(connection); }},
          acceptor_(config_, poller_, counters,
                    [this](int descriptor, std::string address) { accepted(descriptor, std::move(address)); }),
          all_gone_(executor_)
    {
    }

    Result<void> listen(HttpHandler& handler) override
    {
        workers_.serve(handler);
        const Millis shortest = std::min({config_.header_timeout, config_.idle_timeout, config_.body_grace});
        poller_.every(std::clamp(shortest / 8, Millis{10}, Millis{500}), [this] { tick(); });
        return acceptor_.open();
    }

    std::uint16_t port() const override { return acceptor_.port(); }
    void stop_accepting() override { acceptor_.close(); }

    Result<void> replace_identity(std::string cert_pem, std::string key_pem, std::string client_ca_pem) override
    {
        try {
            tls_ = make_server_context(cert_pem, key_pem, client_ca_pem);
        }
        catch (const std::runtime_error& error) {
            log::error("a new certificate is refused", {{"error.message", error.what()}});
            return Errc::invalid_argument;
        }
        config_.cert_pem = std::move(cert_pem);
        config_.key_pem = std::move(key_pem);
        config_.client_ca_pem = std::move(client_ca_pem);
        for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->drain();
        return {};
    }

    Task<void> stop() override
    {
        acceptor_.close();
        core_.draining = true;
        // From the back: a connection that ends here is replaced by the last one.
        for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->drain();
        if (!connections_.empty()) {
            boost::system::error_code woken;
            all_gone_.expires_after(config_.drain_timeout);
            co_await all_gone_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        if (!connections_.empty())
            log::warn("requests were cut off while draining", {{"connections", connections_.size()}});
        for (auto& connection : std::exchange(connections_, {})) {
            connection->abandon();
            poller_.bury(std::move(connection));
        }
        co_await workers_.stop();
    }

private:
    void accepted(int descriptor, std::string address)
    {
        auto connection = std::make_unique<HttpConnection>(core_, descriptor, tls_.get(), address);
        if (!connection->start()) {
            acceptor_.release(address);
            return;
        }
        connection->index = connections_.size();
        connections_.push_back(std::move(connection));
    }

    void ended(HttpConnection& connection)
    {
        acceptor_.release(connection.address());
        const std::size_t index = connection.index;
        auto dead = std::move(connections_[index]);
        if (index + 1 != connections_.size()) {
            connections_[index] = std::move(connections_.back());
            connections_[index]->index = index;
        }
        connections_.pop_back();
        poller_.bury(std::move(dead));
        if (connections_.empty()) all_gone_.cancel();
    }

    void tick()
    {
        acceptor_.resume();
        const Millis now = core_.clock.monotonic();
        for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->tick(now);
    }

    HttpServerConfig config_;
    Executor executor_;
    TlsContext tls_;
    Poller poller_;
    HttpWorkers workers_;
    HttpServerCore core_;
    Acceptor acceptor_;
    asio::steady_timer all_gone_;
    std::vector<std::unique_ptr<HttpConnection>> connections_;
};

} // namespace

std::unique_ptr<HttpsListener> make_https_listener(HttpServerConfig config, Executor executor, Clock& clock,
                                                   WebCounters& counters)
{
    return std::make_unique<HttpServer>(std::move(config), std::move(executor), clock, counters);
}

} // namespace harvest::web
