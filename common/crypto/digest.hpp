// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), and comparison whose time does not depend on where bytes differ.
#pragma once

#include "common/base/encoding.hpp"

#include <array>

namespace harvest::crypto {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(ByteView bytes);
Digest hmac_sha256(ByteView key, ByteView bytes);
bool equal(ByteView left, ByteView right);
// Overwrites memory so that the compiler keeps it.
void wipe(std::string& secret);

} // namespace harvest::crypto
