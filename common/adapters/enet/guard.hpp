// The datagram guard: judges every decrypted datagram in full before ENet sees it (harvest-protocol(7), "The datagram
// guard"). Pure: bytes, ENet's own view of the peer and the time in, a verdict out; allocates nothing.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace harvest::enet {

enum class Verdict : std::uint8_t {
    pass,
    drop,   // over a window or budget, or too early: no ACK, so an honest client sends it again
    breach, // what no stock client commits: drop it and close the peer
};

enum class Rule : std::uint8_t {
    none,
    header,     // peer id, compression, a cut command, a rest
    command,    // not on the allow-list, or with flags no stock client sets
    channel,    // beyond the negotiated channels
    empty,      // zero-length send
    range,      // bandwidth or throttle out of range
    connect,    // a second connect id, or a CONNECT no client sends
    fragment,   // lengths, counts and numbers that do not fit together, or overlap
    overdue,    // an assembly that took over 10 s
    drift,      // ENet's state is not what passed here
    phase,      // data before the connection stands, or after its end
    window,     // over 256 ahead
    assemblies, // a third assembly at once
    budget,     // over 256 KiB, or over 64 KiB of payload
};
constexpr std::size_t rule_count = 14;
std::string_view to_string(Rule rule);

struct Judgement {
    Verdict verdict = Verdict::pass;
    Rule rule = Rule::none;
};

constexpr std::uint32_t guard_budget = 256 * 1024;     // bytes charged to a peer
constexpr std::uint32_t guard_waiting = 64 * 1024;     // payload bytes in ENet, its maximumWaitingData
constexpr std::uint32_t guard_max_message = 16 * 1024; // ENet's maximumPacketSize
constexpr std::uint16_t guard_window = 256;
constexpr std::uint16_t guard_max_fragments = 32;
constexpr std::uint8_t guard_channels = 3;
constexpr std::uint32_t guard_mtu = 1200; // DTLS adds 37 bytes
constexpr std::uint32_t charge_connection = 512;
constexpr std::uint32_t charge_command = 192;
constexpr std::uint32_t charge_ack = 80; // an ENetAcknowledgement is 72 bytes
constexpr Millis guard_assembly_time{10'000};

// What ENet says of the association's peer at the moment the datagram would be handed over.
struct PeerFacts {
    enum class Phase : std::uint8_t { none, connecting, connected, closing };
    Phase phase = Phase::none;
    std::uint16_t peer_id = 0; // the number ENet gave it
    std::uint8_t session = 0;
    std::uint8_t channels = 0;
    std::array<std::uint16_t, guard_channels> delivered{}; // last reliable number of each channel
};

class PeerGuard {
public:
    // May lower the mtu in a CONNECT to 1200. State changes only on `pass`.
    Judgement judge(std::span<std::uint8_t> datagram, const PeerFacts& facts, Millis now);
    // ENet has handed over all that was complete and sent its ACKs. Not to be called while the peer is closing.
    void served();
    std::uint32_t charge() const { return state_.fixed + state_.held + state_.passing; }
    bool overdue(Millis now) const;
    bool said_goodbye() const { return state_.goodbye; }

private:
    struct Channel {
        std::uint16_t next = 1;             // the next reliable number to deliver
        std::uint16_t unreliable_until = 0; // the highest reliable number a held unreliable waits for
        std::uint32_t unreliable_held = 0;  // its charge
        std::uint32_t unreliable_payload = 0;
        std::array<std::uint16_t, guard_window> held{}; // by number: 0, a payload's length, or a mark (guard.cpp)
    };
    struct Assembly {
        Millis since{};
        std::uint32_t seen = 0; // bit per fragment
        std::uint16_t start = 0;
        std::uint16_t total = 0;
        std::uint16_t piece = 0; // bytes of each fragment but the last
        std::uint8_t count = 0;  // 0: free
        std::uint8_t channel = 0;
    };
    struct State {
        std::array<Channel, guard_channels> channels{};
        std::array<Assembly, 2> assemblies{};
        std::uint32_t connect_id = 0;
        bool connect_seen = false;
        bool goodbye = false;
        std::uint32_t fixed = 0;   // the connection itself
        std::uint32_t held = 0;    // waits for earlier numbers or fragments
        std::uint32_t passing = 0; // gone by the next served()
        std::uint32_t held_payload = 0;
        std::uint32_t passing_payload = 0;
    };
    struct Walk; // one datagram's walk over a copy of the state

    Judgement judge_connect(std::span<std::uint8_t> datagram, const PeerFacts& facts);

    State state_;
};

} // namespace harvest::enet
