#include "common/adapters/web/wss_link.hpp"

#include "common/adapters/web/acceptor.hpp"
#include "common/adapters/web/ws_connection.hpp"
#include "common/base/log.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

namespace harvest::web {
namespace {

// Ids of all transports of a process are distinct: "W" on top, then the listener, then a count.
LinkId first_id()
{
    static std::atomic<std::uint64_t> listeners{0};
    return 0x57ULL << 56 | ((++listeners & 0xFFFF) << 40);
}

class WssLink final : public ClientLink {
public:
    WssLink(WssConfig config, Executor executor, Clock& clock, WebCounters& counters)
        : config_(std::move(config)),
          executor_(std::move(executor)),
          tls_(config_.tls ? make_server_context(config_.cert_pem, config_.key_pem, config_.client_ca_pem)
                           : TlsContext()),
          poller_(executor_),
          core_{.config = config_,
                .clock = clock,
                .counters = counters,
                .poller = poller_,
                .opened = [this](WsConnection& connection) { opened(connection); },
                .message =
                    [this](WsConnection& connection, std::string_view bytes) {
                        guard(connection, [&] { events_->message(connection.id(), bytes); });
                    },
                .closing = [this](WsConnection& connection, CloseReason reason) { closing(connection, reason); },
                .ended = [this](WsConnection& connection) { ended(connection); },
                .dirty = [this](WsConnection& connection) { mark_dirty(connection); }},
          acceptor_(config_, poller_, counters,
                    [this](int descriptor, std::string address) { accepted(descriptor, std::move(address)); }),
          all_gone_(executor_),
          next_id_(first_id())
    {
    }

    Result<void> listen(LinkEvents& events) override
    {
        events_ = &events;
        const Millis shortest = std::min({config_.handshake_timeout, config_.ping_interval, config_.close_timeout});
        poller_.every(std::clamp(shortest / 8, Millis{10}, Millis{500}), [this] { tick(); });
        return acceptor_.open();
    }

    std::uint16_t port() const override { return acceptor_.port(); }
    std::string_view transport() const override { return "wss"; }

    bool send(LinkId link, std::string_view bytes) override
    {
        const auto found = links_.find(link);
        return found != links_.end() && found->second->send(bytes);
    }

    void close(LinkId link, CloseReason reason, std::string_view text) override
    {
        const auto found = links_.find(link);
        if (found != links_.end()) found->second->close(reason, text);
    }

    void stop_accepting() override { acceptor_.close(); }

    Task<void> stop() override
    {
        acceptor_.close();
        const auto open = connections_.size();
        for (std::size_t i = open; i-- > 0;)
            if (i < connections_.size()) connections_[i]->close(CloseReason::going_away, {});
        boost::system::error_code woken;
        // Connections end by themselves within close_timeout or handshake_timeout; twice that is the bound.
        const Millis bound = 2 * std::max(config_.close_timeout, config_.handshake_timeout);
        for (const Millis by = core_.clock.monotonic() + bound; !connections_.empty();) {
            const Millis left = by - core_.clock.monotonic();
            if (left <= Millis{0}) break;
            all_gone_.expires_after(left);
            co_await all_gone_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        for (auto& connection : std::exchange(connections_, {})) {
            connection->abandon();
            poller_.bury(std::move(connection));
        }
        links_.clear();
        report_closed();
    }

private:
    void accepted(int descriptor, std::string address)
    {
        auto connection = std::make_unique<WsConnection>(core_, descriptor, tls_.get(), address, next_id_++);
        if (!connection->start()) {
            acceptor_.release(address);
            return;
        }
        connection->index = connections_.size();
        connections_.push_back(std::move(connection));
    }

    void opened(WsConnection& connection)
    {
        links_.emplace(connection.id(), &connection);
        const LinkInfo info{.id = connection.id(), .transport = "wss", .address = connection.address()};
        guard(connection, [&] { events_->opened(info); });
    }

    // A failure over one client's message ends that link, not the listener.
    template <class Call>
    void guard(WsConnection& connection, Call call)
    {
        try {
            call();
        }
        catch (const std::exception& error) {
            log::error("handling a live message failed", {{"error.message", error.what()}});
            connection.close(CloseReason::policy, "internal error");
        }
    }

    // The daemon hears of it at the end of the batch: it may be in the middle of a walk over its own links now.
    void closing(WsConnection& connection, CloseReason reason)
    {
        if (links_.erase(connection.id()) == 0) return;
        if (closed_.empty()) poller_.later([this] { report_closed(); });
        closed_.emplace_back(connection.id(), reason);
    }

    void report_closed()
    {
        for (const auto& [link, reason] : std::exchange(closed_, {})) try {
                events_->closed(link, reason);
            }
            catch (const std::exception& error) {
                log::error("handling the end of a live link failed", {{"error.message", error.what()}});
            }
    }

    void mark_dirty(WsConnection& connection)
    {
        if (dirty_.empty()) poller_.later([this] { flush_dirty(); });
        connection.is_dirty = true;
        dirty_.push_back(&connection);
    }

    void flush_dirty()
    {
        for (WsConnection* connection : std::exchange(dirty_, {})) {
            connection->is_dirty = false;
            connection->flush();
        }
    }

    void ended(WsConnection& connection)
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
        for (std::size_t i = connections_.size(); i-- > 0;)
            if (i < connections_.size()) connections_[i]->tick(now);
    }

    WssConfig config_;
    Executor executor_;
    TlsContext tls_;
    Poller poller_;
    WsServerCore core_;
    Acceptor acceptor_;
    asio::steady_timer all_gone_;
    LinkId next_id_;
    LinkEvents* events_{};
    std::vector<std::unique_ptr<WsConnection>> connections_;
    std::vector<WsConnection*> dirty_;
    std::vector<std::pair<LinkId, CloseReason>> closed_;
    boost::unordered_flat_map<LinkId, WsConnection*> links_;
};

} // namespace

std::unique_ptr<ClientLink> make_wss_link(WssConfig config, Executor executor, Clock& clock, WebCounters& counters)
{
    return std::make_unique<WssLink>(std::move(config), std::move(executor), clock, counters);
}

} // namespace harvest::web
