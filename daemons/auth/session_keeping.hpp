// Sessions that ended long ago go, a few at a time. Every slot does it: what is gone is gone.
#pragma once

#include "common/ports/sessions.hpp"
#include "daemons/auth/config.hpp"

namespace harvest::auth {

// Until it is cancelled. Each row goes a day after its session's end, also that of one revoked: a token of either is
// refused with and without its row, and reuse tells nothing of it any more.
Task<void> drop_old_sessions(const Config& config, Sessions& sessions, Clock& clock);

} // namespace harvest::auth
