// What each session needs again and again: presence is renewed, and its row is looked at, so that a lost event is
// noticed. Apart from each other: where one store is silent, the other is still asked in time.
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

#include <algorithm>

namespace harvest::connsrv {
namespace {

constexpr Millis tend_every = 500ms, row_wait = 2s, renew_wait = 1s;
constexpr std::size_t tended_at_once = 32;

} // namespace

struct Connsrv::Round {
    explicit Round(Executor executor) : done(std::move(executor)) {}
    std::vector<Device> due;
    std::size_t next{}, running{};
    Signal done;
};

AsyncResult<void> Connsrv::tend_each(std::vector<Device> due, Tend one)
{
    const auto round = std::make_shared<Round>(executor_);
    round->due = std::move(due);
    round->running = std::min(tended_at_once, round->due.size());
    for (std::size_t i = round->running; i > 0; --i) tasks_.spawn([this, round, one] { return tend_some(round, one); });
    while (round->running > 0) {
        const Result<void> rung = co_await round->done.wait();
        if (!rung) co_return rung.error();
    }
    co_return Result<void>{};
}

Task<void> Connsrv::tend_some(std::shared_ptr<Round> round, Tend one)
{
    struct Leaving { // by an exception, too
        Round& round;
        ~Leaving()
        {
            --round.running;
            round.done.ring();
        }
    };
    const Leaving leaving{*round};
    while (round->next < round->due.size()) {
        const auto& [player, session] = round->due[round->next++];
        const bool goes_on = co_await (this->*one)(player, session);
        if (!goes_on) round->next = round->due.size();
    }
}

Task<void> Connsrv::renew_presence()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(tend_every));
        if (!slept) co_return;
        const Millis now = clock_.monotonic();
        std::vector<Device> due;
        for (const Live* live : roster_.all())
            if (live->renew_at <= now) due.emplace_back(live->player, live->session);
        const Result<void> tended = co_await tend_each(std::move(due), &Connsrv::renew_one);
        if (!tended) co_return;
    }
}

Task<void> Connsrv::recheck_rows()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(tend_every));
        if (!slept) co_return;
        const Millis now = clock_.monotonic();
        roster_.renew(now);
        keep();
        std::vector<Device> due;
        for (const Live* live : roster_.all())
            if (live->recheck_at <= now) due.emplace_back(live->player, live->session);
        const Result<void> tended = co_await tend_each(std::move(due), &Connsrv::recheck_one);
        if (!tended) co_return;
    }
}

Task<bool> Connsrv::recheck_one(PlayerId player, SessionId session)
{
    Live* live = roster_.find(player, session);
    if (!live) co_return true;
    live->recheck_at = clock_.monotonic() + config_.recheck_every; // an event may want it sooner from now on
    const Result<Session> row = co_await sessions_.get(session, clock_.after(row_wait));
    const bool gone = !row && row.error() == Errc::not_found;
    if (gone || (row && (row->revoked || clock_.now() >= row->expires_at)))
        end(roster_.revoke(player, session), CloseReason::revoked, "the session has ended");
    else if (live = roster_.find(player, session); live && !row)
        live->recheck_at = clock_.monotonic() + 2 * tend_every;
    co_return row || gone; // who does not answer is not asked for all the others
}

Task<bool> Connsrv::renew_one(PlayerId player, SessionId session)
{
    Live* live = roster_.find(player, session);
    if (!live) co_return true;
    live->renew_at = clock_.monotonic() + config_.presence_renew;
    // Another connsrv may have a newer session of this device class.
    const std::string device_class = live->device_class;
    const SessionId displaced = live->displaced;
    const Result<std::vector<PlayerPresence>> seen = co_await presence_.find(player, clock_.after(renew_wait));
    const auto elsewhere = [&](const PlayerPresence& other) {
        return other.device_class == device_class && other.connsrv != id_ && other.session != displaced;
    };
    live = roster_.find(player, session);
    if (!live) co_return true;
    if (seen && std::any_of(seen->begin(), seen->end(), elsewhere)) {
        drop_replaced(player, device_class);
        co_return true;
    }
    std::string fence = live->fence;
    const Result<void> put = co_await put_presence(player, std::move(fence), clock_.after(renew_wait));
    live = roster_.find(player, session);
    if (live && !put && !live->displaced.empty())
        live->renew_at = clock_.monotonic() + 2 * tend_every; // nobody finds it before
    co_return true;
}

} // namespace harvest::connsrv
