#include "common/adapters/crypto/totp.hpp"

#include "common/base/base32.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/hotp.hpp"

#include <chrono>

namespace harvest::crypto {
namespace {

constexpr int digits = 6;
using Step = std::chrono::duration<std::int64_t, std::ratio<30>>;

std::string purpose(const PlayerId& player)
{
    return "totp:" + player.value;
}

} // namespace

CodeKey Totp::make(const PlayerId& player)
{
    const auto key = entropy_.bytes<20>(); // as long as the MAC (RFC 4226 §4)
    return {sealer_.seal(key, purpose(player)), to_base32(key)};
}

Result<std::int64_t> Totp::check(ByteView box, const PlayerId& player, std::string_view code, std::int64_t after,
                                 Millis now)
{
    const Result<Bytes> key = sealer_.open(box, purpose(player));
    if (!key) return key.error();
    const std::int64_t step = std::chrono::floor<Step>(now).count();
    std::int64_t found = -1;
    for (std::int64_t each = step - 1; each <= step + 1; ++each)
        if (equal(as_bytes(hotp(*key, static_cast<std::uint64_t>(each), digits)), as_bytes(code))) found = each;
    if (found <= after) return Errc::not_found;
    return found;
}

} // namespace harvest::crypto
