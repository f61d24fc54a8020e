// The end of a match: result, ratings, rewards and event in one transaction under our epoch.
#include "common/base/log.hpp"
#include "daemons/instance/handlers.hpp"

namespace harvest::instance {
namespace {

// While it may have been done, only the very same settlement is safe to repeat: new ratings would count the match twice
// in what the seats are told.
AsyncResult<void> settle_surely(Store store, const Settlement& settlement)
{
    Millis pause = 50ms;
    for (int tries = 0;; ++tries) {
        const Result<void> settled = co_await store.matches.settle(settlement, store.by());
        const bool again = !settled && (settled.error() == Errc::in_doubt || settled.error() == Errc::timed_out ||
                                        settled.error() == Errc::unavailable);
        if (!again || tries == 5) co_return settled;
        if (const Result<void> slept = co_await store.clock.sleep_until(store.clock.after(pause)); !slept)
            co_return slept.error();
        pause *= 2;
    }
}

// Of one that the instance does not play itself. Whoever is gone was a person. Errors: those of the store.
AsyncResult<void> look_at_account(Store store, PlayerId player, bool& is_bot)
{
    const Result<Account> account = co_await store.accounts.get(std::move(player), store.by());
    if (!account && account.error() != Errc::not_found) co_return account.error();
    is_bot = account && account->bot;
    co_return Result<void>{};
}

// How both players stand before the match counts.
AsyncResult<void> look_up(Store store, const Match& match, bool day_counts, Millis at, Standing& out)
{
    for (std::size_t seat = 0; seat < 2; ++seat) {
        if (!match.seats[seat].bot.empty()) continue;
        PlayerId player = match.seats[seat].player;
        const Result<void> looked = co_await look_at_account(store, std::move(player), out.bots[seat]);
        if (!looked) co_return looked.error();
        if (is_rated(match)) {
            const Result<Rating> rating =
                co_await store.matches.rating(match.seats[seat].player, match.mode, store.by());
            if (!rating) co_return rating.error();
            out.ratings[seat] = *rating;
        }
        if (!day_counts) continue;
        const Result<DailyPlay> day = co_await store.matches.daily(match.seats[seat].player, utc_day(at), store.by());
        if (!day) co_return day.error();
        out.days[seat] = *day;
    }
    co_return Result<void>{};
}

} // namespace

Task<Written> settle_once(Store store, Match match, MatchResult result, std::string server_seed, Rewards rewards,
                          SettlementIds ids, std::string instance, std::optional<Settling>& settling)
{
    if (!settling) {
        const Millis at = store.clock.now();
        Standing before;
        const Result<void> known = co_await look_up(store, match, counts_for_day(match, result, rewards), at, before);
        if (!known) co_return Written::failed;
        settling = settling_of(match, result, server_seed, before, rewards, ids, instance, at);
    }
    Result<void> settled = co_await settle_surely(store, settling->settlement);
    if (!settled && settled.error() == Errc::failed_precondition && !settling->settlement.rewards.empty()) {
        log::error("rewards cannot be paid: settling without them", {{"match", match.id.value}});
        forgo_rewards(*settling, match, ids, instance);
        settled = co_await settle_surely(store, settling->settlement);
    }
    if (settled) co_return Written::yes;
    if (settled.error() == Errc::not_found) co_return Written::fenced;
    if (settled.error() != Errc::conflict) co_return Written::failed;
    const Result<Match> now = co_await store.matches.get(match.id, store.by());
    if (!now) co_return Written::failed;
    if (now->epoch != match.epoch) co_return Written::fenced;
    // Unfinished: a rating moved on, so ask again. Ended under our epoch: an earlier try of ours is there after all.
    if (now->state == MatchState::playing) {
        settling.reset();
        co_return Written::failed;
    }
    if (now->state != MatchState::ended || !now->result || now->result->final_hash != result.final_hash)
        co_return Written::fenced;
    co_return Written::yes;
}

} // namespace harvest::instance
