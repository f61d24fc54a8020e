// The inside of link.hpp: sessions between one UDP socket and the ENet hosts. Private to this folder.
#pragma once

#include "common/adapters/enet/cookie.hpp"
#include "common/adapters/enet/dtls.hpp"
#include "common/adapters/enet/framing.hpp"
#include "common/adapters/enet/guard.hpp"
#include "common/adapters/enet/hosts.hpp"
#include "common/adapters/enet/link.hpp"
#include "common/adapters/enet/outbox.hpp"
#include "common/adapters/enet/quota.hpp"
#include "common/adapters/enet/socket.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <memory>
#include <vector>

namespace harvest::enet {

struct Session : Seat {
    enum class Stage : std::uint8_t {
        handshaking, // DTLS
        joining,     // DTLS stands, ENet's CONNECT is to come
        open,
        closing, // what is queued still goes out
    };
    LinkId id = 0;
    Address remote;
    Stage stage = Stage::handshaking;
    Framing framing = Framing::unknown;
    std::uint8_t channel = 0; // that of the last request: replies go where it came from
    CloseReason reason = CloseReason::normal;
    bool announced = false; // opened() was called
    bool doomed = false;
    bool touched = false; // the guard passed something since served()
    bool warm = false;    // its record buffers may be allocated
    Millis since{};       // begin of the handshake; in `closing`, of that
    Millis active{};
    std::uint32_t connect_data = 0;
    std::uint32_t queued_messages = 0; // unsent and unacknowledged
    std::uint32_t queued_bytes = 0;
    std::uint64_t hello = 0;           // a part of the ClientHello's random: a repeat is not a new client
    std::unique_ptr<DtlsSession> dtls; // null on a plain listener
    PeerGuard guard;
};

class LinkCore final : public std::enable_shared_from_this<LinkCore>, private HostEvents {
public:
    LinkCore(EnetConfig config, Executor executor, Clock& clock, Entropy& entropy, EnetMetrics* metrics);
    ~LinkCore() override;

    Result<void> listen(LinkEvents& events);
    std::uint16_t port() const { return socket_.port(); }
    bool send(LinkId link, std::string_view bytes);
    void known(LinkId link) { quota_.known(link); }
    void close(LinkId link, CloseReason reason);
    void stop_accepting() { accepting_ = false; }
    Task<void> stop();
    void shut(); // at once, without a word to the peers

private:
    // link.cpp: the loop
    void await_datagrams();
    void await_tick();
    void on_readable();
    void on_tick();
    void turn();
    void schedule_turn();
    void seal(Session& session, std::span<const std::uint8_t> plain);
    Session* find(LinkId link);
    // link_door.cpp: from a datagram to its session
    void take(const BatchSocket::Datagram& datagram);
    void take_hello(const BatchSocket::Datagram& datagram, Session* session);
    void take_plain(const BatchSocket::Datagram& datagram, Session* session);
    void take_record(Session& session, std::span<const std::uint8_t> bytes);
    void take_handshake(Session& session, std::span<const std::uint8_t> bytes);
    Session* admit_stranger(const Address& from);
    void warm_up(Session& session);
    // link_life.cpp: what ENet reports, time limits, the end
    bool admit(Seat& seat, std::span<std::uint8_t> datagram) override;
    void served() override;
    void emit(Seat& seat, const ENetBuffer* buffers, std::size_t count) override;
    void connected(Seat& seat, std::uint32_t data) override;
    void received(Seat& seat, std::uint8_t channel, std::span<const std::uint8_t> packet) override;
    void disconnected(Seat& seat, std::uint32_t data) override;
    void sweep();
    void resend_handshakes();
    void cool_idle();
    void check(Session& session);
    void doom(Session& session, CloseReason reason);
    void reap();
    void release(Session& session);

    void count(EnetMetrics::Counter EnetMetrics::* counter, std::uint64_t more = 1)
    {
        if (metrics_) (metrics_->*counter).fetch_add(more, std::memory_order_relaxed);
    }

    EnetConfig config_;
    Executor executor_;
    Clock& clock_;
    EnetMetrics* metrics_;
    LinkEvents* events_ = nullptr;
    BatchSocket socket_;
    CookieJar jar_;
    Quota quota_;
    std::unique_ptr<DtlsSide> dtls_;
    Outbox outbox_;
    std::unique_ptr<HostSet> hosts_;
    asio::posix::stream_descriptor watch_;
    asio::steady_timer timer_;
    std::vector<std::unique_ptr<Session>> sessions_; // by slot
    boost::unordered_flat_map<Address, Session*, AddressHash> by_address_;
    boost::unordered_flat_map<LinkId, Session*> by_id_;
    std::vector<Session*> doomed_;
    std::vector<Session*> touched_;
    std::vector<LinkId> handshaking_;
    std::vector<LinkId> warm_;
    Address out_to_; // where the session at work sends
    std::array<std::uint8_t, max_datagram> plain_;
    std::size_t sweep_at_ = 0;
    std::uint32_t ticks_ = 0;
    Millis now_{};
    bool accepting_ = true;
    bool in_turn_ = false;
    bool scheduled_ = false;
    bool shut_ = false;
};

} // namespace harvest::enet
