// Idempotency keys of economy actions: a client makes one before its first try and repeats it with every further one.
// The same key and request give the same reply and one effect; another request under it is refused.
#pragma once

#include "common/base/result.hpp"

#include <algorithm>
#include <string_view>

namespace harvest::protocol {

enum class IdempotencyErrc {
    key_missing = 1, // none, or not 1 to 64 visible ASCII characters
    key_reused,      // with another request; HTTP status 422
};

boost::system::error_code make_error_code(IdempotencyErrc code);

inline bool is_idempotency_key(std::string_view key)
{
    return !key.empty() && key.size() <= 64 &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::IdempotencyErrc> : std::true_type {};
