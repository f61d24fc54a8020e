#include "common/adapters/enet/cookie.hpp"

#include "common/adapters/enet/wire_format.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace harvest::enet {
namespace {

constexpr std::uint8_t record_handshake = 22;
constexpr std::uint8_t message_client_hello = 1;
constexpr std::uint8_t message_hello_verify = 3;
constexpr std::size_t record_header = 13;
constexpr std::size_t message_header = 12;
constexpr Millis secret_lifetime{60'000};

std::uint32_t be24(const std::uint8_t* at)
{
    return static_cast<std::uint32_t>(at[0]) << 16 | be16(at + 1);
}

void put_be24(std::uint8_t* at, std::uint32_t value)
{
    at[0] = static_cast<std::uint8_t>(value >> 16);
    put_be16(at + 1, static_cast<std::uint16_t>(value));
}

// HMAC (RFC 2104) of address and random.
Cookie digest(std::span<const std::uint8_t, 32> secret, const Address& from, const ClientHello& hello)
{
    std::array<std::uint8_t, 64> inner_pad;
    std::array<std::uint8_t, 64> outer_pad;
    inner_pad.fill(0x36);
    outer_pad.fill(0x5c);
    for (std::size_t i = 0; i < secret.size(); ++i) {
        inner_pad[i] ^= secret[i];
        outer_pad[i] ^= secret[i];
    }
    std::array<std::uint8_t, 2> port;
    put_be16(port.data(), from.port);
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash;
    SHA256_CTX sha;
    SHA256_Init(&sha);
    SHA256_Update(&sha, inner_pad.data(), inner_pad.size());
    SHA256_Update(&sha, from.ip.data(), from.ip.size());
    SHA256_Update(&sha, port.data(), port.size());
    SHA256_Update(&sha, hello.random.data(), hello.random.size());
    SHA256_Final(hash.data(), &sha);
    SHA256_Init(&sha);
    SHA256_Update(&sha, outer_pad.data(), outer_pad.size());
    SHA256_Update(&sha, hash.data(), hash.size());
    SHA256_Final(hash.data(), &sha);
    Cookie cookie;
    std::copy_n(hash.begin(), cookie.size(), cookie.begin());
    return cookie;
}

} // namespace

bool looks_like_hello(std::span<const std::uint8_t> datagram)
{
    return datagram.size() > record_header && datagram[0] == record_handshake && be16(datagram.data() + 3) == 0 &&
           datagram[record_header] == message_client_hello;
}

std::optional<ClientHello> read_hello(std::span<const std::uint8_t> datagram)
{
    if (!looks_like_hello(datagram)) return std::nullopt;
    const std::uint8_t* record = datagram.data();
    const std::size_t record_length = be16(record + 11);
    if (record[1] != 0xFE || record_length < message_header || record_header + record_length > datagram.size())
        return std::nullopt;
    const std::uint8_t* message = record + record_header;
    const std::uint32_t length = be24(message + 1);
    const bool whole =
        be24(message + 6) == 0 && be24(message + 9) == length && message_header + length == record_length;
    if (!whole) return std::nullopt;
    std::span<const std::uint8_t> body(message + message_header, length);
    constexpr std::size_t before_session = 2 + 32;
    if (body.size() < before_session + 1 || body[0] != 0xFE) return std::nullopt;
    const std::size_t session = body[before_session];
    if (session > 32 || body.size() < before_session + 1 + session + 1) return std::nullopt;
    const std::size_t cookie = body[before_session + 1 + session];
    const std::size_t cookie_at = before_session + 1 + session + 1;
    // After the cookie: at least one cipher suite and one compression method.
    if (body.size() < cookie_at + cookie + 2 + 2 + 1 + 1) return std::nullopt;
    return ClientHello{body.subspan<2, 32>(), body.subspan(cookie_at, cookie),
                       std::span<const std::uint8_t, 6>(record + 5, 6)};
}

std::array<std::uint8_t, hello_verify_size> hello_verify(const ClientHello& hello, const Cookie& cookie)
{
    std::array<std::uint8_t, hello_verify_size> out{};
    constexpr std::uint16_t dtls_1_0 = 0xFEFF; // as RFC 6347 wants it, whatever version follows
    constexpr std::size_t body = 3 + cookie_size;
    std::uint8_t* at = out.data();
    at[0] = record_handshake;
    put_be16(at + 1, dtls_1_0);
    std::copy(hello.record_sequence.begin(), hello.record_sequence.end(), at + 5);
    put_be16(at + 11, message_header + body);
    at += record_header;
    at[0] = message_hello_verify;
    put_be24(at + 1, body);
    put_be24(at + 9, body); // one fragment, offset 0, message number 0
    at += message_header;
    put_be16(at, dtls_1_0);
    at[2] = cookie_size;
    std::copy(cookie.begin(), cookie.end(), at + 3);
    return out;
}

CookieJar::CookieJar(Entropy& entropy)
    : entropy_(entropy),
      current_(entropy.bytes<32>()),
      previous_(entropy.bytes<32>())
{
}

void CookieJar::rotate(Millis now)
{
    if (!rotated_) rotated_ = now;
    if (now - *rotated_ < secret_lifetime) return;
    previous_ = current_;
    entropy_.fill(current_);
    rotated_ = now;
}

Cookie CookieJar::bake(const Address& from, const ClientHello& hello) const
{
    return digest(current_, from, hello);
}

bool CookieJar::accepts(const Address& from, const ClientHello& hello) const
{
    if (hello.cookie.size() != cookie_size) return false;
    const Cookie now = digest(current_, from, hello);
    const Cookie before = digest(previous_, from, hello);
    return CRYPTO_memcmp(now.data(), hello.cookie.data(), cookie_size) == 0 ||
           CRYPTO_memcmp(before.data(), hello.cookie.data(), cookie_size) == 0;
}

} // namespace harvest::enet
