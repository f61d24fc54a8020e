#include "common/base/address_key.hpp"

#include "common/base/encoding.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace harvest {

std::string address_key(std::string_view address)
{
    std::string text(address);
    if (text.find(':') == std::string::npos) return text;
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) {
        std::array<char, INET_ADDRSTRLEN> plain{};
        inet_ntop(AF_INET, bytes.data() + 12, plain.data(), plain.size());
        return plain.data();
    }
    return to_hex(ByteView(bytes).first(8)) + "/64";
}

} // namespace harvest
