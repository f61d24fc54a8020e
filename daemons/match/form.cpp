// From a pair of tickets to a match in the store: one transaction takes both tickets or none.
#include "common/game/battle/deck.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

#include <fmt/format.h>

namespace harvest::match {
namespace {

// Why the player gets no match by this ticket at all; empty: our stores failed, and it waits on.
std::string_view reason_of(const Error& error)
{
    if (error == MatchErrc::banned) return "banned";
    return error == MatchErrc::no_such_deck || error == MatchErrc::bad_deck ? "bad_deck" : "";
}

} // namespace

// The ticket goes back to the queue, where it keeps its time of waiting.
void MatchDaemon::give_back(Seeker seeker)
{
    forming_.erase(seeker.ticket);
    queue_.add(std::move(seeker));
}

// No match for this one now; for a deck that is not good any more or a player who is banned, none at all.
Task<void> MatchDaemon::unseat(Seeker seeker, const Result<MatchSeat>& seat)
{
    std::string reason(seat ? "" : reason_of(seat.error()));
    if (reason.empty()) {
        give_back(std::move(seeker));
        co_return;
    }
    co_await take_back(std::move(seeker), std::move(reason));
}

// Whoever is gone was a person. Errors: those of the store.
AsyncResult<std::vector<PlayerId>> MatchDaemon::bots_among(const harvest::Match& match)
{
    std::vector<PlayerId> bots;
    for (const MatchSeat& seat : match.seats) {
        bool is_bot = !seat.bot.empty();
        if (!is_bot) {
            PlayerId player = seat.player;
            const Result<Account> account = co_await accounts_.get(std::move(player), store_by());
            if (!account && account.error() != Errc::not_found) co_return account.error();
            is_bot = account && account->bot;
        }
        if (is_bot) bots.push_back(seat.player);
    }
    co_return bots;
}

// Errors: conflict (a ticket or player is taken: nothing was made), those of the stores.
AsyncResult<void> MatchDaemon::make(harvest::Match match, std::array<TicketId, 2> tickets, std::string traceparent)
{
    protocol::MatchStarted started;
    started.match = match.id;
    started.mode = match.mode;
    for (const MatchSeat& seat : match.seats) started.players.push_back(seat.player);
    started.content = match.content_hash;
    Result<std::vector<PlayerId>> bots = co_await bots_among(match);
    if (!bots) co_return bots.error();
    started.bots = std::move(*bots);
    OutboxEvent event;
    event.topic = protocol::topic::game;
    event.event = {.id = new_id<EventId>(clock_, entropy_),
                   .type = std::string(protocol::event_type::match_started),
                   .source = id_,
                   .subject = match.id.value,
                   .traceparent = std::move(traceparent),
                   .time = match.created_at,
                   .data = protocol::encode(started)};
    std::vector<OutboxEvent> events;
    events.push_back(std::move(event));
    const MatchId id = match.id;
    Result<void> made = co_await matches_.make(std::move(match), std::move(tickets), std::move(events), store_by());
    if (!made && (made.error() == Errc::in_doubt || made.error() == Errc::timed_out)) {
        const Result<harvest::Match> read = co_await matches_.get(id, store_by());
        if (read) made = Result<void>{};
    }
    co_return made;
}

// Blocks made since the tickets came keep the two apart too. Errors: those of the stores.
AsyncResult<void> MatchDaemon::read_blocks(Seeker& left, Seeker& right)
{
    Result<std::vector<PlayerId>> by_left = co_await social_.blocks(left.player, store_by());
    if (!by_left) co_return by_left.error();
    Result<std::vector<PlayerId>> by_right = co_await social_.blocks(right.player, store_by());
    if (!by_right) co_return by_right.error();
    left.blocked = std::move(*by_left);
    right.blocked = std::move(*by_right);
    co_return Result<void>{};
}

Task<void> MatchDaemon::form(Seeker left, Seeker right)
{
    const Result<void> read = co_await read_blocks(left, right);
    if (!read || apart(left, right)) {
        if (read && !left.party.empty()) // a block made since they came together
            part(parties_.leads(left.player) ? right.player : left.player, protocol::party_reason::left);
        give_back(std::move(left));
        give_back(std::move(right));
        co_return;
    }
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle; // of its decks too
    const Result<MatchSeat> first = co_await make_seat(left, *rules, store_by());
    const Result<MatchSeat> second = co_await make_seat(right, *rules, store_by());
    if (!first || !second) {
        co_await unseat(std::move(left), first);
        co_await unseat(std::move(right), second);
        co_return;
    }
    harvest::Match match;
    match.id = new_id<MatchId>(clock_, entropy_);
    match.mode = left.mode;
    match.content_hash = rules->hash();
    match.created_at = clock_.now();
    match.seats[0] = *first;
    match.seats[1] = *second;
    std::array<TicketId, 2> tickets{left.ticket, right.ticket};
    placing_.insert(match.id); // nobody else of this slot takes it up meanwhile
    const Result<void> made = co_await make(match, std::move(tickets), left.traceparent);
    forming_.erase(left.ticket);
    forming_.erase(right.ticket);
    if (!made) {
        placing_.erase(match.id);
        // One of them is gone, or we do not know: the store's list tells which may go on waiting.
        suspect(std::move(left));
        suspect(std::move(right));
        co_return;
    }
    used_.insert(left.ticket);
    used_.insert(right.ticket);
    opponents_.met(left.player, right.player);
    figures_.formed.add();
    co_await place(std::move(match));
}

Task<void> MatchDaemon::form_with_bot(Seeker seeker)
{
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle;
    const Result<MatchSeat> first = co_await make_seat(seeker, *rules, store_by());
    if (!first) {
        co_await unseat(std::move(seeker), first);
        co_return;
    }
    const Result<MatchSeat> bot = co_await house_bot(*rules);
    if (!bot) {
        give_back(std::move(seeker));
        co_return;
    }
    harvest::Match match;
    match.id = new_id<MatchId>(clock_, entropy_);
    match.mode = seeker.mode;
    match.content_hash = rules->hash();
    match.created_at = clock_.now();
    match.seats[0] = *first;
    match.seats[1] = *bot;
    std::array<TicketId, 2> tickets{seeker.ticket, TicketId{}};
    placing_.insert(match.id);
    const Result<void> made = co_await make(match, std::move(tickets), seeker.traceparent);
    forming_.erase(seeker.ticket);
    if (!made) {
        placing_.erase(match.id);
        suspect(std::move(seeker));
        co_return;
    }
    used_.insert(seeker.ticket);
    figures_.formed_with_bot.add();
    co_await place(std::move(match));
}

// The next bot of the house, its account made when there is none yet, with one of the starter decks. A bot may sit at
// many tables at once. Errors: resource_exhausted (others have all those names), those of the stores.
AsyncResult<MatchSeat> MatchDaemon::house_bot(const game::battle::Content& rules)
{
    for (std::int64_t tried = 0; tried < config_.bot_accounts; ++tried) {
        const std::int64_t number = next_bot_;
        next_bot_ = (next_bot_ + 1) % config_.bot_accounts;
        const std::string name = fmt::format("bot-{:04}", number + 1);
        if (!bots_.contains(number)) {
            Result<Account> account = co_await accounts_.find_by_name(name, store_by());
            if (!account && account.error() == Errc::not_found) {
                NewAccount fresh;
                fresh.account.id = new_id<PlayerId>(clock_, entropy_);
                fresh.account.name = name;
                fresh.account.created_at = clock_.now();
                fresh.account.bot = true;
                Account made = fresh.account;
                const Result<void> created = co_await accounts_.create(std::move(fresh), store_by());
                if (!created) co_return created.error();
                account = std::move(made);
            }
            if (!account) co_return account.error();
            // Somebody who signs in has that name.
            if (!account->bot || account->device_secret || !account->password_hash.empty()) continue;
            bots_[number] = account->id;
        }
        const std::vector<game::battle::StarterDeck>& starters = rules.starters();
        if (starters.empty()) co_return Errc::failed_precondition;
        const game::battle::StarterDeck& starter = starters[static_cast<std::size_t>(number) % starters.size()];
        MatchSeat seat;
        seat.player = bots_[number];
        seat.name = name;
        seat.farmer = rules.farmers()[starter.farmer].id;
        seat.cards = game::battle::card_ids(rules, starter.cards);
        seat.bot = config_.bot;
        co_return seat;
    }
    co_return Errc::resource_exhausted;
}

} // namespace harvest::match
