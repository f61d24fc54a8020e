#include "daemons/match/season_roll.hpp"

#include "common/base/log.hpp"
#include "daemons/match/season_end.hpp"

namespace harvest::match {

SeasonRoll::SeasonRoll(SeasonRollConfig config, std::string slot, const GameContents& contents, Seasons& seasons,
                       Leases& leases, Clock& clock, Entropy& entropy)
    : config_(std::move(config)),
      slot_(std::move(slot)),
      holder_(slot_ + '@' + new_id<EventId>(clock, entropy).value),
      contents_(contents),
      seasons_(seasons),
      leases_(leases),
      clock_(clock)
{
}

AsyncResult<void> SeasonRoll::catch_up()
{
    const std::int64_t current = contents_.now()->leagues->season_of(clock_.now());
    if (current == 0) co_return Result<void>{};
    const Result<Season> open = co_await seasons_.open(by());
    if (!open && open.error() != Errc::not_found) co_return open.error();
    if (open && open->number >= current) co_return Result<void>{};
    Result<Lease> lease = co_await leases_.acquire(config_.lease, holder_, config_.lease_length, by());
    if (!lease) co_return lease.error();
    Lease mine = *lease;
    const Result<void> done = co_await lead(std::move(mine), current);
    (void)co_await leases_.release(std::move(*lease), by()); // else it runs out by itself
    co_return done;
}

AsyncResult<void> SeasonRoll::lead(Lease lease, std::int64_t current)
{
    for (;;) {
        Lease held = lease;
        const Result<Lease> renewed = co_await leases_.renew(std::move(held), config_.lease_length, by());
        if (!renewed) co_return renewed.error();
        const Result<Season> open = co_await seasons_.open(by());
        if (!open && open.error() != Errc::not_found) co_return open.error();
        if (open && open->number >= current) co_return Result<void>{};
        Result<void> step;
        if (open)
            step = co_await advance(lease, open->number);
        else
            step = co_await seasons_.begin(lease, current, board_of(*contents_.now()->leagues), clock_.now(), by());
        if (!step) co_return step.error();
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(config_.pause));
        if (!slept) co_return slept.error();
    }
}

AsyncResult<void> SeasonRoll::advance(const Lease& lease, std::int64_t season)
{
    const Result<std::vector<SeasonPlayer>> left = co_await seasons_.unsettled(season, config_.page, by());
    if (!left) co_return left.error();
    const std::shared_ptr<const game::rating::Ladder> ladder = contents_.now()->leagues;
    const Millis now = clock_.now();
    if (left->empty()) {
        const Result<void> closed =
            co_await seasons_.close(lease, season, board_of(*contents_.now()->leagues), now, by());
        if (closed) log::info("a season ended", {{"event.action", "season.ended"}, {"season", std::to_string(season)}});
        co_return closed;
    }
    std::vector<SeasonEnd> page;
    for (const SeasonPlayer& player : *left) page.push_back(end_of(*ladder, season, player, slot_, now));
    co_return co_await seasons_.settle(lease, season, std::move(page), now, by());
}

} // namespace harvest::match
