// Running tournaments, a step at a time and under a lease: what is done is in the store with the step that does it, so
// that another process goes on wherever this one stops.
#include "common/base/log.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"
#include "daemons/match/tournament_steps.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

constexpr Millis referee_every = 1s, lease_length = 10s, seat_look_within = 1s;
constexpr std::size_t running_at_most = 100;

} // namespace

Task<void> MatchDaemon::keep_tournaments()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(referee_every));
        if (!slept) co_return;
        if (stopped_ || !ready_) continue;
        const Result<void> done = co_await tend_tournaments();
        if (!done && done.error() == Errc::canceled) co_return;
        if (!done && done.error() != Errc::conflict)
            log::warn("tournaments cannot be looked after", {{"error.message", done.error().message()}});
    }
}

// Errors: conflict (another process has the lease, or a tournament has moved on), those of the stores.
AsyncResult<void> MatchDaemon::tend_tournaments()
{
    TournamentFilter filter;
    filter.state = protocol::TournamentState::running;
    filter.limit = running_at_most;
    const Result<std::vector<Tournament>> running = co_await tournaments_.list(std::move(filter), store_by());
    if (!running) co_return running.error();
    if (running->empty()) co_return Result<void>{};
    const Result<void> held = co_await hold_referee_lease();
    if (!held) co_return held.error();
    Result<void> worst;
    for (const Tournament& each : *running) {
        TournamentId id = each.id;
        const Result<void> done = co_await tend_tournament(std::move(id));
        if (!done) worst = done;
    }
    co_return worst;
}

AsyncResult<void> MatchDaemon::hold_referee_lease()
{
    const Millis now = clock_.now();
    if (referee_lease_ && now < referee_lease_->until - lease_length / 2) co_return Result<void>{};
    if (referee_lease_) {
        Lease held = *referee_lease_;
        Result<Lease> renewed = co_await leases_.renew(std::move(held), lease_length, store_by());
        if (renewed) {
            referee_lease_ = std::move(*renewed);
            co_return Result<void>{};
        }
        referee_lease_.reset();
        if (renewed.error() != Errc::conflict) co_return renewed.error();
    }
    Result<Lease> taken = co_await leases_.acquire("tournaments", holder_, lease_length, store_by());
    if (!taken) co_return taken.error();
    referee_lease_ = std::move(*taken);
    co_return Result<void>{};
}

AsyncResult<void> MatchDaemon::tend_tournament(TournamentId id)
{
    const Result<Tournament> tournament = co_await tournaments_.get(std::move(id), store_by());
    if (!tournament) co_return tournament.error();
    if (tournament->state != protocol::TournamentState::running) co_return Result<void>{};
    if (tournament->round == 0 || !game::tournament::is_open(field_of(*tournament)))
        co_return co_await next_round(*tournament);
    std::vector<TournamentPairing> changed;
    for (const TournamentPairing& pairing : tournament->pairings) {
        if (pairing.seats.outcome != game::tournament::Outcome::open) continue;
        const Result<TableVerdict> verdict = co_await look_at_table(*tournament, pairing);
        if (!verdict && verdict.error() == Errc::canceled) co_return verdict.error();
        if (!verdict) continue; // of the others no less can be decided
        if (verdict->action == TableAction::decided || verdict->action == TableAction::again)
            changed.push_back(settled_table(tournament->id, pairing, *verdict));
    }
    if (changed.empty()) co_return Result<void>{};
    TournamentStep step = tables_step(*tournament, std::move(changed), clock_.now());
    co_return co_await advance(std::move(step));
}

AsyncResult<void> MatchDaemon::next_round(const Tournament& tournament)
{
    Ratings ratings;
    for (const TournamentEntry& entry : tournament.entries) {
        if (tournament.round > 0) break;
        const Result<Rating> rating = co_await matches_.rating(entry.player, "ranked", store_by());
        if (!rating) co_return rating.error();
        ratings[entry.player] = rating->rating;
    }
    TournamentStep step = next_step(tournament, ratings, id_, clock_.now());
    const bool over = step.state == protocol::TournamentState::ended;
    const Result<void> done = co_await advance(std::move(step));
    if (done && over)
        log::info("a tournament ended", {{"event.action", "tournament.ended"}, {"tournament", tournament.id.value}});
    co_return done;
}

AsyncResult<void> MatchDaemon::advance(TournamentStep step)
{
    if (!referee_lease_) co_return Errc::conflict;
    Lease lease = *referee_lease_;
    const Result<void> done = co_await tournaments_.advance(std::move(lease), std::move(step), store_by());
    if (!done && done.error() == Errc::conflict) referee_lease_.reset(); // perhaps it is another's: ask
    co_return done;
}

