#include "common/adapters/web/connect.hpp"
#include "common/adapters/web/http_client_connection.hpp"
#include "common/adapters/web/http_text.hpp"
#include "common/runtime/counted.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace harvest::web {
namespace {

std::string encode_path(std::string_view path)
{
    constexpr std::string_view plain{"-._~/:@!$&'()*+,;="};
    std::string out;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || plain.find(c) != std::string_view::npos) {
            out.push_back(c);
        } else {
            out.push_back('%');
            out.push_back("0123456789ABCDEF"[byte >> 4]);
            out.push_back("0123456789ABCDEF"[byte & 15]);
        }
    }
    return out;
}

bool is_framing(std::string_view name)
{
    return same_ignoring_case(name, "host") || same_ignoring_case(name, "content-length") ||
           same_ignoring_case(name, "connection") || same_ignoring_case(name, "transfer-encoding");
}

Result<WireRequest> encode(const HttpRequest& request, const std::string& host, const std::string& deadline_header)
{
    const auto bad = [](std::string_view text) { return carries_line_break(text); };
    if (request.method.empty() || bad(request.method) || bad(request.query) ||
        request.query.find(' ') != std::string::npos || request.path.empty())
        return Errc::invalid_argument;
    WireRequest out;
    std::string& wire = out.bytes;
    wire = request.method;
    wire += ' ';
    wire += request.path == "*" ? "*" : encode_path(request.path);
    if (!request.query.empty()) wire.append("?").append(request.query);
    wire.append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
    for (const auto& [name, value] : request.headers) {
        if (bad(name) || bad(value)) return Errc::invalid_argument;
        if (!is_framing(name)) wire.append(name).append(": ").append(value).append("\r\n");
    }
    if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
        wire += "Content-Length: ";
        append_number(wire, request.body.size());
        wire += "\r\n";
    }
    if (!deadline_header.empty()) {
        wire.append(deadline_header).append(": ");
        out.left_at = wire.size();
        wire.append(WireRequest::width, '0').append("\r\n");
    }
    wire += "\r\n";
    wire += request.body;
    return out;
}

class PooledHttpClient final : public HttpClient, public ConnectionOwner {
public:
    PooledHttpClient(std::shared_ptr<HttpClientCore> core, HttpTarget target)
        : core_(std::move(core)),
          target_(std::move(target))
    {
        const bool v6 = target_.host.find(':') != std::string::npos;
        host_ = !target_.unix_socket.empty() ? "localhost" : v6 ? "[" + target_.host + "]" : target_.host;
        if (target_.unix_socket.empty() && target_.port != (target_.tls ? 443 : 80))
            host_ += ':' + std::to_string(target_.port);
    }

    ~PooledHttpClient() override
    {
        for (auto& connection : connections_) {
            connection->abandon();
            core_->poller.bury(std::move(connection));
        }
    }

    AsyncResult<HttpResponse> send(HttpRequest request, Deadline by) override
    {
        Result<WireRequest> wire = encode(request, host_, core_->config.deadline_header);
        if (!wire) co_return wire.error();
        const bool harmless = request.method == "GET" || request.method == "HEAD";
        for (int attempt = 0;; ++attempt) {
            Exchange exchange(core_->executor, *wire, by, request.method == "HEAD");
            const Result<void> performed = co_await perform(exchange, by);
            if (exchange.done) co_return std::move(exchange.response);
            const bool again = attempt == 0 && exchange.failed && exchange.reused && harmless && !exchange.answered;
            if (again) continue;
            const Error error = exchange.failed ? make_error_code(exchange.failure) : performed.error();
            // Without an effect there is no doubt about it.
            if (error == Errc::in_doubt && harmless) co_return Errc::unavailable;
            if (error == Errc::timed_out && exchange.written && !harmless) co_return Errc::in_doubt;
            co_return error;
        }
    }

    void idle(ClientConnection& connection) override
    {
        if (waiting_.empty()) return;
        Exchange* const next = waiting_.front();
        waiting_.pop_front();
        connection.give(*next);
    }

    void ended(ClientConnection& connection) override
    {
        const auto found = std::find_if(connections_.begin(), connections_.end(),
                                        [&](const auto& one) { return one.get() == &connection; });
        if (found == connections_.end()) return;
        core_->poller.bury(std::move(*found));
        connections_.erase(found);
        let_next_in();
    }

private:
    // Where there is room for another connection, who waits first dials it himself.
    void let_next_in()
    {
        if (waiting_.empty() || connections_.size() + dialing_ >= core_->config.max_connections) return;
        Exchange* const next = waiting_.front();
        waiting_.pop_front();
        next->alarm.ring();
    }

