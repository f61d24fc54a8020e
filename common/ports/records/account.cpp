#include "common/ports/records/account.hpp"

namespace harvest {

std::string erased_name(const PlayerId& player)
{
    constexpr std::size_t shown = 8; // as in the short form of an id
    const std::string& id = player.value;
    std::string name(erased_prefix);
    for (const char c : id.size() > shown ? id.substr(id.size() - shown) : id)
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return name;
}

} // namespace harvest
