// Several small ENet hosts behind one mux. ENet walks every slot of a host at each service, so small hosts that are
// serviced only when something happens keep the cost with the work.
#pragma once

#include "common/adapters/enet/guard.hpp"
#include "common/adapters/enet/hook.hpp"
#include "common/adapters/enet/memory.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace harvest::enet {

// The rhythm of both sides.
constexpr Millis tick_length{10};
constexpr std::uint32_t ticks_per_resend = 5; // of handshakes
constexpr Millis cool_after{100};             // without a datagram

class HostSet;

// One client's place under ENet: a virtual address (slot and generation) that is used by nobody else and never again.
struct Seat {
    std::uint32_t slot = 0;
    std::uint16_t generation = 0;
    std::uint32_t host = 0;
    ENetPeer* peer = nullptr;  // once ENet has one
    std::int32_t pending = -1; // its datagram in the outbox
    HeldBytes from_peer;       // what ENet holds because of its datagrams
    HeldBytes from_us;         // and because of our messages
};

// What ENet itself says of the seat's peer.
PeerFacts facts_of(const Seat& seat);

// Where a host set takes decisions and puts results. Called inside run(), tick() and flush() only.
class HostEvents {
public:
    virtual ~HostEvents() = default;
    virtual bool admit(Seat& seat, std::span<std::uint8_t> datagram) = 0; // may ENet see it?
    virtual void served() {} // ENet has handed over and acknowledged what was complete of all that was admitted
    virtual void emit(Seat& seat, const ENetBuffer* buffers, std::size_t count) = 0;
    virtual void connected(Seat& seat, std::uint32_t data) = 0;
    virtual void received(Seat& seat, std::uint8_t channel, std::span<const std::uint8_t> packet) = 0;
    virtual void disconnected(Seat& seat, std::uint32_t data) = 0; // the peer is gone
};

struct HostSettings {
    std::uint32_t peers_per_host = 64;
    std::uint32_t ping_interval_ms = 4'000;
    std::uint32_t timeout_min_ms = 5'000;
    std::uint32_t timeout_max_ms = 15'000;
};

class HostSet final : private Wire {
public:
    HostSet(HostEvents& events, HostSettings settings);
    ~HostSet() override;
    HostSet(const HostSet&) = delete;
    HostSet& operator=(const HostSet&) = delete;

    // `seat` must stay where it is until remove(). False if no ENet host can be made for it now.
    bool add(Seat& seat);
    void remove(Seat& seat); // resets its peer: nothing of it is left in ENet
    // As a client: begins to connect. False if ENet has no room.
    bool connect(Seat& seat, std::uint32_t data);
    // Queues a decrypted datagram for ENet; the bytes are copied.
    void deliver(Seat& seat, std::span<const std::uint8_t> datagram);
    void run();   // lets ENet take what was delivered
    void tick();  // resends, pings, timeouts; call every tick_length
    void flush(); // sends what was queued by send() and close()
    // A reliable packet, or false if ENet refuses. `done` is called with `user` when ENet lets go of it.
    bool send(Seat& seat, std::uint8_t channel, std::span<const std::uint8_t> header,
              std::span<const std::uint8_t> body, void (*done)(ENetPacket*), void* user);
    void close_later(Seat& seat, std::uint32_t data); // after what is queued
    void close_now(Seat& seat, std::uint32_t data);   // one unreliable good-bye, and the peer is gone

private:
    struct Item {
        Seat* seat;
        std::uint32_t offset;
        std::uint32_t length;
    };
    struct Host {
        ENetHost* enet = nullptr;
        std::uint32_t seats = 0;
        bool dirty = false; // has queued output
        std::vector<Item> inbox;
        std::size_t next = 0;
        std::size_t handed = 0, handed_bytes = 0; // datagrams since ENet last dispatched
    };
    void send(const ENetAddress& to, const ENetBuffer* buffers, std::size_t count) override;
    std::size_t receive(ENetAddress& from, ENetBuffer& into) override;
    void service(std::uint32_t index);
    void handle(ENetEvent& event);
    void mark_dirty(Seat& seat);
    std::optional<std::uint32_t> host_with_room();
    void find_peer(Seat& seat);
    void prepare(Seat& seat) const;
    Seat* seat_at(const ENetAddress& address) const;

    HostEvents& events_;
    HostSettings settings_;
    std::deque<Host> hosts_;                 // never moves: a host may be added while another is serviced
    std::vector<Seat*> seats_;               // by slot
    std::vector<std::uint16_t> generations_; // by slot
    std::vector<std::uint32_t> free_slots_;
    std::vector<std::uint32_t> waiting_; // hosts with an inbox
    std::vector<std::uint32_t> dirty_;
    std::vector<std::uint8_t> arena_; // the inboxes' bytes
    Host* current_ = nullptr;
    std::uint32_t tick_ = 0;
};

} // namespace harvest::enet
