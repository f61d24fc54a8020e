// The stateless door: reads a DTLS ClientHello and answers it with a cookie (RFC 6347 §4.2.1) before anything is
// allocated for its sender. A hello in fragments has no valid cookie by definition and is dropped.
#pragma once

#include "common/adapters/enet/address.hpp"
#include "common/base/time.hpp"
#include "common/ports/entropy.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace harvest::enet {

constexpr std::size_t cookie_size = 20;
constexpr std::size_t hello_verify_size = 13 + 12 + 3 + cookie_size; // 48 bytes; the shortest hello has 67

using Cookie = std::array<std::uint8_t, cookie_size>;

struct ClientHello {
    std::span<const std::uint8_t, 32> random;
    std::span<const std::uint8_t> cookie;
    std::span<const std::uint8_t, 6> record_sequence; // the answer repeats it
};

// Is this a handshake record of epoch 0 that begins with a ClientHello? Whether it is whole, read_hello says.
bool looks_like_hello(std::span<const std::uint8_t> datagram);
// One whole, unfragmented ClientHello in the datagram's first record; nothing for anything else.
std::optional<ClientHello> read_hello(std::span<const std::uint8_t> datagram);
// Writes HelloVerifyRequest; allocates nothing.
std::array<std::uint8_t, hello_verify_size> hello_verify(const ClientHello& hello, const Cookie& cookie);

// HMAC-SHA-256 over address and random under a secret that changes every minute; the last one is still taken.
class CookieJar {
public:
    explicit CookieJar(Entropy& entropy);
    void rotate(Millis now); // call now and then
    Cookie bake(const Address& from, const ClientHello& hello) const;
    bool accepts(const Address& from, const ClientHello& hello) const;

private:
    using Secret = std::array<std::uint8_t, 32>;
    Entropy& entropy_;
    Secret current_;
    Secret previous_;
    std::optional<Millis> rotated_;
};

} // namespace harvest::enet
