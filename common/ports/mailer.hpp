// Letters to people.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/task.hpp"

#include <string>

namespace harvest {

// Plain text in UTF-8, lines ended by '\n'. Address and subject are printable ASCII.
struct Mail {
    std::string to, subject, text;
};

class Mailer {
public:
    virtual ~Mailer() = default;
    // Done once the letter cannot be lost any more, not once it has come. Errors: invalid_argument (what would break
    // its head), unavailable, resource_exhausted, timed_out.
    virtual AsyncResult<void> send(Mail mail, Deadline by) = 0;
};

} // namespace harvest
