// What an account's password is not enough without: the sealed key of an authenticator app, and the codes that stand in
// for it once each. Each call is one transaction.
#pragma once

#include "common/base/encoding.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/records/account.hpp"
#include "common/ports/task.hpp"

namespace harvest {

struct SecondFactor {
    Bytes box;                // OneTimeCodes's
    Millis confirmed_at{};    // zero: the app has not shown a code yet, and nobody is asked for one
    std::int64_t last_step{}; // of the newest code that was used
};

class SecondFactors {
public:
    virtual ~SecondFactors() = default;
    virtual AsyncResult<SecondFactor> get(PlayerId player, Deadline by) = 0; // Errors: not_found
    // In place of one that is not confirmed. Errors: not_found (no such account), already_exists (a confirmed one).
    virtual AsyncResult<void> begin(PlayerId player, Bytes box, Deadline by) = 0;
    // From here on it counts. Errors: failed_precondition (another box by now, or confirmed).
    virtual AsyncResult<void> confirm(PlayerId player, SecondFactor factor, std::vector<TokenHash> recovery,
                                      Deadline by) = 0;
    // Errors: not_found (there is none, or a code of that step or a later one was used).
    virtual AsyncResult<void> use_step(PlayerId player, std::int64_t step, Deadline by) = 0;
    virtual AsyncResult<void> use_recovery(PlayerId player, TokenHash code, Deadline by) = 0; // Errors: not_found
    virtual AsyncResult<void> drop(PlayerId player, Deadline by) = 0;                         // Errors: not_found
};

} // namespace harvest
