#include "common/adapters/enet/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace harvest::enet {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::uint64_t mix(std::uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    return x ^ x >> 32;
}

} // namespace

bool is_v4(const IpBytes& ip)
{
    return std::equal(mapped.begin(), mapped.end(), ip.begin());
}

std::size_t IpHash::operator()(const IpBytes& ip) const
{
    std::uint64_t halves[2];
    std::memcpy(halves, ip.data(), sizeof halves);
    return mix(halves[0] + mix(halves[1]));
}

std::size_t AddressHash::operator()(const Address& address) const
{
    return mix(IpHash{}(address.ip) + address.port);
}

Address from_sockaddr(const sockaddr_storage& storage)
{
    Address address;
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 six;
        std::memcpy(&six, &storage, sizeof six);
        std::memcpy(address.ip.data(), &six.sin6_addr, 16);
        address.port = ntohs(six.sin6_port);
        return address;
    }
    sockaddr_in four;
    std::memcpy(&four, &storage, sizeof four);
    std::copy(mapped.begin(), mapped.end(), address.ip.begin());
    std::memcpy(address.ip.data() + 12, &four.sin_addr, 4);
    address.port = ntohs(four.sin_port);
    return address;
}

socklen_t to_sockaddr(const Address& address, int family, sockaddr_storage& storage)
{
    if (family == AF_INET6) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(address.port);
        std::memcpy(&six.sin6_addr, address.ip.data(), 16);
        std::memcpy(&storage, &six, sizeof six);
        return sizeof six;
    }
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(address.port);
    std::memcpy(&four.sin_addr, address.ip.data() + 12, 4);
    std::memcpy(&storage, &four, sizeof four);
    return sizeof four;
}

IpBytes subnet(const IpBytes& ip)
{
    IpBytes net = ip;
    std::fill(net.begin() + (is_v4(ip) ? 15 : 8), net.end(), std::uint8_t{0});
    return net;
}

std::string ip_text(const IpBytes& ip)
{
    char text[INET6_ADDRSTRLEN] = {};
    if (is_v4(ip))
        inet_ntop(AF_INET, ip.data() + 12, text, sizeof text);
    else
        inet_ntop(AF_INET6, ip.data(), text, sizeof text);
    return text;
}

} // namespace harvest::enet
