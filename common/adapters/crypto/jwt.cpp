#include "common/adapters/crypto/jwt.hpp"

namespace harvest::crypto::jwt {

Result<Parts> split(std::string_view token)
{
    if (token.size() > max_length) return Errc::unauthenticated;
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return Errc::unauthenticated;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return Errc::unauthenticated;
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                 token.substr(0, second)};
}

} // namespace harvest::crypto::jwt
