#include "common/adapters/web/alarm.hpp"
#include "common/adapters/web/client.hpp"
#include "common/adapters/web/connect.hpp"
#include "common/adapters/web/stream.hpp"
#include "common/adapters/web/websocket.hpp"
#include "common/adapters/web/ws_upgrade.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace harvest::web {
namespace {

class ClientSocket;

struct WsClientCore {
    WsClientCore(WssClientConfig settings, Executor on, Clock& time)
        : config(std::move(settings)),
          executor(std::move(on)),
          clock(time),
          tls(make_client_context(config.ca_pem, {}, {})),
          poller(executor)
    {
    }

    // Masks keep a page from steering the bytes on the wire (RFC 6455 §10.3): they come from a real generator.
    std::uint32_t mask()
    {
        if (masks_used == masks.size()) {
            RAND_bytes(reinterpret_cast<unsigned char*>(masks.data()), static_cast<int>(sizeof masks));
            masks_used = 0;
        }
        return masks[masks_used++];
    }

    WssClientConfig config;
    Executor executor;
    Clock& clock;
    TlsContext tls;
    std::array<std::uint32_t, 1024> masks{};
    std::size_t masks_used{1024};
    Head head{};
    std::vector<ClientSocket*> sockets;
    Poller poller; // last: sockets that it buries leave the list above
};

// The socket of a link; it is buried by its link, so events of the current batch may still reach it.
class ClientSocket final : public Pollee {
public:
    enum class Phase : std::uint8_t { connecting, handshake, upgrade, open, gone };

    ClientSocket(WsClientCore& core, int descriptor, std::string host, Alarm& alarm)
        : core_(core),
          stream_(descriptor, core.tls.get(), Stream::Role::client, core.poller.scratch()),
          alarm_(&alarm),
          host_(std::move(host)),
          reader_(false, core.config.max_message_bytes),
          heard_(core.clock.monotonic()),
          index_(core.sockets.size())
    {
        core_.sockets.push_back(this);
    }

    ~ClientSocket() override
    {
        leave();
        core_.sockets[index_] = core_.sockets.back();
        core_.sockets[index_]->index_ = index_;
        core_.sockets.pop_back();
    }

    bool start(const std::string& name, std::string_view fingerprint)
    {
        watched_ = EPOLLOUT;
        return expect_server(stream_.ssl(), name, fingerprint) &&
               core_.poller.add(stream_.descriptor(), watched_, *this);
    }

    Phase phase() const { return phase_; }
    Errc failure() const { return failure_; }
    const std::string& reason() const { return reason_; }
    void detach() { alarm_ = nullptr; }

    void ready(std::uint32_t events) override
    {
        if (phase_ == Phase::gone) return;
        if (phase_ == Phase::connecting) {
            if (!has_connected(stream_.descriptor())) return fail(Errc::unavailable);
            phase_ = Phase::handshake;
            if (!stream_.start_handshake()) return fail(Errc::unavailable);
            return flush();
        }
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
            std::string_view bytes;
            const Stream::Status status = stream_.receive(bytes);
            if (phase_ == Phase::handshake && stream_.established()) ask_for_upgrade();
            if (!bytes.empty()) on_bytes(bytes);
            if (phase_ == Phase::gone) return;
            if (status != Stream::Status::open) {
                const bool refused = phase_ == Phase::handshake && SSL_get_verify_result(stream_.ssl()) != X509_V_OK;
                stream_.flush();
                return fail(refused ? Errc::permission_denied : Errc::unavailable);
            }
        }
        flush();
    }

    Result<void> send(std::string_view bytes)
    {
        if (phase_ != Phase::open) return Errc::canceled;
        if (stream_.unsent() + out_.size() + bytes.size() > core_.config.max_unsent_bytes)
            return Errc::resource_exhausted;
        const std::uint32_t mask = core_.mask();
        append_frame(out_, Opcode::text, bytes, &mask);
        flush();
        return {};
    }

    std::optional<std::string> take()
    {
        if (received_.empty()) return std::nullopt;
        std::string message = std::move(received_.front());
        received_.erase(received_.begin());
        if (received_.size() + 1 == core_.config.max_received) watch();
        return message;
    }

