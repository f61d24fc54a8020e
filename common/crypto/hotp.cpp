#include "common/crypto/hotp.hpp"

#include "common/base/assert.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace harvest::crypto {

std::string hotp(ByteView key, std::uint64_t counter, int digits)
{
    HARVEST_ASSERT(digits >= 6 && digits <= 8);
    std::array<std::uint8_t, 8> moving{};
    for (std::size_t i = moving.size(); i-- > 0; counter >>= 8) moving[i] = static_cast<std::uint8_t>(counter);
    std::array<std::uint8_t, 20> mac{};
    unsigned int length = mac.size();
    const auto* done =
        HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), moving.data(), moving.size(), mac.data(), &length);
    HARVEST_ASSERT(done && length == mac.size());
    // RFC 4226 §5.3: 31 bits from where the last nibble points.
    const std::size_t from = mac[19] & 15;
    std::uint32_t number = mac[from] & 127;
    for (std::size_t i = from + 1; i < from + 4; ++i) number = number << 8 | mac[i];
    std::uint32_t bound = 1;
    for (int i = 0; i < digits; ++i) bound *= 10;
    return fmt::format("{:0{}}", number % bound, digits);
}

} // namespace harvest::crypto
