// A real ENet host behind the guard, with ENet's heap counted: what H3 and the property tests drive.
#pragma once

#include "common/adapters/enet/guard.hpp"
#include "common/adapters/enet/hosts.hpp"
#include "tests/unit/enet/datagram.hpp"

#include <cstdlib>
#include <span>
#include <vector>

namespace harvest::enet::test {

class GuardedHost final : private HostEvents {
public:
    GuardedHost() : hosts_(*this, HostSettings{.peers_per_host = 1})
    {
        if (!hosts_.add(seat)) std::abort();
    }
    ~GuardedHost() override { hosts_.remove(seat); }

    // As a stock client: CONNECT, and an ACK for the VERIFY_CONNECT that comes back.
    bool join(std::uint32_t channels = 3)
    {
        feed(Datagram(nobody).connect(99, 1'400, channels).bytes);
        run();
        if (!seat.peer) return false;
        Datagram ack = from_client();
        ack.command(Command::acknowledge, 0, control_channel, 1).put16(1).put16(verify_time);
        feed(ack.bytes);
        run();
        return facts_of(seat).phase == PeerFacts::Phase::connected;
    }
    Datagram from_client() const
    {
        const PeerFacts facts = facts_of(seat);
        return Datagram(facts.peer_id, facts.session);
    }
    std::uint16_t delivered(std::uint8_t channel) const { return facts_of(seat).delivered[channel % guard_channels]; }
    // Waits with others for run(), as a batch from the socket does.
    void feed(std::span<const std::uint8_t> datagram) { hosts_.deliver(seat, datagram); }
    void run()
    {
        hosts_.run();
        check();
    }

    Seat seat;
    PeerGuard guard;
    Millis now{1'000};
    std::uint16_t verify_time = 0;
    Judgement last;
    bool breached = false;
    std::size_t dropped = 0;
    std::vector<std::size_t> received_sizes;

private:
    // The promise: bytes ENet holds <= the guard's charge <= 256 KiB.
    void check() const
    {
        if (seat.from_peer.bytes > guard.charge() || guard.charge() > guard_budget) std::abort();
    }
    bool admit(Seat&, std::span<std::uint8_t> datagram) override
    {
        check();
        if (breached) return false;
        last = guard.judge(datagram, facts_of(seat), now);
        breached = last.verdict == Verdict::breach;
        dropped += last.verdict == Verdict::drop ? 1 : 0;
        return last.verdict == Verdict::pass;
    }
    void served() override
    {
        check();
        if (facts_of(seat).phase != PeerFacts::Phase::closing) guard.served();
        check();
    }
    void emit(Seat&, const ENetBuffer* buffers, std::size_t count) override
    {
        check();
        if (count < 2) return;
        const auto* command = static_cast<const std::uint8_t*>(buffers[1].data);
        const auto* head = static_cast<const std::uint8_t*>(buffers[0].data);
        if ((command[0] & number_mask) == static_cast<std::uint8_t>(Command::verify_connect))
            verify_time = be16(head + 2);
    }
    void connected(Seat&, std::uint32_t) override {}
    void received(Seat&, std::uint8_t, std::span<const std::uint8_t> packet) override
    {
        received_sizes.push_back(packet.size());
        check();
    }
    void disconnected(Seat&, std::uint32_t) override {}

    HostSet hosts_;
};

// Turns bytes into traffic that gets past the first checks: numbers near ENet's own, fragments that nearly fit.
class Traffic {
public:
    Traffic(GuardedHost& host, std::span<const std::uint8_t> input) : host_(host), input_(input) {}

    void drive()
    {
        while (at_ < input_.size() && !host_.breached) {
            Datagram datagram = host_.from_client();
            for (int commands = byte() % 6 + 1; commands > 0; --commands) add(datagram);
            host_.feed(datagram.bytes);
            const std::uint8_t pause = byte();
            if (pause % 4 == 0) host_.run();
            if (pause == 255) host_.now += Millis(3'000);
        }
        host_.run();
    }

private:
    std::uint8_t byte() { return at_ < input_.size() ? input_[at_++] : std::uint8_t{0}; }
    std::uint16_t word() { return static_cast<std::uint16_t>(byte() << 8 | byte()); }

    void add(Datagram& datagram)
    {
        const std::uint8_t kind = byte();
        const std::uint8_t where = byte();
        const auto channel = static_cast<std::uint8_t>(where >= 250 ? where : where % guard_channels);
        const auto next = static_cast<std::uint16_t>(host_.delivered(channel) + 1);
        const auto number = static_cast<std::uint16_t>(next + (kind >= 248 ? word() : byte() % 4));
        switch (kind % 8) {
        case 0:
            datagram.reliable(channel, number, byte());
            break;
        case 1:
            datagram.reliable(channel, number, 1'000);
            break;
        case 2:
            fragment(datagram, channel, number, 1'400U + 16U * byte(), 600U + byte() % 2);
            break;
        case 3:
            fragment(datagram, channel, number, 2'000, 700);
            break;
        case 4:
            datagram.unreliable(channel, number, byte(), byte());
            break;
        case 5:
            datagram.ack(channel, word(), word());
            break;
        case 6:
            datagram.ping(word());
            break;
        default:
            raw(datagram);
            break;
        }
    }
    void fragment(Datagram& datagram, std::uint8_t channel, std::uint16_t start, std::uint32_t total,
                  std::uint32_t each)
    {
        const std::uint8_t number = byte();
        const std::uint32_t count = (total + each - 1) / each;
        datagram.fragment_of(channel, start, total, each, number == 255 ? count : number % count);
    }
    void raw(Datagram& datagram)
    {
        for (int length = byte() % 64; length > 0; --length) datagram.put8(byte());
    }

    GuardedHost& host_;
    std::span<const std::uint8_t> input_;
    std::size_t at_ = 0;
};

} // namespace harvest::enet::test
