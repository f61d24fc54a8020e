#include "common/base/ids.hpp"

namespace harvest {
namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t ulid_size = 26;

} // namespace

std::string make_ulid(Millis now, const std::array<std::uint8_t, 10>& random)
{
    std::string text(ulid_size, '0');
    auto time = static_cast<std::uint64_t>(now.count());
    for (std::size_t i = 10; i-- > 0; time >>= 5) text[i] = crockford[time & 31];
    // 80 bits in two halves of 40, eight characters each.
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | random[half * 5 + i];
        for (std::size_t i = 8; i-- > 0; bits >>= 5) text[10 + half * 8 + i] = crockford[bits & 31];
    }
    return text;
}

Result<Millis> ulid_time(std::string_view ulid)
{
    if (ulid.size() != ulid_size || ulid[0] > '7') return Errc::invalid_argument;
    std::int64_t time = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        const auto digit = crockford.find(ulid[i]);
        if (digit == std::string_view::npos) return Errc::invalid_argument;
        time = time << 5 | static_cast<std::int64_t>(digit);
    }
    return Millis{time};
}

Result<void> check_id(char prefix, std::string_view text)
{
    if (text.size() != ulid_size + 2 || text[0] != prefix || text[1] != '_' || text[2] > '7')
        return Errc::invalid_argument;
    if (text.find_first_not_of(crockford, 2) != std::string_view::npos) return Errc::invalid_argument;
    return {};
}

std::string short_id(std::string_view id)
{
    if (id.size() <= 10 || id[1] != '_') return std::string(id);
    return std::string(id.substr(0, 2)) + std::string(id.substr(id.size() - 8));
}

} // namespace harvest
