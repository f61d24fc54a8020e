// Running tournaments, a step at a time and under a lease: what is done is in the store with the step that does it, so
// that another process goes on wherever this one stops.
#include "common/base/log.hpp"
#include "daemons/match/errc.hpp"
#include "daemons/match/match.hpp"
#include "daemons/match/tournament_steps.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace harvest::match {
namespace {

constexpr Millis referee_every = 1s, lease_length = 10s, seat_look_within = 1s;
// Connection servers renew presence every 25 s (connsrv.presence_renew): who is not back by then is away.
constexpr Millis presence_settles = 30s;
constexpr std::size_t tournaments_a_page = 100, tables_a_step = 16;

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
    Result<void> worst;
    std::string after;
    for (;;) {
        TournamentFilter filter;
        filter.state = protocol::TournamentState::running;
        filter.after = after;
        filter.limit = tournaments_a_page;
        const Result<std::vector<Tournament>> page = co_await tournaments_.list(std::move(filter), store_by());
        if (!page) co_return page.error();
        for (const Tournament& each : *page) {
            const Result<void> held = co_await hold_referee_lease();
            if (!held) co_return held.error();
            TournamentId id = each.id;
            Result<void> done;
            try {
                done = co_await tend_tournament(std::move(id));
            }
            catch (const std::out_of_range& damage) { // its row contradicts itself
                if (damaged_.insert(each.id).second)
                    log::error("a tournament is damaged and stands still",
                               {{"labels.tournament", each.id.value}, {"error.message", damage.what()}});
                continue;
            }
            damaged_.erase(each.id);
            if (!done) worst = done;
        }
        if (page->size() < tournaments_a_page) co_return worst;
        after = page->back().id.value;
    }
}

// Asks nobody as long as half of the lease is left.
AsyncResult<void> MatchDaemon::hold_referee_lease()
{
    const Millis now = clock_.now();
    if (referee_lease_ && now < referee_lease_->until - lease_length / 2) co_return Result<void>{};
    const bool unbroken = referee_lease_ && now < referee_lease_->until;
    if (!unbroken) away_since_.clear(); // nobody has watched meanwhile
    if (referee_lease_) {
        const Result<void> renewed = co_await renew_referee_lease();
        if (renewed || renewed.error() != Errc::conflict) co_return renewed;
        away_since_.clear();
    }
    Result<Lease> taken = co_await leases_.acquire("tournaments", holder_, lease_length, store_by());
    if (!taken) co_return taken.error();
    referee_lease_ = std::move(*taken);
    co_return Result<void>{};
}

// Without it afterwards if that fails.
AsyncResult<void> MatchDaemon::renew_referee_lease()
{
    Lease held = *referee_lease_;
    Result<Lease> renewed = co_await leases_.renew(std::move(held), lease_length, store_by());
    referee_lease_.reset();
    if (!renewed) co_return renewed.error();
    referee_lease_ = std::move(*renewed);
    co_return Result<void>{};
}

AsyncResult<void> MatchDaemon::tend_tournament(TournamentId id)
{
    Result<Tournament> tournament = co_await tournaments_.get(std::move(id), store_by());
    if (!tournament) co_return tournament.error();
    if (tournament->state != protocol::TournamentState::running) co_return Result<void>{};
    if (tournament->round == 0 || !game::tournament::is_open(field_of(*tournament)))
        co_return co_await next_round(*tournament);
    std::vector<TournamentPairing> changed;
    for (const TournamentPairing& pairing : tournament->pairings) {
        if (pairing.seats.outcome != game::tournament::Outcome::open) continue;
        const Result<void> held = co_await hold_referee_lease();
        if (!held) co_return held.error();
        const Result<TableVerdict> verdict = co_await look_at_table(*tournament, pairing);
        if (!verdict && verdict.error() == Errc::canceled) co_return verdict.error();
        if (!verdict) continue; // of the others no less can be decided
        if (verdict->action == TableAction::decided || verdict->action == TableAction::again)
            changed.push_back(settled_table(tournament->id, pairing, *verdict));
        if (changed.size() < tables_a_step) continue;
        const Result<void> done = co_await keep_tables(*tournament, changed);
        if (!done) co_return done.error();
    }
    co_return co_await keep_tables(*tournament, changed);
}

