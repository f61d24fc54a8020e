// Letters with a token that is good once: to show that an address is the player's, or to set another password.
#pragma once

#include "common/ports/credentials.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/mailer.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/tokens.hpp"
#include "daemons/auth/config.hpp"

namespace harvest::auth {

class Letters {
public:
    Letters(const Config& config, Credentials& credentials, Mailer& mailer, RateLimit& limits,
            const TokenSigner& signer, const Clock& clock, Entropy& entropy)
        : config_(config),
          credentials_(credentials),
          mailer_(mailer),
          limits_(limits),
          signer_(signer),
          clock_(clock),
          entropy_(entropy)
    {
    }
    // Three at once to an address, then one in ten minutes. Errors: resource_exhausted, those of the store and mailer.
    AsyncResult<void> send(Account to, MailPurpose purpose, std::string email, Deadline by);

private:
    const Config& config_;
    Credentials& credentials_;
    Mailer& mailer_;
    RateLimit& limits_;
    const TokenSigner& signer_;
    const Clock& clock_;
    Entropy& entropy_;
};

// The letter itself; `link` is followed by the token, or empty.
Mail write_letter(const std::string& name, MailPurpose purpose, const std::string& email, const std::string& token,
                  const std::string& link);

} // namespace harvest::auth
