// Asks the hasher within the time that a person may wait; too long a queue is `busy`.
#pragma once

#include "common/ports/passwords.hpp"
#include "common/protocol/auth_errc.hpp"
#include "daemons/auth/figures.hpp"

namespace harvest::auth {

class Passwords {
public:
    Passwords(PasswordHasher& hasher, const Clock& clock, const Figures& figures, Millis wait)
        : hasher_(hasher),
          clock_(clock),
          figures_(figures),
          wait_(wait)
    {
    }
    AsyncResult<std::string> hash(std::string password, Deadline by);             // Errors: busy
    AsyncResult<bool> verify(std::string password, std::string phc, Deadline by); // Errors: busy, data_loss

private:
    PasswordHasher& hasher_;
    const Clock& clock_;
    const Figures& figures_;
    Millis wait_;
};

} // namespace harvest::auth
