#include "daemons/match/match.hpp"

#include "common/base/log.hpp"
#include "common/runtime/counted.hpp"
#include "daemons/match/simulation.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

constexpr Millis watch_every = 1s, fresh = 5s, season_every = 10s;
constexpr std::size_t homeless_at_once = 100;

PartyRules party_rules_of(const Config& config)
{
    PartyRules rules;
    rules.parties = static_cast<std::size_t>(config.max_parties);
    rules.idle = config.party_idle;
    rules.away = config.party_away;
    return rules;
}

} // namespace

MatchDaemon::MatchDaemon(Config config, std::string id, Executor executor, Rpc& rpc, EventLog& log, Matches& matches,
                         Decks& decks, Ledger& ledger, Accounts& accounts, Social& social, Presence& presence,
                         Allocator& allocator, Seasons& seasons, Tournaments& tournaments, Leases& leases,
                         GameContents& contents, Clock& clock, Entropy& entropy, telemetry::Metrics& metrics)
    : config_(std::move(config)),
      id_(std::move(id)),
      executor_(std::move(executor)),
      rpc_(rpc),
      log_(log),
      matches_(matches),
      decks_(decks),
      ledger_(ledger),
      accounts_(accounts),
      social_(social),
      presence_(presence),
      allocator_(allocator),
      tournaments_(tournaments),
      leases_(leases),
      contents_(contents),
      clock_(clock),
      entropy_(entropy),
      season_roll_({}, id_, contents, seasons, leases, clock, entropy),
      holder_(id_ + '@' + new_id<EventId>(clock, entropy).value),
      queue_(rules_of(config_)),
      parties_(party_rules_of(config_)),
      stopping_(executor_),
      tasks_(executor_)
{
    const telemetry::Labels slot{{"slot", id_}};
    figures_.tickets = metrics.gauge("harvest_match_tickets", "Tickets that wait.", slot);
    figures_.rating_gap =
        metrics.gauge("harvest_match_rating_gap", "Mean rating points between paired players, last cycle.", slot);
    figures_.parties = metrics.gauge("harvest_match_parties", "Parties.", slot);
    figures_.wait = metrics.histogram("harvest_match_wait_seconds", "Time from queueing to a pairing.", slot);
    figures_.formed = metrics.counter("harvest_match_formed_total", "Matches made.", {{"slot", id_}, {"bot", "no"}});
    figures_.formed_with_bot =
        metrics.counter("harvest_match_formed_total", "Matches made.", {{"slot", id_}, {"bot", "yes"}});
    figures_.allocation_failures =
        metrics.counter("harvest_match_allocation_failures_total", "Allocations that gave no instance.", slot);
}

MatchDaemon::~MatchDaemon() = default;

Task<void> MatchDaemon::run()
{
    // Before the first ticket, so that no expulsion is missed.
    std::shared_ptr<EventReader> reader = read_expulsions(log_);
    std::weak_ptr<bool> alive = alive_;
    rpc_.serve("match", id_, executor_, [this, alive](RpcRequest request) -> AsyncResult<std::string> {
        if (alive.expired()) co_return Errc::unavailable;
        co_return co_await answer_call(std::move(request));
    });
    tasks_.keep(clock_, "follow_expulsions", [this, reader] {
        return follow_expulsions(reader, clock_, [this](const Expulsion& each) { handle_expulsion(each); });
    });
    tasks_.keep(clock_, "keep_true", [this] { return keep_true(); });
    tasks_.keep(clock_, "cycle", [this] { return cycle(); });
    tasks_.keep(clock_, "watch_over", [this] { return watch_over(); });
    tasks_.keep(clock_, "tend_parties", [this] { return tend_parties(); });
    tasks_.keep(clock_, "keep_seasons", [this] { return keep_seasons(); });
    tasks_.keep(clock_, "tend_rematches", [this] { return tend_rematches(); });
    tasks_.keep(clock_, "keep_tournaments", [this] { return keep_tournaments(); });
    while (!stopped_) {
        const Result<void> rung = co_await stopping_.wait();
        if (!rung) break;
    }
    ready_ = false;
    rpc_.withdraw("match", id_);
    // What is being made or placed may end; what does not is found by ownerless() later.
    const Deadline by = clock_.after(config_.store_timeout);
    while ((!forming_.empty() || !placing_.empty()) && clock_.monotonic() < by.at)
        (void)co_await clock_.sleep_until(clock_.after(20ms));
    while (calls_ > 0) { // each ends by its own deadline
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(20ms));
        if (!slept) break;
    }
    alive_.reset();
    tasks_.cancel();
    co_await tasks_.join();
    if (!referee_lease_) co_return;
    Lease held = *referee_lease_;
    (void)co_await leases_.release(std::move(held), store_by()); // else it runs out by itself
}

void MatchDaemon::stop()
{
    stopped_ = true;
    stopping_.ring();
}

void MatchDaemon::configure(const Config& config)
{
    config_ = config;
    queue_.follow(rules_of(config_));
}

