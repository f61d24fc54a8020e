// One connection of an HTTP client and the call it carries.
#pragma once

#include "common/adapters/web/alarm.hpp"
#include "common/adapters/web/chunked_reader.hpp"
#include "common/adapters/web/client.hpp"
#include "common/adapters/web/http_head.hpp"
#include "common/adapters/web/stream.hpp"

#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <string>
#include <utility>

namespace harvest::web {

class ClientConnection;

// A whole request as it is sent, with a field of fixed width for the time that is left by then.
struct WireRequest {
    static constexpr std::size_t width = 10;
    std::string bytes;
    std::size_t left_at{}; // 0: no such field

    void set_left(Millis left)
    {
        if (left_at == 0) return;
        const std::string digits = std::to_string(std::clamp<std::int64_t>(left.count(), 0, 999'999'999));
        bytes.replace(left_at, width, width, ' ');
        bytes.replace(left_at + width - digits.size(), digits.size(), digits);
    }
};

// One call; it lives in the frame of send().
struct Exchange {
    Exchange(const Executor& executor, WireRequest& request, Deadline deadline, bool head)
        : alarm(executor),
          wire(request),
          by(deadline),
          head_only(head)
    {
    }
    Alarm alarm;
    WireRequest& wire;
    Deadline by;
    HttpResponse response;
    ClientConnection* connection{}; // that has it now
    Errc failure{Errc::unavailable};
    bool head_only, done{}, failed{}, written{}, answered{}, reused{};
};

struct HttpClientCore {
    HttpClientCore(HttpClientConfig settings, Executor on, Clock& time)
        : config(std::move(settings)),
          executor(std::move(on)),
          clock(time),
          tls(make_client_context(config.ca_pem, config.cert_pem, config.key_pem)),
          poller(executor)
    {
    }
    HttpClientConfig config;
    Executor executor;
    Clock& clock;
    TlsContext tls;
    Head head{};
    Poller poller;
};

class ConnectionOwner {
public:
    virtual ~ConnectionOwner() = default;
    virtual void idle(ClientConnection& connection) = 0;
    virtual void ended(ClientConnection& connection) = 0;
};

class ClientConnection final : public Pollee {
public:
    ClientConnection(HttpClientCore& core, ConnectionOwner& owner, int descriptor, bool tls)
        : core_(core),
          owner_(owner),
          stream_(descriptor, tls ? core.tls.get() : nullptr, Stream::Role::client, core.poller.scratch())
    {
    }
    ~ClientConnection() override { abandon(); }

    bool start(const HttpTarget& target)
    {
        watched_ = EPOLLOUT;
        const std::string& name = target.certificate_name.empty() ? target.host : target.certificate_name;
        if (stream_.ssl() && !expect_server(stream_.ssl(), name, core_.config.fingerprint)) return false;
        return core_.poller.add(stream_.descriptor(), watched_, *this);
    }

    bool is_idle() const { return phase_ == Phase::open && !exchange_; }
    Millis idle_since() const { return idle_since_; }

    void give(Exchange& exchange)
    {
        exchange_ = &exchange;
        exchange.connection = this;
        exchange.reused = served_;
        scan_ = {};
        input_.clear();
        in_body_ = false;
        if (phase_ == Phase::open) write();
    }

    // The caller gave up: what the server may still say has no reader.
    void forget()
    {
        exchange_ = nullptr;
        close(Errc::canceled);
    }

    void abandon()
    {
        if (phase_ == Phase::gone) return;
        phase_ = Phase::gone;
        stream_.finish();
        stream_.flush();
        core_.poller.remove(stream_.descriptor());
    }

    void ready(std::uint32_t events) override
    {
        if (phase_ == Phase::gone) return;
        if (phase_ == Phase::connecting) {
            if (!has_connected(stream_.descriptor())) return close(Errc::unavailable);
            phase_ = Phase::handshake;
            if (!stream_.start_handshake()) return close(Errc::unavailable);
            established();
            return flush();
        }
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
            std::string_view bytes;
            const Stream::Status status = stream_.receive(bytes);
            established();
            if (phase_ == Phase::gone) return;
            if (!bytes.empty()) on_bytes(bytes);
            if (phase_ == Phase::gone) return;
            if (status != Stream::Status::open) return on_end();
        }
        flush();
    }

private:
    enum class Phase { connecting, handshake, open, gone };

    void established()
    {
        if (phase_ != Phase::handshake || !stream_.established()) return;
        phase_ = Phase::open;
        if (exchange_) write();
    }

    void write()
    {
        exchange_->written = true;
        exchange_->wire.set_left(exchange_->by.at - core_.clock.monotonic());
        if (!stream_.write(exchange_->wire.bytes)) return close(Errc::in_doubt);
        flush();
    }

