// How many links an address, its /24 or /64, and the whole listener may hold. A stranger is a link that has said
// nothing yet; when a cap is reached the oldest stranger in its scope makes room, or else the newcomer is refused.
#pragma once

#include "common/adapters/enet/address.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

namespace harvest::enet {

struct QuotaLimits {
    std::uint32_t total, per_subnet, per_address, strangers_per_address;
};

class Quota {
public:
    explicit Quota(QuotaLimits limits) : limits_(limits) {}

    struct Answer {
        bool admitted = false;
        std::optional<std::uint64_t> evict; // leave() it first, then ask again
    };
    // Counts `id` as a stranger if admitted.
    Answer enter(std::uint64_t id, const IpBytes& ip);
    void known(std::uint64_t id);
    void leave(std::uint64_t id);
    std::size_t size() const { return members_.size(); }

private:
    struct Count {
        std::uint32_t links = 0;
        std::uint32_t strangers = 0;
    };
    struct Stranger {
        std::uint64_t id;
        IpBytes ip;
    };
    struct Member {
        IpBytes ip;
        std::list<Stranger>::iterator stranger; // end() once known
    };
    template <class InScope>
    std::optional<std::uint64_t> oldest(InScope in_scope) const;

    QuotaLimits limits_;
    std::unordered_map<std::uint64_t, Member> members_;
    std::unordered_map<IpBytes, Count, IpHash> addresses_;
    std::unordered_map<IpBytes, Count, IpHash> subnets_;
    std::list<Stranger> strangers_; // oldest first
};

} // namespace harvest::enet
