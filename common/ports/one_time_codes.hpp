// Codes of an authenticator app: TOTP with HMAC-SHA-1, six digits and steps of 30 seconds (RFC 6238), which every app
// knows. A key is told once and kept sealed, bound to its player.
#pragma once

#include "common/base/encoding.hpp"
#include "common/base/ids.hpp"
#include "common/base/time.hpp"

namespace harvest {

struct CodeKey {
    Bytes box;          // for the store
    std::string secret; // for the app, in base32
};

class OneTimeCodes {
public:
    virtual ~OneTimeCodes() = default;
    virtual CodeKey make(const PlayerId& player) = 0;
    // The step that the code is of: now's, the one before or the one after, and later than `after` (§5.2: each once).
    // It takes the same time whichever is wrong. Errors: not_found (no such code), data_loss (not this player's box).
    virtual Result<std::int64_t> check(ByteView box, const PlayerId& player, std::string_view code, std::int64_t after,
                                       Millis now) = 0;
};

} // namespace harvest