    void flush()
    {
        if (phase_ == Phase::gone) return;
        if (!stream_.flush()) return close(Errc::unavailable);
        const std::uint32_t wanted = static_cast<std::uint32_t>(EPOLLIN) | (stream_.unsent() > 0 ? EPOLLOUT : 0U);
        if (wanted == watched_) return;
        watched_ = wanted;
        core_.poller.change(stream_.descriptor(), watched_, *this);
    }

    void on_bytes(std::string_view bytes)
    {
        if (!exchange_) return close(Errc::unavailable); // an answer that nobody asked for
        exchange_->answered = true;
        if (!in_body_) {
            input_.append(bytes);
            if (!read_head()) return;
            bytes = input_;
        }
        read_body(bytes);
    }

    // True once the final head has been read; the rest of input_ is body.
    bool read_head()
    {
        constexpr HeadLimits limits{.bytes = 64 * 1024, .headers = 99, .target = 0};
        while (true) {
            Refusal refusal;
            const std::size_t size = find_head_end(input_, scan_, limits, refusal);
            if (size == 0 && !refusal) return false;
            Head& head = core_.head;
            if (!refusal) refusal = parse_response_head(std::string_view(input_).substr(0, size), head);
            if (refusal || head.status == 101) {
                close(Errc::in_doubt);
                return false;
            }
            if (head.status >= 200) {
                begin_body(head);
                input_.erase(0, size);
                return true;
            }
            input_.erase(0, size); // 100 Continue and its kind
            scan_ = {};
        }
    }

    void begin_body(const Head& head)
    {
        HttpResponse& response = exchange_->response;
        response.status = head.status;
        response.content_type.clear();
        for (std::size_t i = 0; i < head.header_count; ++i) {
            auto& [name, value] = response.headers.emplace_back(head.headers[i].name, head.headers[i].value);
            for (char& c : name)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            if (name == "content-type") response.content_type = value;
        }
        const bool none = exchange_->head_only || head.status == 204 || head.status == 304;
        keep_alive_ = head.keep_alive;
        chunked_ = !none && head.chunked;
        until_end_ = !none && !head.chunked && !head.has_length;
        left_ = none ? 0 : head.content_length;
        chunks_ = {};
        in_body_ = true;
    }

    void read_body(std::string_view bytes)
    {
        std::string& body = exchange_->response.body;
        const std::size_t limit = core_.config.max_response_bytes;
        if (left_ > limit || (until_end_ && body.size() + bytes.size() > limit)) return close(Errc::in_doubt);
        if (chunked_) {
            if (chunks_.take(bytes, body, limit)) return close(Errc::in_doubt);
            if (chunks_.done()) finish(!bytes.empty());
        } else if (until_end_) {
            body.append(bytes);
        } else {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
            body.append(bytes.substr(0, size));
            left_ -= size;
            if (left_ == 0) finish(bytes.size() > size);
        }
    }

    void finish(bool rest)
    {
        Exchange* const exchange = std::exchange(exchange_, nullptr);
        input_ = std::string();
        served_ = true;
        idle_since_ = core_.clock.monotonic();
        exchange->connection = nullptr;
        exchange->done = true;
        if (!keep_alive_ || rest || until_end_)
            close(Errc::canceled);
        else
            owner_.idle(*this);
        exchange->alarm.ring();
    }

    void on_end()
    {
        if (exchange_ && in_body_ && until_end_) return finish(false);
        // An alert instead of the first answer is the server's verdict on our certificate: it has read no request.
        const bool alerted = stream_.refused_by_peer() && !served_ && !(exchange_ && exchange_->answered);
        const bool refused = alerted || (phase_ == Phase::handshake && stream_.ssl() &&
                                         SSL_get_verify_result(stream_.ssl()) != X509_V_OK);
        stream_.flush();
        close(refused ? Errc::permission_denied : Errc::unavailable);
    }

    void close(Errc errc)
    {
        if (phase_ == Phase::gone) return;
        abandon();
        if (Exchange* const exchange = std::exchange(exchange_, nullptr)) {
            exchange->connection = nullptr;
            exchange->failed = true;
            exchange->failure = errc == Errc::unavailable && exchange->written ? Errc::in_doubt : errc;
            exchange->alarm.ring();
        }
        owner_.ended(*this);
    }

    HttpClientCore& core_;
    ConnectionOwner& owner_;
    Stream stream_;
    Exchange* exchange_{};
    std::string input_;
    HeadScan scan_;
    ChunkedReader chunks_;
    std::uint64_t left_{};
    Millis idle_since_{};
    std::uint32_t watched_{};
    Phase phase_{Phase::connecting};
    bool in_body_{}, chunked_{}, until_end_{}, keep_alive_{}, served_{};
};

} // namespace harvest::web
