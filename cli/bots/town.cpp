#include "cli/bots/town.hpp"

#include "cli/bots/habits.hpp"
#include "common/base/encoding.hpp"

#include <fmt/format.h>

namespace harvest::bots {

Identity identity_of(std::uint64_t seed, std::size_t number)
{
    Chance chance(seed * 0x9E3779B97F4A7C15u + number);
    Identity identity;
    identity.secret = to_base64url(chance.bytes<32>());
    identity.name = fmt::format("bot-{:06x}-{}", chance.next() & 0xFFFFFF, number);
    return identity;
}

} // namespace harvest::bots
