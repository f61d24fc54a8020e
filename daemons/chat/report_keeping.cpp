// Reports that were closed long ago go, a few at a time. Every slot does it: what is gone is gone.
#include "common/base/log.hpp"
#include "daemons/chat/chat.hpp"

namespace harvest::chat {
namespace {

constexpr Millis look_every = 1h;
constexpr std::size_t dropped_at_once = 100;

} // namespace

// A store that is away now is asked again the next time.
Task<void> Chat::drop_old_reports()
{
    while (!stopped_) {
        Result<std::size_t> dropped{0};
        do dropped = co_await reports_.drop_closed(clock_.now() - config_.reports_kept, dropped_at_once, store_by());
        while (dropped && *dropped == dropped_at_once);
        if (!dropped && dropped.error() != Errc::canceled)
            log::warn("old reports are left for later", {{"error.code", wire_code(dropped.error())}});
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(look_every));
        if (!slept) co_return;
    }
}

} // namespace harvest::chat