    void close()
    {
        if (phase_ == Phase::open) {
            const std::uint32_t mask = core_.mask();
            append_close(out_, 1000, {}, &mask);
            flush();
        }
        leave();
    }

    void tick(Millis now)
    {
        if (phase_ == Phase::open && now - heard_ > core_.config.dead_after) {
            reason_ = "1006 the server is silent";
            fail(Errc::unavailable);
        }
    }

private:
    void ask_for_upgrade()
    {
        phase_ = Phase::upgrade;
        key_.resize(25);
        std::array<unsigned char, 16> nonce{};
        RAND_bytes(nonce.data(), static_cast<int>(nonce.size()));
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(key_.data()), nonce.data(), static_cast<int>(nonce.size()));
        key_.resize(24);
        out_ += upgrade_request(host_, core_.config.path, key_);
    }

    void on_bytes(std::string_view bytes)
    {
        heard_ = core_.clock.monotonic();
        std::span<char> rest{const_cast<char*>(bytes.data()), bytes.size()};
        std::string whole;
        if (!input_.empty()) {
            whole = std::exchange(input_, {});
            whole.append(bytes);
            rest = whole;
        }
        if (phase_ != Phase::upgrade || read_upgrade(rest)) read_frames(rest);
        if (phase_ != Phase::gone && !rest.empty()) input_.assign(rest.data(), rest.size());
    }

    bool read_upgrade(std::span<char>& bytes)
    {
        HeadScan scan;
        Refusal refusal;
        const std::size_t size = find_head_end({bytes.data(), bytes.size()}, scan, {}, refusal);
        if (size == 0 && !refusal) return false;
        if (!refusal) refusal = parse_response_head({bytes.data(), size}, core_.head);
        if (refusal || !accepts_upgrade(core_.head, key_)) {
            reason_ = refusal ? "1006 malformed reply" : "1006 HTTP " + std::to_string(core_.head.status);
            fail(core_.head.status == 503 || core_.head.status == 429 ? Errc::unavailable : Errc::failed_precondition);
            return false;
        }
        bytes = bytes.subspan(size);
        key_ = host_ = std::string();
        phase_ = Phase::open;
        ring();
        return true;
    }

    void read_frames(std::span<char>& bytes)
    {
        while (phase_ == Phase::open) {
            const std::size_t before = bytes.size();
            const WsEvent event = reader_.next(bytes);
            switch (event.kind) {
            case WsEvent::Kind::need_more:
                if (bytes.size() == before) return;
                break;
            case WsEvent::Kind::message:
                received_.emplace_back(event.payload);
                ring();
                break;
            case WsEvent::Kind::ping: {
                const std::uint32_t mask = core_.mask();
                append_frame(out_, Opcode::pong, event.payload, &mask);
                break;
            }
            case WsEvent::Kind::pong:
                break;
            case WsEvent::Kind::close:
            case WsEvent::Kind::error: {
                reason_ = std::to_string(event.code);
                reason_ += ' ';
                reason_ += event.kind == WsEvent::Kind::close ? event.payload : event.problem;
                const std::uint32_t mask = core_.mask();
                append_close(out_, event.code, {}, &mask);
                flush();
                return fail(Errc::canceled);
            }
            }
        }
    }

    void flush()
    {
        if (phase_ == Phase::gone) return;
        if (!stream_.flush()) return fail(Errc::unavailable);
        if (!out_.empty() && stream_.unsent() == 0) {
            const bool written = stream_.write(out_);
            out_ = std::string();
            if (!written || !stream_.flush()) return fail(Errc::unavailable);
        }
        watch();
    }

    void watch()
    {
        if (phase_ == Phase::gone) return;
        const std::uint32_t wanted =
            (received_.size() < core_.config.max_received ? static_cast<std::uint32_t>(EPOLLIN) : 0U) |
            (stream_.unsent() > 0 ? EPOLLOUT : 0U);
        if (wanted == watched_) return;
        watched_ = wanted;
        core_.poller.change(stream_.descriptor(), watched_, *this);
    }

    void fail(Errc errc)
    {
        failure_ = errc;
        leave();
        ring();
    }

    void leave()
    {
        if (phase_ == Phase::gone) return;
        phase_ = Phase::gone;
        stream_.finish();
        stream_.flush();
        core_.poller.remove(stream_.descriptor());
    }

    void ring()
    {
        if (alarm_) alarm_->ring();
    }

    WsClientCore& core_;
    Stream stream_;
    Alarm* alarm_;
    std::string host_, key_, input_, out_, reason_;
    std::vector<std::string> received_;
    WsReader reader_;
    Millis heard_;
    std::size_t index_;
    std::uint32_t watched_{};
    Errc failure_{Errc::canceled};
    Phase phase_{Phase::connecting};
};