// Looks at the match of a table; where there is none yet and both are here, makes it.
AsyncResult<TableVerdict> MatchDaemon::look_at_table(const Tournament& tournament, const TournamentPairing& pairing)
{
    const std::shared_ptr<const game::battle::Content> rules = contents_.now()->battle;
    TableFacts facts;
    Result<harvest::Match> match = co_await matches_.get(match_of(tournament.id, pairing), store_by());
    if (!match && match.error() != Errc::not_found) co_return match.error();
    if (match) facts.match = std::move(*match);
    Result<MatchSeat> first = Errc::unavailable, second = Errc::unavailable;
    if (!facts.match) {
        first = co_await seat_of(tournament, pairing.seats.first, *rules);
        if (!first && !is_absence(first.error())) co_return first.error();
        second = co_await seat_of(tournament, pairing.seats.second, *rules);
        if (!second && !is_absence(second.error())) co_return second.error();
        facts.first_here = first.has_value();
        facts.second_here = second.has_value();
    }
    const TableVerdict verdict = judge_table(tournament, pairing, facts, clock_.now());
    if (verdict.action != TableAction::play) co_return verdict;
    harvest::Match made;
    made.id = match_of(tournament.id, pairing);
    made.mode = protocol::tournament_mode;
    made.content_hash = rules->hash();
    made.created_at = clock_.now();
    made.seats = {std::move(*first), std::move(*second)};
    const Result<void> played = co_await seat_at_table(std::move(made));
    if (!played) co_return played.error();
    co_return verdict;
}

// Nothing that fails is anybody's absence, but these.
bool MatchDaemon::is_absence(const Error& error)
{
    return error == Errc::not_found || error == MatchErrc::in_match || error == MatchErrc::already_queued ||
           error == MatchErrc::banned || error == MatchErrc::no_such_deck || error == MatchErrc::bad_deck;
}

// A player who is connected, free, and has the deck. Errors: is_absence(), those of the stores.
AsyncResult<MatchSeat> MatchDaemon::seat_of(const Tournament& tournament, PlayerId player,
                                            const game::battle::Content& rules)
{
    const auto entry = std::ranges::find(tournament.entries, player, &TournamentEntry::player);
    if (entry == tournament.entries.end()) co_return Errc::not_found;
    const Result<std::vector<PlayerPresence>> here = co_await presence_.find(player, clock_.after(seat_look_within));
    if (!here) co_return here.error();
    if (here->empty()) co_return Errc::not_found;
    const Result<void> idle = co_await is_idle(player, store_by());
    if (!idle) co_return idle.error();
    DeckId deck = entry->deck;
    co_return co_await tournament_seat(std::move(player), std::move(deck), rules, store_by());
}

// Errors: banned, no_such_deck, bad_deck, not_found (the account is gone), those of the stores.
AsyncResult<MatchSeat> MatchDaemon::tournament_seat(PlayerId player, DeckId deck, const game::battle::Content& rules,
                                                    Deadline by)
{
    const Result<void> admitted = co_await not_banned(player, std::string(protocol::tournament_mode), by);
    if (!admitted) co_return admitted.error();
    const Result<Account> account = co_await accounts_.get(player, by);
    if (!account) co_return account.error();
    if (account->deleted_at != Millis{}) co_return Errc::not_found;
    Seeker seeker;
    seeker.player = std::move(player);
    seeker.deck = std::move(deck);
    seeker.name = account->name;
    co_return co_await make_seat(seeker, rules, by);
}

// Once under its id: who else makes it meanwhile has made it for us.
AsyncResult<void> MatchDaemon::seat_at_table(harvest::Match match)
{
    std::array<TicketId, 2> nobody_waited;
    std::string no_trace;
    placing_.insert(match.id); // nobody else of this slot takes it up meanwhile
    const Result<void> made = co_await make(match, std::move(nobody_waited), std::move(no_trace));
    if (!made) placing_.erase(match.id);
    if (!made && made.error() == Errc::already_exists) co_return Result<void>{};
    if (!made) co_return made.error();
    for (const MatchSeat& seat : match.seats) leave_rematches(seat.player);
    opponents_.met(match.seats[0].player, match.seats[1].player);
    figures_.formed.add();
    tasks_.spawn([this, match = std::move(match)] { return place(match); });
    co_return Result<void>{};
}

} // namespace harvest::match
