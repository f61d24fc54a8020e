// From a match in the store to players who know where it is played.
#include "common/base/log.hpp"
#include "common/protocol/auth.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/player_push.hpp"
#include "daemons/match/found.hpp"
#include "daemons/match/match.hpp"

namespace harvest::match {
namespace {

constexpr int tries = 3;

} // namespace

// A few tries now; later ones come from watch_over(), until `place_within` has passed.
Task<void> MatchDaemon::place(harvest::Match match)
{
    const MatchId id = match.id;
    placing_.insert(id);
    Millis pause = 100ms;
    for (int i = 0; i < tries; ++i, pause *= 3) {
        const Result<Allocation> home = co_await allocator_.allocate(id, clock_.after(config_.allocate_timeout));
        if (home) {
            homeless_since_.erase(id);
            awaited_.erase(id);
            aborting_.erase(id);
            co_await announce(match, *home);
            placing_.erase(id);
            co_return;
        }
        figures_.allocation_failures.add();
        if (home.error() == Errc::canceled || stopped_) break;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(pause));
        if (!slept) break;
    }
    const Millis since = homeless_since_.try_emplace(id, clock_.monotonic()).first->second;
    if (!stopped_ && clock_.monotonic() - since >= config_.place_within) co_await give_up(match);
    placing_.erase(id);
}

// An instance that starts again takes up its own matches and tells nobody: those who asked meanwhile are told here. So
// are those whose match was aborted unheard.
Task<void> MatchDaemon::place_again(MatchId id)
{
    const Result<harvest::Match> match = co_await matches_.get(id, store_by());
    const bool over = match ? match->state == MatchState::ended || match->state == MatchState::aborted
                            : match.error() == Errc::not_found;
    if (over) awaited_.erase(id);
    const bool in_doubt = over && aborting_.erase(id) > 0;
    if (match && in_doubt && match->aborted_for == abort_no_instance) co_await tell_aborted(*match);
    if (match && !over) co_await place(*match);
    placing_.erase(id);
}

Task<void> MatchDaemon::give_up(const harvest::Match& match)
{
    // Perhaps an instance has taken it meanwhile, and only its reply was lost.
    const Result<harvest::Match> now = co_await matches_.get(match.id, store_by());
    if (!now) co_return;
    const bool over = now->state == MatchState::ended || now->state == MatchState::aborted;
    if (over || now->lease_until > clock_.now()) {
        homeless_since_.erase(match.id);
        co_return;
    }
    protocol::MatchAbortedEvent aborted;
    aborted.match = match.id;
    for (const MatchSeat& seat : match.seats) aborted.players.push_back(seat.player);
    aborted.reason = abort_no_instance;
    OutboxEvent event;
    event.topic = protocol::topic::game;
    event.event = {.id = new_id<EventId>(clock_, entropy_),
                   .type = std::string(protocol::event_type::match_aborted),
                   .source = id_,
                   .subject = match.id.value,
                   .traceparent = {},
                   .time = clock_.now(),
                   .data = protocol::encode(aborted)};
    std::vector<OutboxEvent> events;
    events.push_back(std::move(event));
    const Result<void> done =
        co_await matches_.abort(match.id, now->epoch, aborted.reason, std::move(events), clock_.now(), store_by());
    if (!done) { // if it was done, no round finds the match again: watch_over() keeps asking for it
        if (done.error() != Errc::conflict) aborting_.insert(match.id);
        co_return;
    }
    aborting_.erase(match.id);
    homeless_since_.erase(match.id);
    co_await tell_aborted(match);
}

Task<void> MatchDaemon::tell_aborted(const harvest::Match& match)
{
    log::warn("a match found no instance and was aborted", {{"match", match.id.value}});
    const protocol::MatchAborted told{match.id, std::string(abort_no_instance)};
    for (const MatchSeat& seat : match.seats) {
        if (!seat.bot.empty()) continue;
        std::string data = protocol::encode(told);
        co_await push(seat.player, "match.aborted", std::move(data));
    }
}

AsyncResult<std::string> MatchDaemon::sign(const harvest::Match& match, int seat, const std::string& instance,
                                           Deadline by)
{
    protocol::SignTicketRequest wish;
    wish.player = match.seats[static_cast<std::size_t>(seat - 1)].player;
    wish.match = match.id;
    wish.seat = seat;
    wish.instance = instance;
    return sign(std::move(wish), by);
}

AsyncResult<std::string> MatchDaemon::sign(protocol::SignTicketRequest wish, Deadline by)
{
    RpcRequest call{.daemon = "auth",
                    .id = {},
                    .method = "sign_ticket",
                    .body = protocol::encode(wish),
                    .traceparent = {},
                    .by = by};
    const Result<std::string> reply = co_await rpc_.call(std::move(call));
    if (!reply) co_return reply.error();
    const auto signed_ticket = protocol::decode<protocol::SignedTicket>(*reply, nullptr, protocol::Unknown::ignore);
    if (!signed_ticket) co_return Errc::internal;
    co_return signed_ticket->ticket;
}

Task<void> MatchDaemon::announce(const harvest::Match& match, const Allocation& home)
{
    for (std::size_t place = 0; place < match.seats.size(); ++place)
        if (match.seats[place].bot.empty()) co_await announce_to(match, place, home);
}

Task<void> MatchDaemon::announce_to(const harvest::Match& match, std::size_t place, const Allocation& home)
{
    const int seat = static_cast<int>(place) + 1;
    const PlayerId player = match.seats[place].player;
    Result<std::string> ticket = co_await sign(match, seat, home.instance, clock_.after(config_.allocate_timeout));
    if (!ticket) // once more; after that the instance asks for it, or match.status does
        ticket = co_await sign(match, seat, home.instance, clock_.after(config_.allocate_timeout));
    if (!ticket) co_return;
    std::string data = protocol::encode(found_for(match, place, home, *ticket));
    co_await push(player, "match.found", std::move(data));
}

Task<void> MatchDaemon::push(PlayerId player, std::string op, std::string data)
{
    return push_to_player(presence_, rpc_, clock_, std::move(player), std::move(op), std::move(data));
}

} // namespace harvest::match
