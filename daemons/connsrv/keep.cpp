// Sessions on their way to the resume buffers: gathered for a moment and written many at once, while pushes go out to
// the clients without waiting for that.
#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {
namespace {

constexpr Millis gather = 10ms, save_wait = 1s, save_pause = 500ms;
constexpr std::size_t sessions_at_once = 64, bytes_at_once = 256 * 1024, ended_at_once = 256;

} // namespace

void Connsrv::keep()
{
    if (roster_.has_unsaved()) unsaved_.ring();
}

Task<void> Connsrv::save()
{
    for (;;) {
        const Result<void> rung = co_await unsaved_.wait();
        if (!rung) co_return;
        const Result<void> gathered = co_await clock_.sleep_until(clock_.after(gather));
        if (!gathered) co_return;
        while (roster_.has_unsaved()) {
            const Result<void> kept = co_await save_some(clock_.after(save_wait));
            if (kept) continue;
            if (kept.error() == Errc::canceled) co_return;
            const Result<void> slept = co_await clock_.sleep_until(clock_.after(save_pause));
            if (!slept) co_return;
        }
    }
}

AsyncResult<void> Connsrv::save_some(Deadline by)
{
    if (std::vector<ResumeKey> ended = roster_.take_ended(ended_at_once); !ended.empty())
        (void)co_await buffers_.forget(std::move(ended), by); // what stays there expires
    const std::vector<ResumeWrite> writes = roster_.unsaved(sessions_at_once, bytes_at_once, clock_.monotonic());
    if (writes.empty()) co_return Result<void>{};
    const Result<std::vector<ResumeWritten>> outcomes = co_await buffers_.write(writes, by);
    saved(writes, outcomes);
    if (!outcomes) co_return outcomes.error();
    co_return Result<void>{};
}

void Connsrv::saved(const std::vector<ResumeWrite>& writes, const Result<std::vector<ResumeWritten>>& outcomes)
{
    for (std::size_t i = 0; i < writes.size(); ++i) {
        if (!outcomes) {
            roster_.not_saved(writes[i]);
            continue;
        }
        // The place in presence belongs to the connection server that has the session now.
        if (const auto ended = roster_.saved(writes[i], (*outcomes)[i], clock_.monotonic()); ended && ended->conn)
            close(ended->conn, CloseReason::replaced, "resumed on another connection");
    }
}

} // namespace harvest::connsrv