class WssClientLink final : public ServerLink {
public:
    WssClientLink(WsClientCore& core, std::string_view local_address)
        : core_(core),
          local_address_(local_address),
          alarm_(core.executor)
    {
    }

    ~WssClientLink() override { close(); }

    AsyncResult<void> connect(Endpoint endpoint, Deadline by) override
    {
        close();
        const Result<SocketAddress> address =
            co_await resolve(core_.executor, core_.clock, endpoint.host, endpoint.port, by);
        if (!address) co_return address.error();
        const Result<int> descriptor = start_connect(*address, local_address_);
        if (!descriptor) co_return descriptor.error();
        const bool v6 = endpoint.host.find(':') != std::string::npos;
        std::string host = v6 ? "[" + endpoint.host + "]" : endpoint.host;
        host += ':' + std::to_string(endpoint.port);
        socket_ = std::make_unique<ClientSocket>(core_, *descriptor, std::move(host), alarm_);
        if (!socket_->start(endpoint.host, endpoint.fingerprint)) {
            close();
            co_return Errc::invalid_argument;
        }
        while (true) {
            const Alarm::Woken woken = co_await alarm_.wait(core_.clock, by);
            if (socket_ && socket_->phase() == ClientSocket::Phase::open) co_return boost::system::in_place_value;
            const Errc failure = woken == Alarm::Woken::timed_out  ? Errc::timed_out
                                 : woken == Alarm::Woken::canceled ? Errc::canceled
                                 : socket_                         ? socket_->failure()
                                                                   : Errc::canceled;
            const bool over = !socket_ || socket_->phase() == ClientSocket::Phase::gone;
            if (woken == Alarm::Woken::rung && !over) continue;
            close();
            co_return failure;
        }
    }

    Result<void> send(std::string_view bytes) override { return socket_ ? socket_->send(bytes) : Errc::canceled; }

    AsyncResult<std::string> receive(Deadline by) override
    {
        while (true) {
            if (!socket_) co_return Errc::canceled;
            if (std::optional<std::string> message = socket_->take()) co_return std::move(*message);
            if (socket_->phase() != ClientSocket::Phase::open) co_return Errc::canceled;
            const Alarm::Woken woken = co_await alarm_.wait(core_.clock, by);
            if (woken == Alarm::Woken::timed_out) co_return Errc::timed_out;
            if (woken == Alarm::Woken::canceled) co_return Errc::canceled;
        }
    }

    void close() override
    {
        if (!socket_) return;
        reason_ = socket_->reason();
        socket_->detach();
        socket_->close();
        core_.poller.bury(std::move(socket_));
        alarm_.ring(); // whoever waits for a message
    }

    std::string close_reason() const override { return socket_ ? socket_->reason() : reason_; }

private:
    WsClientCore& core_;
    std::string local_address_, reason_;
    Alarm alarm_;
    std::unique_ptr<ClientSocket> socket_;
};

class WssLinks final : public ServerLinks {
public:
    WssLinks(WssClientConfig config, Executor executor, Clock& clock)
        : core_(std::move(config), std::move(executor), clock)
    {
        core_.poller.every(Millis{1000}, [this] {
            const Millis now = core_.clock.monotonic();
            for (std::size_t i = core_.sockets.size(); i-- > 0;) core_.sockets[i]->tick(now);
        });
    }

    std::unique_ptr<ServerLink> make(std::string_view transport, std::string_view local_address) override
    {
        if (transport != "wss") return nullptr;
        return std::make_unique<WssClientLink>(core_, local_address);
    }

private:
    WsClientCore core_;
};

} // namespace

std::unique_ptr<ServerLinks> make_wss_links(WssClientConfig config, Executor executor, Clock& clock)
{
    return std::make_unique<WssLinks>(std::move(config), std::move(executor), clock);
}

} // namespace harvest::web
