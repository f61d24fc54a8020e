// What a password is not enough without, for accounts that have set it up: a code of the app, or a recovery code.
#pragma once

#include "common/ports/one_time_codes.hpp"
#include "common/ports/second_factors.hpp"
#include "common/ports/tokens.hpp"

#include <optional>
#include <string>

namespace harvest::auth {

class SecondCheck {
public:
    SecondCheck(SecondFactors& factors, OneTimeCodes& codes, const TokenSigner& signer, const Clock& clock)
        : factors_(factors),
          codes_(codes),
          signer_(signer),
          clock_(clock)
    {
    }
    // Each code is good once. The caller bounds how often one may guess.
    // Errors: auth.code_required (none was given), auth.bad_code, those of the store.
    AsyncResult<void> check(PlayerId player, std::optional<std::string> code, Deadline by);

private:
    SecondFactors& factors_;
    OneTimeCodes& codes_;
    const TokenSigner& signer_;
    const Clock& clock_;
};

// How a recovery code is written: 80 bits, "ABCD-EFGH-IJKL-MNOP".
std::string write_recovery_code(ByteView bits);
// What is kept of one, whatever its letters' case and dashes.
TokenHash recovery_hash(const TokenSigner& signer, const PlayerId& player, std::string_view code);

} // namespace harvest::auth
