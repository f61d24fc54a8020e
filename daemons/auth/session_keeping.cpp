#include "daemons/auth/session_keeping.hpp"

#include "common/base/log.hpp"

#include <algorithm>

namespace harvest::auth {
namespace {

constexpr Millis look_every = 1h, kept_over = 24h, drop_wait = 5s;
constexpr std::size_t dropped_at_once = 100;

} // namespace

// A store that is away now is asked again the next time.
Task<void> drop_old_sessions(const Config& config, Sessions& sessions, Clock& clock)
{
    for (;;) {
        const Millis until = clock.now() - kept_over;
        const SessionId made_before = make_id<SessionId>(std::max(Millis{0}, until - config.refresh_life), {});
        Result<std::size_t> dropped{0};
        do dropped = co_await sessions.drop_expired(made_before, until, dropped_at_once, clock.after(drop_wait));
        while (dropped && *dropped == dropped_at_once);
        if (!dropped && dropped.error() == Errc::canceled) co_return;
        if (!dropped) log::warn("old sessions are left for later", {{"error.code", wire_code(dropped.error())}});
        const Result<void> slept = co_await clock.sleep_until(clock.after(look_every));
        if (!slept) co_return;
    }
}

} // namespace harvest::auth
