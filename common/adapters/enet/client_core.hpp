// The inside of client.hpp. Private to this folder.
#pragma once

#include "common/adapters/enet/client.hpp"
#include "common/adapters/enet/dtls.hpp"
#include "common/adapters/enet/hosts.hpp"
#include "common/adapters/enet/outbox.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>

#include <array>
#include <deque>
#include <memory>
#include <vector>

namespace harvest::enet {

class EnetClient;

struct ClientSession : Seat {
    enum class Stage : std::uint8_t { handshaking, joining, open, closing };
    int descriptor = -1;
    Stage stage = Stage::handshaking;
    bool doomed = false;
    bool warm = false;
    std::uint32_t queued = 0; // messages unsent and unacknowledged
    Millis active{};
    Millis since{};
    EnetClient* owner = nullptr; // null once the link is closed
    std::unique_ptr<DtlsSession> dtls;
};

class ClientCore final : public std::enable_shared_from_this<ClientCore>, private HostEvents {
public:
    ClientCore(Executor executor, EnetClientConfig config, Clock& clock);
    ~ClientCore() override;

    // Errors: unavailable, invalid_argument.
    Result<ClientSession*> begin(EnetClient& owner, const sockaddr_storage& to, socklen_t length,
                                 const std::string& local, const Endpoint& endpoint);
    Result<void> send(ClientSession& session, std::string_view bytes);
    void close(ClientSession& session); // after what is queued; the owner is told nothing more
    Executor executor() const { return executor_; }
    Clock& clock() const { return clock_; }
    const EnetClientConfig& config() const { return config_; }

private:
    void start();
    void await_datagrams();
    void await_tick();
    void on_readable();
    void on_tick();
    void take(ClientSession& session, std::span<const std::uint8_t> bytes);
    void join(ClientSession& session);
    void turn();
    void schedule_turn();
    void doom(ClientSession& session, std::string_view reason, Errc error);
    void release(ClientSession& session);
    void warm_up(ClientSession& session);
    bool admit(Seat&, std::span<std::uint8_t>) override { return true; }
    void emit(Seat& seat, const ENetBuffer* buffers, std::size_t count) override;
    void connected(Seat& seat, std::uint32_t data) override;
    void received(Seat& seat, std::uint8_t channel, std::span<const std::uint8_t> packet) override;
    void disconnected(Seat& seat, std::uint32_t data) override;

    Executor executor_;
    EnetClientConfig config_;
    Clock& clock_;
    std::unique_ptr<DtlsSide> dtls_;
    Outbox outbox_;
    std::unique_ptr<HostSet> hosts_;
    int epoll_;
    asio::posix::stream_descriptor watch_;
    asio::steady_timer timer_;
    std::vector<std::unique_ptr<ClientSession>> sessions_; // by slot
    std::vector<ClientSession*> doomed_;
    std::vector<ClientSession*> warm_;
    std::array<std::uint8_t, max_datagram> datagram_;
    std::array<std::uint8_t, max_datagram> plain_;
    int out_to_ = -1;
    std::size_t live_ = 0;
    std::uint32_t ticks_ = 0;
    bool running_ = false;
    bool in_turn_ = false;
    bool scheduled_ = false;
};

class EnetClient final : public ServerLink {
public:
    EnetClient(std::shared_ptr<ClientCore> core, std::string_view local_address);
    ~EnetClient() override;

    AsyncResult<void> connect(Endpoint endpoint, Deadline by) override;
    Result<void> send(std::string_view bytes) override;
    AsyncResult<std::string> receive(Deadline by) override;
    void close() override;
    std::string close_reason() const override { return reason_; }

    // From the core.
    void opened();
    void message(std::string_view bytes);
    void ended(std::string_view reason, Errc error);

private:
    enum class Woken : std::uint8_t { ring, late, canceled };
    Task<Woken> sleep(Deadline by);

    std::shared_ptr<ClientCore> core_;
    std::string local_;
    asio::steady_timer bell_;
    ClientSession* session_ = nullptr;
    std::deque<std::string> inbox_;
    std::string reason_;
    Errc error_ = Errc::canceled;
    bool open_ = false;
};

} // namespace harvest::enet
