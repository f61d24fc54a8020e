// Rpc "queue" (match.queue): a ticket in the store first, then in memory.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

std::string queued_reply(const TicketId& ticket, Millis delay = Millis{0})
{
    protocol::QueueReply reply;
    reply.ticket = ticket;
    if (delay > Millis{0}) reply.delay_ms = delay.count();
    return protocol::encode(reply);
}

// The same wish twice is the same ticket. Errors: already_queued.
Result<std::string> answer_waiting(const MatchTicket& ticket, const protocol::QueueRequest& wish)
{
    if (ticket.mode != wish.mode || ticket.deck != wish.deck) return MatchErrc::already_queued;
    return queued_reply(ticket.id);
}

} // namespace

AsyncResult<std::string> MatchDaemon::handle_queue(std::string body, std::string traceparent, Deadline by)
{
    auto call = protocol::decode<protocol::PlayerQueueRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const protocol::QueueRequest& wish = call->request;
    const bool challenge = wish.mode == protocol::challenge_mode;
    std::string line_up = challenge ? parties_.line_up(call->player) : std::string{};
    if (challenge && line_up.empty()) co_return PartyErrc::not_in_one;
    if (!challenge && std::find(config_.modes.begin(), config_.modes.end(), wish.mode) == config_.modes.end())
        co_return MatchErrc::unknown_mode;
    const Result<harvest::Match> current = co_await matches_.current(call->player, by);
    if (current) co_return MatchErrc::in_match;
    if (current.error() != Errc::not_found) co_return current.error();
    if (const Seeker* waiting = queue_.of(call->player)) {
        const TicketId held = waiting->ticket;
        const Result<MatchTicket> stored = co_await matches_.ticket(call->player, by); // only the store knows
        if (!stored && stored.error() != Errc::not_found) co_return stored.error();
        if (!stored || stored->id != held) forget(held);
        if (stored) co_return answer_waiting(*stored, wish);
    }
    if (stopped_ || !ready_) co_return Errc::unavailable;
    if (queue_.size() >= static_cast<std::size_t>(config_.max_tickets)) co_return Errc::resource_exhausted;

    constexpr Millis day = std::chrono::hours{24};
    const Result<DailyPlay> today = co_await matches_.daily(call->player, clock_.now() / day, by);
    if (!today) co_return today.error();
    Millis delay{0};
    if (!challenge) // whom friends wait for is theirs to say
        delay = walkout_delay(today->left, config_.walkouts, config_.walkout_delay, config_.walkout_delay_max);

    MatchTicket ticket;
    ticket.id = new_id<TicketId>(clock_, entropy_);
    ticket.player = call->player;
    ticket.mode = wish.mode;
    ticket.deck = wish.deck;
    ticket.preferences = wish.preferences ? protocol::encode(*wish.preferences) : "{}";
    ticket.queued_at = clock_.now() + delay; // from then on it waits for an opponent
    Result<Seeker> seeker = co_await make_seeker(ticket, by);
    if (!seeker) co_return seeker.error();
    seeker->traceparent = std::move(traceparent);
    seeker->party = std::move(line_up);
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle;
    const Result<MatchSeat> seat = co_await make_seat(*seeker, *rules, by);
    if (!seat) co_return seat.error();

    const Result<void> kept = co_await matches_.queue(ticket, by);
    if (!kept && kept.error() == Errc::already_exists) {
        const Result<MatchTicket> old = co_await matches_.ticket(ticket.player, by);
        if (old) co_return answer_waiting(*old, wish);
        co_return old.error() == Errc::not_found ? make_error_code(MatchErrc::in_match) : old.error();
    }
    // Not known to be kept: if it was, reconcile() finds it.
    if (!kept) co_return kept.error();
    queue_.add(std::move(*seeker));
    leave_rematches(ticket.player);
    if (challenge) party_happened(ticket.player, protocol::party_reason::ready);
    co_return queued_reply(ticket.id, delay);
}

} // namespace harvest::match
