// One-time codes: HOTP (RFC 4226) with HMAC-SHA-1, of which TOTP (RFC 6238) is the one whose counter is the time.
#pragma once

#include "common/base/encoding.hpp"

namespace harvest::crypto {

// `digits` decimal digits, 6 to 8.
std::string hotp(ByteView key, std::uint64_t counter, int digits);

} // namespace harvest::crypto