// Pairs what should play now, and hands bots to those who have waited long enough.
Task<void> MatchDaemon::cycle()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(config_.cycle));
        if (!slept) co_return;
        if (stopped_ || !ready_) continue;
        const Millis now = clock_.monotonic();
        const auto limit = static_cast<std::size_t>(config_.max_forming);
        std::size_t room = limit - std::min(limit, forming_.size());
        double gap = 0;
        std::vector<std::pair<Seeker, Seeker>> pairs = queue_.take_pairs(now, room);
        for (auto& [left, right] : pairs) {
            gap += std::abs(left.rating - right.rating) / static_cast<double>(pairs.size());
            figures_.wait.observe(static_cast<double>((now - left.since).count()) / 1000);
            figures_.wait.observe(static_cast<double>((now - right.since).count()) / 1000);
            forming_.insert(left.ticket);
            forming_.insert(right.ticket);
            tasks_.spawn([this, one = std::move(left), other = std::move(right)] { return form(one, other); });
        }
        if (!pairs.empty()) figures_.rating_gap.set(gap);
        room -= std::min(room, pairs.size());
        drop_old_challenges();
        for (auto& [left, right] : queue_.take_challenges(room)) {
            --room;
            forming_.insert(left.ticket);
            forming_.insert(right.ticket);
            tasks_.spawn([this, one = std::move(left), other = std::move(right)] { return form(one, other); });
        }
        for (const std::string& mode : config_.bot_modes) {
            for (Seeker& seeker : queue_.take_lonely(mode, now, config_.bot_after, room)) {
                --room;
                figures_.wait.observe(static_cast<double>((now - seeker.since).count()) / 1000);
                forming_.insert(seeker.ticket);
                tasks_.spawn([this, seeker = std::move(seeker)] { return form_with_bot(seeker); });
            }
        }
        figures_.tickets.set(static_cast<double>(queue_.size()));
        figures_.parties.set(static_cast<double>(parties_.size()));
    }
}

// Matches that no instance owns, after a crash of it or of ours, are placed again.
Task<void> MatchDaemon::watch_over()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(watch_every));
        if (!slept) co_return;
        if (stopped_) continue;
        const Millis now = clock_.now();
        Result<std::vector<harvest::Match>> homeless = co_await matches_.ownerless(now, homeless_at_once, store_by());
        if (!homeless && homeless.error() == Errc::canceled) co_return;
        if (!homeless) continue;
        std::erase_if(homeless_since_, [&](const auto& entry) {
            const auto same = [&](const harvest::Match& match) { return match.id == entry.first; };
            return std::none_of(homeless->begin(), homeless->end(), same);
        });
        for (harvest::Match& match : *homeless) {
            const bool somebody_places_it = match.instance.empty() && now - match.created_at < fresh;
            if (somebody_places_it || placing_.contains(match.id)) continue;
            if (placing_.size() >= static_cast<std::size_t>(config_.max_forming)) break;
            placing_.insert(match.id);
            tasks_.spawn([this, match = std::move(match)] { return place(match); });
        }
        for (const std::set<MatchId>* asked_for : {&awaited_, &aborting_})
            for (const MatchId& id : *asked_for)
                if (placing_.insert(id).second) tasks_.spawn([this, id] { return place_again(id); });
    }
}

// Takes up tickets that only the store knows (ours before a crash, or of a slot that is gone), and forgets those that
// it no longer has.
Task<void> MatchDaemon::keep_true()
{
    for (;;) {
        const Result<void> done = co_await reconcile();
        if (!done && done.error() == Errc::canceled) co_return;
        if (done) ready_ = !stopped_;
        const Millis until = clock_.monotonic() + (done ? config_.reconcile_every : Millis{500ms});
        while (clock_.monotonic() < until) {
            const Result<void> slept = co_await clock_.sleep_until(clock_.after(500ms));
            if (!slept) co_return;
            if (!suspects_.empty()) break;
        }
    }
}

// A season that is over ends within seconds, whenever its end was missed or cut off.
Task<void> MatchDaemon::keep_seasons()
{
    for (;;) {
        const Result<void> done = co_await season_roll_.catch_up();
        if (!done && done.error() == Errc::canceled) co_return;
        if (!done && done.error() != Errc::conflict)
            log::warn("the season cannot be looked after", {{"error.message", done.error().message()}});
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(season_every));
        if (!slept) co_return;
    }
}

AsyncResult<std::string> MatchDaemon::answer_call(RpcRequest request)
{
    const Counted counted(calls_);
    if (request.method == "queue")
        co_return co_await handle_queue(std::move(request.body), std::move(request.traceparent), request.by);
    if (request.method == "cancel") co_return co_await handle_cancel(std::move(request.body), request.by);
    if (request.method == "status") co_return co_await handle_status(std::move(request.body), request.by);
    if (request.method == "rematch") co_return co_await handle_rematch(std::move(request.body), request.by);
    if (request.method == "absent") co_return co_await handle_absent(std::move(request.body), request.by);
    if (request.method == "explain") co_return handle_explain(request.body);
    if (request.method.starts_with("party.")) co_return co_await answer_party(std::move(request));
    if (request.method.starts_with("tournament.")) co_return co_await answer_tournament(std::move(request));
    if (request.method == "watch") co_return co_await handle_watch(std::move(request.body), request.by);
    co_return Errc::not_found;
}

std::map<std::string, std::int64_t> MatchDaemon::load() const
{
    return {{"tickets", static_cast<std::int64_t>(queue_.size())},
            {"forming", static_cast<std::int64_t>(forming_.size())},
            {"placing", static_cast<std::int64_t>(placing_.size())}};
}

} // namespace harvest::match
