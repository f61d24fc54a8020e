// Slow password hashing on threads of its own, behind a bounded queue (RFC 9106).
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <string>

namespace harvest {

class PasswordHasher {
public:
    virtual ~PasswordHasher() = default;
    // A PHC string ("$argon2id$v=19$m=19456,t=2,p=1$…"). Errors: resource_exhausted (queue full), timed_out.
    virtual AsyncResult<std::string> hash(std::string password, Deadline by) = 0;
    // Compares; with an empty `phc` it spends the same time on a dummy and says false.
    virtual AsyncResult<bool> verify(std::string password, std::string phc, Deadline by) = 0;
};

} // namespace harvest
