// Tickets between store and memory, and the seat that a ticket becomes.
#include "common/game/battle/deck.hpp"
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

constexpr std::string_view card_asset = "card.";

std::array<std::uint16_t, max_regions> latencies(const protocol::MatchPreferences& preferences,
                                                 const std::vector<std::string>& regions)
{
    std::array<std::uint16_t, max_regions> out{};
    if (!preferences.region_latency_ms) return out;
    for (std::size_t i = 0; i < std::min(regions.size(), max_regions); ++i) {
        const auto told = preferences.region_latency_ms->find(regions[i]);
        if (told == preferences.region_latency_ms->end()) continue;
        out[i] = static_cast<std::uint16_t>(std::clamp<std::int64_t>(told->second, 1, 10'000));
    }
    return out;
}

} // namespace

AsyncResult<Seeker> MatchDaemon::make_seeker(const MatchTicket& ticket, Deadline by)
{
    const Result<Rating> rating = co_await matches_.rating(ticket.player, ticket.mode, by);
    if (!rating) co_return rating.error();
    Result<std::vector<PlayerId>> blocks = co_await social_.blocks(ticket.player, by);
    if (!blocks) co_return blocks.error();
    const Result<Account> account = co_await accounts_.get(ticket.player, by);
    if (!account) co_return account.error();
    Seeker seeker;
    seeker.ticket = ticket.id;
    seeker.player = ticket.player;
    seeker.deck = ticket.deck;
    seeker.mode = ticket.mode;
    seeker.name = account->name;
    seeker.rating = static_cast<double>(rating->rating) / 1000;
    seeker.deviation = static_cast<double>(rating->deviation) / 1000;
    // Waiting is measured on the clock that does not jump.
    const Millis ahead = std::min(ticket.queued_at - clock_.now(), config_.walkout_delay_max);
    seeker.since = clock_.monotonic() + ahead;
    seeker.blocked = std::move(*blocks);
    seeker.recent = opponents_.of(ticket.player);
    const auto preferences =
        protocol::decode<protocol::MatchPreferences>(ticket.preferences, nullptr, protocol::Unknown::ignore);
    if (preferences) {
        seeker.bots = preferences->bots.value_or(true);
        seeker.latency_ms = latencies(*preferences, config_.regions);
        if (preferences->max_rating_gap)
            seeker.max_rating_gap =
                static_cast<double>(std::clamp<std::int64_t>(*preferences->max_rating_gap, 0, 10'000));
    }
    co_return seeker;
}

// The store has it no longer.
void MatchDaemon::forget(const TicketId& ticket)
{
    queue_.remove(ticket);
    suspects_.erase(ticket);
    used_.insert(ticket);
}

// It waits here, is on its way into a match, or was there until a moment ago.
bool MatchDaemon::is_ours(const TicketId& ticket) const
{
    return queue_.find(ticket) || suspects_.contains(ticket) || forming_.contains(ticket) || used_.contains(ticket);
}

// Perhaps the store has it no longer: reconcile() asks. `taken_back`: why we wanted it gone.
void MatchDaemon::suspect(Seeker seeker, std::string taken_back)
{
    TicketId ticket = seeker.ticket;
    suspects_.insert_or_assign(std::move(ticket), Suspect{std::move(seeker), std::move(taken_back)});
}

// The store has no such ticket. Whoever is not in a match by it learns so here. Errors: those of the store.
AsyncResult<void> MatchDaemon::clear_up(Suspect gone)
{
    const Result<harvest::Match> current = co_await matches_.current(gone.seeker.player, store_by());
    if (!current && current.error() != Errc::not_found) co_return current.error();
    if (suspects_.erase(gone.seeker.ticket) == 0 || current) co_return Result<void>{};
    auto telling = [this, gone = std::move(gone)] { return left_queue(gone.seeker, gone.taken_back); };
    tasks_.spawn(std::move(telling));
    co_return Result<void>{};
}

// Without a match. Its player is told the reason; without one it was their own wish.
Task<void> MatchDaemon::left_queue(Seeker seeker, std::string reason)
{
    const bool waited_for = !seeker.party.empty() && seeker.party == parties_.line_up(seeker.player);
    if (waited_for) party_happened(seeker.player, protocol::party_reason::not_ready);
    if (reason.empty()) co_return;
    const protocol::QueueCancelled told{seeker.ticket, std::move(reason)};
    std::string data = protocol::encode(told);
    co_await push(seeker.player, "match.cancelled", std::move(data));
}

// A ticket that waits here.
void MatchDaemon::send_away(TicketId ticket, std::string reason)
{
    std::optional<Seeker> seeker = queue_.remove(ticket);
    if (!seeker) return;
    forming_.insert(seeker->ticket);
    tasks_.spawn([this, seeker = std::move(*seeker), reason = std::move(reason)] { return take_back(seeker, reason); });
}

Task<void> MatchDaemon::take_back(Seeker seeker, std::string reason)
{
    const Result<void> gone = co_await matches_.unqueue(seeker.ticket, store_by());
    forming_.erase(seeker.ticket);
    if (!gone) { // where it was gone already, perhaps into a match
        suspect(std::move(seeker), std::move(reason));
        co_return;
    }
    used_.insert(seeker.ticket);
    co_await left_queue(std::move(seeker), std::move(reason));
}

AsyncResult<void> MatchDaemon::reconcile()
{
    const Millis begun = clock_.monotonic();
    used_.clear();
    std::map<TicketId, Suspect> asked = suspects_; // those that come meanwhile wait for the next time
    const Result<std::vector<MatchTicket>> stored = co_await matches_.queued(store_by());
    if (!stored) co_return stored.error();
    std::set<TicketId> known;
    for (const MatchTicket& ticket : *stored) {
        known.insert(ticket.id);
        if (const auto suspect = asked.find(ticket.id); suspect != asked.end()) {
            if (suspects_.erase(ticket.id) == 0) continue;
            queue_.add(std::move(suspect->second.seeker));
            if (!suspect->second.taken_back.empty()) send_away(ticket.id, suspect->second.taken_back);
            continue;
        }
        // A fresh one belongs to the slot that took it; at our start everything is taken up.
        const bool settled = !ready_ || clock_.now() - ticket.queued_at >= config_.reconcile_every;
        if (!settled || is_ours(ticket.id)) continue;
        Result<Seeker> seeker = co_await make_seeker(ticket, store_by());
        if (!seeker && seeker.error() == Errc::canceled) co_return seeker.error();
        if (!seeker) continue;
        if (!is_ours(ticket.id)) queue_.add(std::move(*seeker));
    }
    for (auto& [ticket, suspect] : asked) {
        if (known.contains(ticket)) continue;
        const Result<void> cleared = co_await clear_up(std::move(suspect));
        if (!cleared) co_return cleared.error();
    }
    for (const Seeker* seeker : queue_.all())
        if (seeker->since < begun - config_.store_timeout && !known.contains(seeker->ticket)) {
            const TicketId gone = seeker->ticket;
            queue_.remove(gone);
        }
    co_return Result<void>{};
}

// Errors: banned, those of the store.
AsyncResult<void> MatchDaemon::not_banned(PlayerId player, std::string mode, Deadline by)
{
    const Result<std::vector<Sanction>> sanctions = co_await accounts_.sanctions(player, clock_.now(), by);
    if (!sanctions) co_return sanctions.error();
    for (const Sanction& sanction : *sanctions)
        if (sanction.bans_from(mode)) co_return MatchErrc::banned;
    co_return Result<void>{};
}

// Are the seat's farmer and cards a legal deck of what its player owns? Errors: bad_deck, those of the store.
AsyncResult<void> MatchDaemon::check_cards(MatchSeat seat, const game::battle::Content& rules, Deadline by)
{
    const Result<std::vector<Balance>> balances = co_await ledger_.balances(player_account(seat.player), by);
    if (!balances) co_return balances.error();
    game::battle::Collection owned;
    for (const Balance& balance : *balances)
        if (balance.asset.starts_with(card_asset)) owned[balance.asset.substr(card_asset.size())] = balance.amount;
    if (!game::battle::deck_faults(rules, seat.farmer, seat.cards, &owned).empty()) co_return MatchErrc::bad_deck;
    co_return Result<void>{};
}

// The player and the deck as they are now, if they may play. Errors: banned, no_such_deck, bad_deck, those of the
// stores.
AsyncResult<MatchSeat> MatchDaemon::make_seat(const Seeker& seeker, const game::battle::Content& rules, Deadline by)
{
    const Result<void> admitted = co_await not_banned(seeker.player, seeker.mode, by);
    if (!admitted) co_return admitted.error();
    Result<Deck> deck = co_await decks_.get(seeker.player, seeker.deck, by);
    if (!deck && deck.error() == Errc::not_found) co_return MatchErrc::no_such_deck;
    if (!deck) co_return deck.error();
    MatchSeat seat;
    seat.player = seeker.player;
    seat.name = seeker.name;
    seat.farmer = std::move(deck->farmer);
    seat.cards = std::move(deck->cards);
    const Result<void> playable = co_await check_cards(seat, rules, by);
    if (!playable) co_return playable.error();
    co_return seat;
}

} // namespace harvest::match
