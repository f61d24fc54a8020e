// A peer's UDP address in one form for both families: IPv4 is kept mapped into IPv6 (RFC 4291 §2.5.5.2).
#pragma once

#include <netinet/in.h>

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace harvest::enet {

using IpBytes = std::array<std::uint8_t, 16>;

struct Address {
    IpBytes ip{};
    std::uint16_t port{};
    friend auto operator<=>(const Address&, const Address&) = default;
};

struct IpHash {
    std::size_t operator()(const IpBytes& ip) const;
};
struct AddressHash {
    std::size_t operator()(const Address& address) const;
};

Address from_sockaddr(const sockaddr_storage& storage);
// For a socket of `family`; the length that sendmsg wants.
socklen_t to_sockaddr(const Address& address, int family, sockaddr_storage& storage);
bool is_v4(const IpBytes& ip);
// The /24 of an IPv4 address, the /64 of an IPv6 one.
IpBytes subnet(const IpBytes& ip);
std::string ip_text(const IpBytes& ip);

} // namespace harvest::enet