// None are left in `changed`.
AsyncResult<void> MatchDaemon::keep_tables(Tournament& tournament, std::vector<TournamentPairing>& changed)
{
    if (changed.empty()) co_return Result<void>{};
    TournamentStep step = tables_step(tournament, std::exchange(changed, {}), clock_.now());
    const Result<void> done = co_await advance(std::move(step));
    if (done) ++tournament.version;
    co_return done;
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
    if (done) // each round looks for its players anew
        for (const TournamentEntry& entry : tournament.entries) away_since_.erase(entry.player);
    if (done && over)
        log::info("a tournament ended", {{"event.action", "tournament.ended"}, {"tournament", tournament.id.value}});
    co_return done;
}

AsyncResult<void> MatchDaemon::advance(TournamentStep step)
{
    if (!referee_lease_) co_return Errc::conflict;
    Lease lease = *referee_lease_;
    const Result<void> done = co_await tournaments_.advance(std::move(lease), std::move(step), store_by());
    // The tournament has moved on, which is nothing to the others, or the lease is another's: this tells.
    if (!done && done.error() == Errc::conflict) (void)co_await renew_referee_lease();
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
    if (facts.match && facts.match->aborted_for == abort_nobody_came) {
        const Result<std::int64_t> unattended = co_await unattended_matches(tournament.id, pairing);
        if (!unattended) co_return unattended.error();
        facts.unattended = *unattended;
    }
    Result<MatchSeat> first = Errc::unavailable, second = Errc::unavailable;
    if (!facts.match) {
        first = co_await seat_of(tournament, pairing.seats.first, *rules);
        if (!first && !is_absence(first.error())) co_return first.error();
        second = co_await seat_of(tournament, pairing.seats.second, *rules);
        if (!second && !is_absence(second.error())) co_return second.error();
        facts.first_here = first.has_value();
        facts.second_here = second.has_value();
        facts.absence_is_sure = !perhaps_lost(pairing.seats.first) && !perhaps_lost(pairing.seats.second);
    }
    const TableVerdict verdict = judge_table(tournament, pairing, facts, clock_.now());
    if (verdict.action != TableAction::play) co_return verdict;
    const Result<void> open = co_await check_still_open(tournament.id, pairing);
    if (!open) co_return open.error();
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

// Errors: conflict (a judge, a drop or an end has come since the tournament was read), those of the store.
AsyncResult<void> MatchDaemon::check_still_open(TournamentId id, const TournamentPairing& pairing)
{
    const Result<Tournament> now = co_await tournaments_.get(std::move(id), store_by());
    if (!now) co_return now.error();
    if (now->state != protocol::TournamentState::running) co_return Errc::conflict;
    for (const TournamentPairing& each : now->pairings)
        if (each.seats == pairing.seats && each.attempts == pairing.attempts) co_return Result<void>{};
    co_return Errc::conflict;
}

// Those of a table that nobody came to.
AsyncResult<std::int64_t> MatchDaemon::unattended_matches(TournamentId id, TournamentPairing pairing)
{
    std::int64_t count = 0;
    for (const std::int64_t last = std::exchange(pairing.attempts, 0); pairing.attempts <= last; ++pairing.attempts) {
        const Result<harvest::Match> match = co_await matches_.get(match_of(id, pairing), store_by());
        if (!match && match.error() != Errc::not_found) co_return match.error();
        if (match && match->aborted_for == abort_nobody_came) ++count;
    }
    co_return count;
}

// Presence is empty when its store has begun anew, and unknown to a process that has: it fills by renewals.
bool MatchDaemon::perhaps_lost(const PlayerId& player) const
{
    const auto since = away_since_.find(player);
    return since != away_since_.end() && clock_.monotonic() - since->second < presence_settles;
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
    if (!here || !here->empty()) away_since_.erase(player);
    if (!here) co_return here.error();
    if (here->empty()) {
        away_since_.try_emplace(player, clock_.monotonic());
        co_return Errc::not_found;
    }
    const Result<void> idle = co_await is_idle(player, store_by());
    if (!idle) co_return idle.error();
    DeckId deck = entry->deck;
    co_return co_await tournament_seat(std::move(player), std::move(deck), rules, store_by());
}

// Errors: banned, no_such_deck, bad_deck, not_found (the account is gone), those of the stores.
AsyncResult<MatchSeat> MatchDaemon::tournament_seat(PlayerId player, DeckId deck, const game::battle::Content& rules,
                                                    Deadline by)
{
    const Result<Account> account = co_await accounts_.get(player, by);
    if (!account) co_return account.error();
    if (account->deleted_at != Millis{}) co_return Errc::not_found;
    Seeker seeker;
    seeker.player = std::move(player);
    seeker.deck = std::move(deck);
    seeker.mode = protocol::tournament_mode;
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
