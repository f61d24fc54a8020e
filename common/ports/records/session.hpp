// One signed-in device; its tokens are kept as hashes only.
#pragma once

#include "common/base/ids.hpp"
#include "common/ports/records/account.hpp"

namespace harvest {

struct Session {
    SessionId id;
    PlayerId player;
    std::int64_t generation{}; // one more at each rotation
    TokenHash current{}, previous{};
    Millis rotated_at{}, expires_at{};
    bool revoked{};
};

// What a sign-in was checked against. It may have changed while the password was being compared.
struct SignInGrounds {
    std::string password_hash; // the one that was compared; empty for an account without a password
    Millis now{};              // bans in force at this time refuse it
};

} // namespace harvest
