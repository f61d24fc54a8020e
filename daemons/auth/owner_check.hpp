// Whether a call comes from whom the account belongs to, a token alone notwithstanding: the password tells, or, of an
// account without one, the secret of its device.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/security_trail.hpp"
#include "common/ports/tokens.hpp"
#include "common/protocol/credentials.hpp"
#include "daemons/auth/guess_limits.hpp"
#include "daemons/auth/passwords.hpp"
#include "daemons/auth/second_check.hpp"

namespace harvest::auth {

class OwnerCheck {
public:
    OwnerCheck(Passwords& passwords, GuessLimits& guesses, SecondCheck& second, const TokenSigner& signer,
               SecurityTrail& trail)
        : passwords_(passwords),
          guesses_(guesses),
          second_(second),
          signer_(signer),
          trail_(trail)
    {
    }
    // Errors: invalid_argument (no proof at all), bad_credentials, code_required, bad_code, too_many_failures, busy.
    AsyncResult<void> check(Account account, protocol::OwnerProof proof, std::string address, Deadline by);
    // The password, then the code. An account without a hash, or without an id even, costs what any other does.
    // Errors: bad_credentials, code_required, bad_code, too_many_failures, busy.
    AsyncResult<void> check_password(Account account, std::string password, std::optional<std::string> code,
                                     std::string address, Deadline by);

private:
    Passwords& passwords_;
    GuessLimits& guesses_;
    SecondCheck& second_;
    const TokenSigner& signer_;
    SecurityTrail& trail_;
};

} // namespace harvest::auth
