// The instance's own coroutines: hosting, dealing, writing the log, settling, leases, presence, keys. After each wait
// the table is looked up again: it may be gone.
#include "common/base/log.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/runtime/counted.hpp"
#include "common/runtime/player_push.hpp"
#include "daemons/instance/instance.hpp"

namespace harvest::instance {
namespace {

constexpr std::size_t recover_page = 100;
constexpr Millis retry_first = 50ms, retry_longest = 2s, keys_every = 30s;

struct Underway {
    Underway(std::set<std::string, std::less<>>& all, std::string one) : all_(all), one_(std::move(one))
    {
        all_.insert(one_);
    }
    ~Underway() { all_.erase(one_); }
    Underway(const Underway&) = delete;
    Underway& operator=(const Underway&) = delete;
    std::set<std::string, std::less<>>& all_;
    std::string one_;
};

} // namespace

AsyncResult<std::string> Instance::serve(RpcRequest request)
{
    const Counted counted(calls_);
    if (FarmDesk::answers(request.method)) co_return co_await farm_desk_.serve(std::move(request));
    if (MarketDesk::answers(request.method)) co_return co_await market_desk_.serve(std::move(request));
    if (CraftDesk::answers(request.method)) co_return co_await craft_desk_.serve(std::move(request));
    if (request.method != "host") co_return Errc::not_found;
    const auto asked = protocol::decode<protocol::HostRequest>(request.body);
    if (!asked) co_return asked.error();
    const Result<void> hosted = co_await host(asked->match, request.by);
    if (!hosted) co_return hosted.error();
    protocol::HostReply reply;
    reply.instance = id_;
    for (const Endpoint& each : endpoints())
        reply.endpoints.push_back({each.transport, each.host, each.port, each.fingerprint});
    co_return protocol::encode(reply);
}

// Asked again for a match that it has, or is about to have, it says yes once the table is there.
AsyncResult<void> Instance::host(MatchId match, Deadline by)
{
    while (hosting_.contains(match.value)) {
        if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
        if (!co_await pause(10ms)) co_return Errc::canceled;
    }
    if (tables_.find(match)) co_return Result<void>{};
    if (stopping_ || !ready_) co_return Errc::unavailable;
    if (static_cast<std::int64_t>(tables_.unsettled() + hosting_.size()) >= config_.max_matches)
        co_return Errc::resource_exhausted;
    Result<std::unique_ptr<Table>> made = Errc::internal;
    {
        const Underway underway(hosting_, match.value);
        made = co_await handle_host(store(), sealer_, entropy_, contents_, config_, id_, match);
    }
    if (!made) {
        const Error why = made.error();
        if (classify(why) == Errc::data_loss) (void)co_await give_up(match, why);
        co_return why;
    }
    Table& table = tables_.add(std::move(*made));
    tasks_.spawn([this, match, epoch = table.room.match().epoch] { return judge_seats(match, epoch); });
    touched(table, {});
    co_return Result<void>{};
}

// Its log or seed is damaged: the players must not wait for it for ever. False if it is not known to be aborted.
Task<bool> Instance::give_up(const MatchId& match, const Error& why)
{
    hash_mismatches_.add();
    log::error("match cannot be rebuilt and is aborted", {{"match", match.value}, {"error.message", why.message()}});
    const Result<Match> found = co_await matches_.get(match, store().by());
    if (!found || found->instance != id_) co_return false;
    std::string reason(abort_log_damaged);
    const Result<void> aborted = co_await abort_match(store(), entropy_, id_, *found, std::move(reason));
    std::optional<bool> over = aborted.has_value();
    if (!*over) over = co_await was_aborted(match, abort_log_damaged);
    if (!over || !*over) co_return false;
    auto telling = [this, ended = *found] { return tell_aborted(ended, abort_log_damaged); };
    tasks_.spawn(std::move(telling));
    co_return true;
}

// Of an abort that went unheard: whether it was done; nothing if the store does not tell.
Task<std::optional<bool>> Instance::was_aborted(MatchId match, std::string_view reason)
{
    const Result<Match> now = co_await matches_.get(std::move(match), store().by());
    if (!now && now.error() != Errc::not_found) co_return std::nullopt;
    co_return now && now->aborted_for == reason;
}

Task<void> Instance::tell_aborted(Match match, std::string_view reason)
{
    const protocol::MatchAborted told{match.id, std::string(reason)};
    for (const MatchSeat& seat : match.seats) {
        if (!seat.bot.empty()) continue;
        std::string data = protocol::encode(told);
        co_await push_to_player(presence_, rpc_, clock_, seat.player, "match.aborted", std::move(data));
    }
}

Task<void> Instance::recover_one(MatchId match)
{
    const Result<void> hosted = co_await host(match, store().by());
    if (!hosted)
        log::warn("match of an earlier process cannot be taken up",
                  {{"match", match.value}, {"error.message", hosted.error().message()}});
}

// What an earlier process under our id was playing goes on at once, before its leases run out.
Task<void> Instance::recover()
{
    MatchFilter filter;
    filter.state = MatchState::playing;
    filter.limit = recover_page;
    for (;;) {
        const Result<std::vector<Match>> page = co_await matches_.list(filter, store().by());
        if (!page) {
            if (!co_await pause(retry_longest)) co_return;
            continue;
        }
        for (const Match& match : *page) {
            if (match.instance != id_) continue;
            auto job = [this, id = match.id] { return recover_one(id); };
            tasks_.spawn(std::move(job));
        }
        while (!hosting_.empty())
            if (!co_await pause(10ms)) co_return;
        if (page->size() < recover_page) co_return;
        filter.after = page->back().id.value;
    }
}

Task<void> Instance::deal(MatchId match, std::int64_t epoch)
{
    Millis wait = retry_first;
    for (;;) {
        Table* table = own(match, epoch);
        if (!table) co_return;
        const Written written = co_await store_nonces(store(), match, epoch, table->room.nonces());
        table = own(match, epoch);
        if (!table) co_return;
        if (written == Written::fenced) co_return fence(match);
        if (written == Written::yes) {
            Effects effects;
            if (const Result<void> dealt = table->room.deal(clock_.monotonic(), effects); !dealt) {
                table->settling = true; // its lease is no question any more
                const bool over = co_await give_up(match, dealt.error());
                table = own(match, epoch);
                if (!table) co_return;
                if (!over) co_return fence(match);
                desk_.clear(*table, false);
                co_return tables_.remove(match);
            }
            co_return touched(*table, std::move(effects));
        }
        if (!co_await pause(std::exchange(wait, std::min(2 * wait, retry_longest)))) co_return;
    }
}

Task<void> Instance::write_log(MatchId match, std::int64_t epoch)
{
    Millis wait = retry_first;
    // The same chunk until it is confirmed: a try in doubt may commit late, and must be known again.
    std::optional<protocol::BattleLogChunk> chunk;
    for (;;) {
        Table* table = own(match, epoch);
        if (!table) co_return;
        if (!table->room.log_due()) {
            table->writing = false;
            desk_.release(*table);
            table = own(match, epoch);
            if (table) touched(*table, {});
            co_return;
        }
        if (!chunk) chunk = table->room.tail();
        protocol::BattleLogChunk copy = *chunk;
        std::string traceparent = table->traceparent;
        const Written written =
            co_await append_log(store(), entropy_, id_, match, std::move(copy), std::move(traceparent));
        table = own(match, epoch);
        if (!table) co_return;
        if (written == Written::fenced) co_return fence(match);
        if (written == Written::failed) {
            if (!co_await pause(std::exchange(wait, std::min(2 * wait, retry_longest)))) co_return;
            continue;
        }
        wait = retry_first;
        table->room.confirm(*chunk);
        chunk.reset();
        tables_.changed(*table);
        desk_.release(*table);
        // What came meanwhile is a batch of its own.
        table = own(match, epoch);
        if (table && table->room.log_due() && table->room.phase() != RoomPhase::over)
            if (!co_await pause(config_.log_every)) co_return;
    }
}

Task<void> Instance::settle(MatchId match, std::int64_t epoch)
{
    const Millis began = clock_.monotonic();
    SettlementIds ids;
    for (auto& seat : ids.rewards)
        for (TransferId& id : seat) id = new_id<TransferId>(clock_, entropy_);
    ids.event = new_id<EventId>(clock_, entropy_);
    if (const Table* table = own(match, epoch)) ids.traceparent = table->traceparent;
    std::optional<Settling> settling; // the same as long as one in doubt may be there
    Millis wait = retry_first;
    for (;;) {
        Table* table = own(match, epoch);
        if (!table) co_return;
        const std::string seed = to_hex(table->room.server_seed());
        const Match played = table->room.match();
        const MatchResult result = table->room.result();
        const Written written =
            co_await settle_once(store(), played, result, seed, config_.rewards, ids, id_, settling);
        table = own(match, epoch);
        if (!table) co_return;
        if (written == Written::fenced) co_return fence(match);
        if (written == Written::yes) {
            table->settled = true;
            table->leave_at = clock_.monotonic() + config_.linger;
            ended_.add();
            settle_seconds_.observe(std::chrono::duration<double>(clock_.monotonic() - began).count());
            Effects effects;
            table->room.settled(settling->ends, effects);
            desk_.show_end(*table, settling->ends[0]);
            co_return touched(*table, std::move(effects));
        }
        if (!co_await pause(std::exchange(wait, std::min(2 * wait, retry_longest)))) co_return;
    }
}

// Nobody came to the table: the match ends without result.
Task<void> Instance::abandon(MatchId match, std::int64_t epoch)
{
    Millis wait = retry_first;
    for (;;) {
        const Table* table = own(match, epoch);
        if (!table) co_return;
        const Match made = table->room.match();
        std::string reason(abort_nobody_came);
        const Result<void> aborted = co_await abort_match(store(), entropy_, id_, made, std::move(reason));
        const bool done = aborted || aborted.error() == Errc::conflict || aborted.error() == Errc::not_found;
        std::optional<bool> ours = aborted.has_value();
        if (done && !aborted) ours = co_await was_aborted(match, abort_nobody_came);
        if (!own(match, epoch)) co_return;
        if (done && ours) {
            auto telling = [this, made] { return tell_aborted(made, abort_nobody_came); };
            if (*ours) {
                log::info("match aborted: nobody came", {{"match", match.value}});
                tasks_.spawn(std::move(telling));
            }
            desk_.clear(*own(match, epoch), false);
            co_return tables_.remove(match);
        }
        if (!co_await pause(std::exchange(wait, std::min(2 * wait, retry_longest)))) co_return;
    }
}

Task<void> Instance::renew_loop()
{
    Millis wait = config_.renew_every;
    while (co_await pause(wait)) {
        std::vector<std::pair<MatchId, std::int64_t>> held;
        for (const Table* table : tables_.all())
            if (!table->settled) held.emplace_back(table->room.match().id, table->room.match().epoch);
        if (held.empty()) continue;
        const Millis asked = clock_.monotonic();
        const Millis until = clock_.now() + config_.lease;
        const Result<std::vector<MatchId>> lost = co_await matches_.renew(id_, held, until, store().by());
        wait = lost ? config_.renew_every : std::min(config_.renew_every, 500ms);
        if (!lost) continue;
        const std::set<MatchId> gone(lost->begin(), lost->end());
        for (const auto& [match, epoch] : held) {
            Table* table = own(match, epoch);
            if (!table || table->settled) continue;
            // A match whose settlement is under way may be ended by our own transaction: that one decides.
            if (gone.contains(match)) {
                if (!table->settling) fence(match);
                continue;
            }
            table->lease_until = asked + config_.lease;
            desk_.release(*table);
        }
    }
}

Task<void> Instance::announce_loop()
{
    for (bool go_on = true; go_on; go_on = co_await pause(2s)) {
        DaemonPresence self;
        self.daemon = "instance";
        self.id = id_;
        self.state = stopping_ ? "draining" : "ready";
        self.load = load();
        const auto held = static_cast<double>(tables_.unsettled());
        matches_held_.set(held);
        matches_free_.set(static_cast<double>(config_.max_matches) - held);
        (void)co_await presence_.announce(std::move(self), 10s, store().by());
    }
}

// The public keys come from auth: at the start, and when a ticket names one that we lack, at most each 30 s.
Task<void> Instance::keys_loop()
{
    bool have = false;
    Millis fetched_at{};
    for (;;) {
        if (!have || clock_.monotonic() >= fetched_at + keys_every) {
            RpcRequest request;
            request.daemon = "auth";
            request.method = "jwks";
            request.body = "{}";
            request.by = store().by();
            const Result<std::string> keys = co_await rpc_.call(std::move(request));
            if (keys && verifier_.use_keys(*keys)) {
                have = true;
                fetched_at = clock_.monotonic();
            }
        }
        desk_.keys_fetched();
        if (have) {
            const Result<void> rung = co_await keys_wanted_.wait();
            if (!rung) co_return;
        } else if (!co_await pause(500ms)) {
            co_return;
        }
    }
}

} // namespace harvest::instance
