#include "daemons/gateway/query.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace harvest::gateway {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";

// "Sunny%20Farm" or "Sunny+Farm" (RFC 3986 §2.1, forms of HTML). Errors: invalid_argument.
Result<std::string> decode_value(std::string_view text)
{
    std::string value;
    value.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at] == '+' ? ' ' : text[at];
        if (c == '%') {
            const std::string_view digits = text.substr(at + 1, 2);
            if (digits.size() < 2 || digits.find_first_not_of(hex_digits) != std::string_view::npos)
                return Errc::invalid_argument;
            unsigned byte{};
            std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
            c = static_cast<char>(byte);
            at += 2;
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return Errc::invalid_argument;
        value += c;
    }
    return value;
}

} // namespace

Result<std::vector<std::string>> read_query(std::string_view query, std::initializer_list<std::string_view> names)
{
    std::vector<std::string> values(names.size());
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        const auto name = std::find(names.begin(), names.end(), pair.substr(0, equals));
        if (name == names.end() || equals == std::string_view::npos) return Errc::invalid_argument;
        std::string& value = values[static_cast<std::size_t>(name - names.begin())];
        if (!value.empty() || equals + 1 == pair.size()) return Errc::invalid_argument;
        Result<std::string> decoded = decode_value(pair.substr(equals + 1));
        if (!decoded) return decoded.error();
        value = std::move(*decoded);
    }
    return values;
}

} // namespace harvest::gateway
