#include "common/base/base32.hpp"

namespace harvest {

std::string to_base32(ByteView bytes)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t window = 0;
    int bits = 0;
    for (const std::uint8_t byte : bytes) {
        window = window << 8 | byte;
        for (bits += 8; bits >= 5; bits -= 5) text += digits[window >> (bits - 5) & 31];
    }
    if (bits > 0) text += digits[window << (5 - bits) & 31];
    return text;
}

} // namespace harvest
