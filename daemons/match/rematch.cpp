// Two who agreed on a rematch get it; of what comes to nothing, both are told.
#include "common/base/log.hpp"
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

// Gone is who has no session that could be resumed; presence itself may come a moment late.
constexpr Millis rematch_tend_every = 1s, rematch_look_within = 1s, gone_for = 5s;

} // namespace

Task<void> MatchDaemon::tend_rematches()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(rematch_tend_every));
        if (!slept) co_return;
        if (stopped_) continue;
        const Millis begun = clock_.monotonic(); // looking may take its time
        for (const PlayerId& player : rematches_.askers()) {
            const Result<std::vector<PlayerPresence>> here =
                co_await presence_.find(player, clock_.after(rematch_look_within));
            if (!here && here.error() == Errc::canceled) co_return;
            if (!here || !here->empty()) rematches_.seen(player, clock_.monotonic()); // in doubt they are here
        }
        for (const RematchOffer& offer : rematches_.abandon(begun, gone_for)) tell(offer, "away");
        for (const RematchOffer& offer : rematches_.expire(clock_.monotonic())) tell(offer, "expired");
    }
}

// Both of them, as far as they are connected.
void MatchDaemon::tell(const RematchOffer& offer, std::string_view reason)
{
    const protocol::RematchNews news{offer.match, std::string(reason), offer.asker, offer.name, std::nullopt};
    const std::string data = protocol::encode(news);
    for (const PlayerId& player : {offer.asker, offer.other})
        tasks_.spawn([this, player, data] { return push(player, "match.rematch", data); });
}

void MatchDaemon::leave_rematches(const PlayerId& player)
{
    for (const RematchOffer& offer : rematches_.take_all(player)) tell(offer, "elsewhere");
}

// Errors: banned, no_rematch (the other has left the game, or a block stands between the two: nobody learns of one),
// bad_deck, those of the stores.
AsyncResult<MatchSeat> MatchDaemon::seat_again(MatchSeat seat, PlayerId other, const game::battle::Content& rules,
                                               Deadline by)
{
    const Result<void> admitted = co_await not_banned(seat.player, std::string(protocol::challenge_mode), by);
    if (!admitted) co_return admitted.error();
    const Result<std::vector<PlayerId>> blocked = co_await social_.blocks(seat.player, by);
    if (!blocked) co_return blocked.error();
    if (std::ranges::find(*blocked, other) != blocked->end()) co_return MatchErrc::no_rematch;
    const Result<Account> account = co_await accounts_.get(seat.player, by);
    if (!account) co_return account.error();
    if (account->deleted_at != Millis{}) co_return MatchErrc::no_rematch;
    const Result<void> playable = co_await check_cards(seat, rules, by);
    if (!playable) co_return playable.error();
    seat.name = account->name;
    co_return seat;
}

// The store lets nobody into it who waits or plays elsewhere by now.
Task<void> MatchDaemon::form_rematch(harvest::Match played, RematchOffer offer)
{
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle;
    harvest::Match match;
    match.id = new_id<MatchId>(clock_, entropy_);
    match.mode = protocol::challenge_mode;
    match.content_hash = rules->hash();
    match.created_at = clock_.now();
    placing_.insert(match.id); // nobody else of this slot takes it up meanwhile
    Result<void> made;
    for (std::size_t place = 0; place < 2 && made; ++place) {
        MatchSeat was = played.seats[1 - place];
        PlayerId other = played.seats[place].player;
        Result<MatchSeat> seat = co_await seat_again(std::move(was), std::move(other), *rules, store_by());
        if (seat) match.seats[place] = std::move(*seat);
        if (!seat) made = seat.error();
    }
    if (made) {
        std::array<TicketId, 2> nobody_waited;
        std::string no_trace; // two requests led to it
        made = co_await make(match, std::move(nobody_waited), std::move(no_trace));
    }
    if (!made) {
        placing_.erase(match.id);
        tell(offer, "failed");
        co_return;
    }
    opponents_.met(offer.asker, offer.other);
    figures_.formed.add();
    co_await place(std::move(match));
}

} // namespace harvest::match
