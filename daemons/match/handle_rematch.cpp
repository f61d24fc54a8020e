// Rpc "rematch" (match.rematch): the players of a match that is over ask each other for another one, seats swapped.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

std::string rematch_reply(std::string state, std::optional<Millis> left = std::nullopt)
{
    protocol::RematchReply reply;
    reply.state = std::move(state);
    if (left) reply.expires_in_ms = left->count();
    return protocol::encode(reply);
}

} // namespace

// Errors: in_match, already_queued, those of the store.
AsyncResult<void> MatchDaemon::is_idle(PlayerId player, Deadline by)
{
    const Result<harvest::Match> current = co_await matches_.current(player, by);
    if (current) co_return MatchErrc::in_match;
    if (current.error() != Errc::not_found) co_return current.error();
    const Result<MatchTicket> ticket = co_await matches_.ticket(player, by);
    if (ticket) co_return MatchErrc::already_queued;
    if (ticket.error() != Errc::not_found) co_return ticket.error();
    co_return Result<void>{};
}

// The match and the player's place in it. Errors: no_rematch, not_over, too_late, those of the store.
AsyncResult<std::pair<harvest::Match, std::size_t>> MatchDaemon::match_to_repeat(MatchId id, PlayerId player,
                                                                                 Deadline by)
{
    Result<harvest::Match> match = co_await matches_.get(std::move(id), by);
    if (!match && match.error() == Errc::not_found) co_return MatchErrc::no_rematch;
    if (!match) co_return match.error();
    const std::size_t mine = match->seats[0].player == player ? 0 : 1;
    if (match->seats[mine].player != player || !match->seats[1 - mine].bot.empty()) co_return MatchErrc::no_rematch;
    if (match->state == MatchState::made || match->state == MatchState::playing) co_return MatchErrc::not_over;
    if (match->state != MatchState::ended) co_return MatchErrc::no_rematch;
    if (clock_.now() - match->ended_at >= config_.rematch_within) co_return MatchErrc::too_late;
    co_return std::pair{std::move(*match), mine};
}

// May the player have it, as things stand? Errors: banned, in_match, already_queued, bad_deck, no_rematch, those of the
// stores.
AsyncResult<MatchSeat> MatchDaemon::may_repeat(MatchSeat seat, PlayerId other, Deadline by)
{
    const Result<void> idle = co_await is_idle(seat.player, by);
    if (!idle) co_return idle.error();
    const Result<void> other_idle = co_await is_idle(other, by);
    if (other_idle == MatchErrc::in_match || other_idle == MatchErrc::already_queued) co_return MatchErrc::no_rematch;
    if (!other_idle) co_return other_idle.error();
    const Result<std::vector<PlayerId>> blocks = co_await social_.blocks(other, by);
    if (!blocks) co_return blocks.error();
    if (std::ranges::find(*blocks, seat.player) != blocks->end()) co_return MatchErrc::no_rematch;
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle;
    co_return co_await seat_again(std::move(seat), std::move(other), *rules, by);
}

AsyncResult<std::string> MatchDaemon::handle_rematch(std::string body, Deadline by)
{
    auto call = protocol::decode<protocol::PlayerRematchRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    if (call->request.decline.value_or(false)) {
        if (const auto offer = rematches_.take(call->request.match, call->player)) tell(*offer, "declined");
        co_return rematch_reply("declined");
    }
    if (stopped_ || !ready_) co_return Errc::unavailable;
    Result<std::pair<harvest::Match, std::size_t>> found =
        co_await match_to_repeat(call->request.match, call->player, by);
    if (!found) co_return found.error();
    auto& [match, mine] = *found;
    MatchSeat own = match.seats[mine];
    const PlayerId other = match.seats[1 - mine].player;
    const Result<MatchSeat> seat = co_await may_repeat(std::move(own), other, by);
    if (!seat) co_return seat.error();

    const Millis now = clock_.monotonic();
    const Millis left = match.ended_at + config_.rematch_within - clock_.now();
    RematchOffer offer{match.id, call->player, other, seat->name, now + left, now};
    const Rematches::Step step = rematches_.ask(offer, now);
    if (step == Rematches::Step::agreed) {
        leave_rematches(offer.asker);
        leave_rematches(offer.other);
        tasks_.spawn([this, played = std::move(match), offer] { return form_rematch(played, offer); });
        co_return rematch_reply("agreed");
    }
    if (step == Rematches::Step::asked) {
        const protocol::RematchNews news{match.id, "asked", offer.asker, offer.name, left.count()};
        tasks_.spawn([this, other, data = protocol::encode(news)] { return push(other, "match.rematch", data); });
    }
    co_return rematch_reply("asked", left);
}

} // namespace harvest::match