    // Whatever ends the wait, nothing points to the exchange afterwards.
    struct Leave {
        PooledHttpClient& client;
        Exchange& exchange;
        ~Leave()
        {
            std::erase(client.waiting_, &exchange);
            if (exchange.connection)
                exchange.connection->forget();
            else
                client.let_next_in(); // it may have had a place that it did not use
        }
    };

    AsyncResult<void> perform(Exchange& exchange, Deadline by)
    {
        const Leave leave{*this, exchange};
        bool queued = false;
        Deadline connected_by = by;
        while (!exchange.done && !exchange.failed) {
            if (!exchange.connection && !queued) {
                if (ClientConnection* const idle = find_idle()) {
                    idle->give(exchange);
                } else if (connections_.size() + dialing_ < core_->config.max_connections) {
                    const Millis limit = core_->config.connect_timeout;
                    connected_by = limit > Millis{0} ? std::min(by, core_->clock.after(limit)) : by;
                    const Result<void> dialed = co_await dial(exchange, connected_by);
                    if (!dialed) {
                        const bool given_up = dialed.error() == Errc::timed_out && connected_by < by;
                        co_return given_up ? make_error_code(Errc::unavailable) : dialed.error();
                    }
                } else if (waiting_.size() < core_->config.max_waiting) {
                    waiting_.push_back(&exchange);
                } else {
                    co_return Errc::resource_exhausted;
                }
                if (exchange.done || exchange.failed) break;
            }
            const bool connecting = exchange.connection && !exchange.written;
            const Alarm::Woken woken = co_await exchange.alarm.wait(core_->clock, connecting ? connected_by : by);
            if (exchange.done || exchange.failed) break;
            if (woken == Alarm::Woken::timed_out && connecting && connected_by < by) {
                if (exchange.written) continue; // in time, and now its answer is due
                co_return Errc::unavailable;
            }
            if (woken == Alarm::Woken::timed_out) co_return Errc::timed_out;
            if (woken == Alarm::Woken::canceled) co_return Errc::canceled;
            queued = std::find(waiting_.begin(), waiting_.end(), &exchange) != waiting_.end();
        }
        co_return boost::system::in_place_value;
    }

    ClientConnection* find_idle()
    {
        const Millis limit = core_->config.reuse_within;
        const Millis now = core_->clock.monotonic();
        for (std::size_t i = connections_.size(); i-- > 0;) {
            ClientConnection& one = *connections_[i];
            if (!one.is_idle()) continue;
            if (limit == Millis{0} || now - one.idle_since() <= limit) return &one;
            one.forget(); // it takes itself out of the list
        }
        return nullptr;
    }

    AsyncResult<void> dial(Exchange& exchange, Deadline by)
    {
        const Counted counted(dialing_);
        Result<SocketAddress> address = Errc::unavailable;
        if (target_.unix_socket.empty())
            address = co_await resolve(core_->executor, core_->clock, target_.host, target_.port, by);
        else
            address = unix_address(target_.unix_socket);
        if (!address) co_return address.error();
        const Result<int> descriptor = start_connect(*address, target_.local_address);
        if (!descriptor) co_return descriptor.error();
        auto connection =
            std::make_unique<ClientConnection>(*core_, *this, *descriptor, target_.tls && target_.unix_socket.empty());
        if (!connection->start(target_)) co_return Errc::invalid_argument;
        connections_.push_back(std::move(connection));
        connections_.back()->give(exchange);
        co_return boost::system::in_place_value;
    }

    std::shared_ptr<HttpClientCore> core_;
    HttpTarget target_;
    std::string host_;
    std::size_t dialing_{};
    std::vector<std::unique_ptr<ClientConnection>> connections_;
    std::deque<Exchange*> waiting_;
};

class PooledHttpClients final : public HttpClients {
public:
    PooledHttpClients(HttpClientConfig config, Executor executor, Clock& clock)
        : core_(std::make_shared<HttpClientCore>(std::move(config), std::move(executor), clock))
    {
    }
    std::unique_ptr<HttpClient> make(HttpTarget target) override
    {
        return std::make_unique<PooledHttpClient>(core_, std::move(target));
    }

private:
    std::shared_ptr<HttpClientCore> core_;
};

} // namespace

std::unique_ptr<HttpClients> make_http_clients(HttpClientConfig config, Executor executor, Clock& clock)
{
    return std::make_unique<PooledHttpClients>(std::move(config), std::move(executor), clock);
}

} // namespace harvest::web
