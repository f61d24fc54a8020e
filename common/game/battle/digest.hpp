// SHA-256 for the battle's commitments and hashes (OpenSSL, the algorithm fetched once a process).
#pragma once

#include "common/base/encoding.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>

namespace harvest::game::battle {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::initializer_list<ByteView> parts);
Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

} // namespace harvest::game::battle
