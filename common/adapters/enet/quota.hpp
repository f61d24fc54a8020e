// How many links an address (IPv6: a /64), its /24, and the whole listener may hold, and how fast they may come. A
// stranger is a link that the daemon does not know yet; when a cap is reached the oldest stranger in its scope makes
// room, once it had time to say who it is, or else the newcomer is refused. Many networks together can still use up the
// listener's pace: what is open is not touched by that.
#pragma once

#include "common/adapters/enet/address.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

namespace harvest::enet {

struct QuotaLimits {
    std::uint32_t total, per_subnet, per_address, strangers_per_address;
    // Newcomers a second, by GCRA with a burst of a second's; of an address with a burst of `per_address`; of a
    // /24 or /64 an eighth of all, or what one address may. 0: any.
    std::uint32_t newcomers = 0, newcomers_of_address = 0;
    // A stranger younger than this makes no room: a crowd that knocks would only push itself out, handshake for
    // handshake. One that has spoken has the second time, from then on.
    Millis grace{0}, spoken_grace{0};
};

class Quota {
public:
    explicit Quota(QuotaLimits limits) : limits_(limits) {}

    enum class Refusal : std::uint8_t { none, full, too_fast };
    struct Answer {
        Refusal refusal = Refusal::none;
        std::optional<std::uint64_t> evict; // if full: leave() it first, then ask again
    };
    // Counts `id` as a stranger unless refused.
    Answer enter(std::uint64_t id, const IpBytes& ip, Millis now);
    void spoke(std::uint64_t id, Millis now); // its first message
    void known(std::uint64_t id);
    void leave(std::uint64_t id);
    // Forgets addresses that have no link and whose burst is whole again. Call now and then.
    void tidy(Millis now);
    std::size_t size() const { return members_.size(); }
    std::size_t addresses() const { return addresses_.size(); }

private:
    struct Address {
        std::uint32_t links = 0;
        std::uint32_t strangers = 0;
        std::int64_t arrival = 0; // GCRA, in µs
    };
    struct Subnet {
        std::uint32_t links = 0;
        std::int64_t arrival = 0; // GCRA, in µs
    };
    struct Stranger {
        std::uint64_t id;
        IpBytes ip;
        Millis safe_until;
        bool has_spoken = false;
    };
    struct Member {
        IpBytes ip;                                            // as addresses are told apart
        std::optional<std::list<Stranger>::iterator> stranger; // none once known
    };
    template <class InScope>
    Answer full(Millis now, InScope in_scope) const;

    QuotaLimits limits_;
    std::unordered_map<std::uint64_t, Member> members_;
    std::unordered_map<IpBytes, Address, IpHash> addresses_;
    std::unordered_map<IpBytes, Subnet, IpHash> subnets_;
    std::list<Stranger> silent_, spoken_; // strangers, the oldest first
    std::int64_t arrival_ = 0;            // GCRA of all, in µs
};

} // namespace harvest::enet
