// Argon2id (RFC 9106) as PHC strings: "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
#pragma once

#include "common/base/encoding.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::crypto {

struct Argon2Cost {
    std::uint32_t memory_kib{19'456};
    std::uint32_t passes{2};
    friend bool operator==(const Argon2Cost&, const Argon2Cost&) = default;
};

// `salt` has 16 bytes. Errors: resource_exhausted (no memory for it), invalid_argument.
Result<std::string> argon2id_hash(std::string_view password, ByteView salt, Argon2Cost cost);

// With the cost that the string names, up to 1 GiB and 64 passes. Errors: data_loss (not such a string),
// resource_exhausted.
Result<bool> argon2id_verify(std::string_view password, const std::string& phc);

} // namespace harvest::crypto
