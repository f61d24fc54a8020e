#include "daemons/instance/instance.hpp"

#include "common/base/log.hpp"

#include <stdexcept>

namespace harvest::instance {

// Tells the desk what one of our listeners hears.
class Instance::Door final : public LinkEvents {
public:
    Door(Desk& desk, ClientLink& link) : desk_(desk), link_(link) {}
    void opened(const LinkInfo& info) override { desk_.opened(link_, info); }
    void message(LinkId link, std::string_view bytes) override { desk_.message(link, bytes); }
    void closed(LinkId link, CloseReason) override { desk_.closed(link); }

private:
    Desk& desk_;
    ClientLink& link_;
};

Instance::Instance(Config config, std::string id, Executor executor, Doors doors, GameContents& contents, Rpc& rpc,
                   EventLog& log, Matches& matches, Farms& farms, Market& market, Crafting& crafting,
                   Accounts& accounts, TokenVerifier& verifier, Sealer& sealer, RateLimit& limits, Presence& presence,
                   Clock& clock, Entropy& entropy, telemetry::Metrics& metrics, telemetry::Spans& spans)
    : config_(std::move(config)),
      id_(std::move(id)),
      executor_(executor),
      doors_(std::move(doors)),
      contents_(contents),
      rpc_(rpc),
      log_(log),
      matches_(matches),
      accounts_(accounts),
      sealer_(sealer),
      verifier_(verifier),
      presence_(presence),
      clock_(clock),
      entropy_(entropy),
      matches_held_(metrics.gauge("harvest_instance_matches", "Matches held.", {{"slot", id_}})),
      matches_free_(metrics.gauge("harvest_instance_free_matches", "Matches that could be taken.", {{"slot", id_}})),
      ended_(metrics.counter("harvest_instance_ended_total", "Matches settled.", {{"slot", id_}})),
      hash_mismatches_(metrics.counter("harvest_instance_hash_mismatches_total",
                                       "Battle logs whose replay differed from their hashes.", {{"slot", id_}})),
      fence_rejects_(metrics.counter("harvest_instance_fence_rejects_total",
                                     "Matches dropped because their lease was another's.", {{"slot", id_}})),
      settle_seconds_(metrics.histogram("harvest_instance_settle_duration_seconds",
                                        "From the last command to the result on disk.", {{"slot", id_}})),
      desk_(config_, id_, tables_, bars_, verifier, limits, clock, entropy, spans,
            metrics.histogram("harvest_instance_command_duration_seconds", "Work on one battle command.",
                              {{"slot", id_}}),
            {[this](Table& table, Effects effects) { touched(table, std::move(effects)); },
             [this] { keys_wanted_.ring(); }}),
      farm_desk_(id_, contents, farms, clock, entropy),
      market_desk_(id_, contents, market, accounts, clock, entropy),
      craft_desk_(id_, contents, crafting, clock, entropy),
      stopped_(executor),
      keys_wanted_(executor),
      tasks_(executor)
{
}

Instance::~Instance() = default;

std::vector<Endpoint> Instance::endpoints() const
{
    std::vector<Endpoint> out;
    for (const auto& link : doors_.links) {
        const bool tcp = link->transport() == "wss";
        const std::uint16_t told = tcp ? config_.advertise.tcp : config_.advertise.udp;
        out.push_back(
            {std::string(link->transport()), config_.advertise.host, told ? told : link->port(), doors_.fingerprint});
    }
    return out;
}

std::map<std::string, std::int64_t> Instance::load() const
{
    const auto held = static_cast<std::int64_t>(tables_.unsettled());
    return {{"matches", held},
            {"free", std::max<std::int64_t>(0, config_.max_matches - held)},
            {"links", static_cast<std::int64_t>(desk_.links())},
            {"unwritten", static_cast<std::int64_t>(tables_.unwritten())}};
}

Task<bool> Instance::pause(Millis length)
{
    const Result<void> slept = co_await clock_.sleep_until(clock_.after(length));
    co_return slept.has_value();
}

Task<void> Instance::run()
{
    // Before the first match, so that no expulsion is missed.
    std::shared_ptr<EventReader> reader = read_expulsions(log_);
    for (const auto& link : doors_.links) {
        events_.push_back(std::make_unique<Door>(desk_, *link));
        if (const Result<void> listening = link->listen(*events_.back()); !listening)
            throw boost::system::system_error(listening.error(),
                                              "instance cannot listen on " + std::string(link->transport()));
    }
    tasks_.keep(clock_, "follow_expulsions", [this, reader] {
        return follow_expulsions(reader, clock_, [this](const Expulsion& each) { handle_expulsion(each); });
    });
    tasks_.keep(clock_, "tick_loop", [this] { return tick_loop(); });
    tasks_.keep(clock_, "renew_loop", [this] { return renew_loop(); });
    tasks_.keep(clock_, "announce_loop", [this] { return announce_loop(); });
    tasks_.keep(clock_, "keys_loop", [this] { return keys_loop(); });
    tasks_.keep(clock_, "ripe_loop", [this] { return ripe_loop(); });
    tasks_.keep(clock_, "market_loop", [this] { return market_loop(); });
    tasks_.keep(clock_, "order_notice_loop", [this] { return order_notice_loop(); });
    tasks_.keep(clock_, "absent_loop", [this] { return absent_loop(); });
    rpc_.serve("instance", id_, executor_, [this](RpcRequest request) { return serve(std::move(request)); });
    ready_ = true;
    tasks_.spawn([this] { return recover(); });
    tasks_.spawn([this] { return look_back_for_expulsions(); });
    (void)co_await stopped_.wait();
    co_await drain();
    co_await shut();
}

void Instance::stop()
{
    stopping_ = true;
    stopped_.ring();
}

// Matches end by themselves until the deadline; what is left goes on elsewhere from its log.
Task<void> Instance::drain()
{
    stopping_ = true;
    rpc_.withdraw("instance", id_);
    const Deadline until = clock_.after(config_.drain);
    while (tables_.unsettled() > 0 && clock_.monotonic() < until.at)
        if (!co_await pause(50ms)) break;
    const Deadline flushed = clock_.after(config_.store_timeout);
    while (tables_.unwritten() > 0 && clock_.monotonic() < flushed.at)
        if (!co_await pause(10ms)) break;
    if (const std::size_t left = tables_.unsettled(); left > 0)
        log::warn("instance stops with matches unfinished: they go on from their battle logs", {{"matches", left}});
}

Task<void> Instance::shut()
{
    tasks_.cancel();
    co_await tasks_.join();
    while (calls_ > 0)
        if (!co_await pause(10ms)) break;
    for (Table* table : tables_.all()) desk_.clear(*table, !table->settled);
    for (const auto& link : doors_.links) co_await link->stop();
    for (Table* table : tables_.all()) tables_.remove(table->room.match().id);
}

Table* Instance::own(const MatchId& match, std::int64_t epoch)
{
    Table* table = tables_.find(match);
    return table && table->room.match().epoch == epoch ? table : nullptr;
}

// After each input to a room: tell the seats, then start what its new state asks for.
void Instance::touched(Table& table, Effects effects)
{
    desk_.deliver(table, effects);
    desk_.show(table);
    tables_.changed(table);
    if (table.room.phase() == RoomPhase::dealing && !table.dealing) {
        table.dealing = true;
        spawn_deal(table);
    }
    if (table.room.phase() == RoomPhase::over && !table.room.log_due() && !table.settling) {
        table.settling = true;
        spawn_settle(table);
    }
    if (table.room.phase() == RoomPhase::abandoned && !table.settling) {
        table.settling = true;
        auto job = [this, id = table.room.match().id, epoch = table.room.match().epoch] { return abandon(id, epoch); };
        tasks_.spawn(std::move(job));
    }
}

void Instance::spawn_deal(const Table& table)
{
    auto job = [this, id = table.room.match().id, epoch = table.room.match().epoch] { return deal(id, epoch); };
    tasks_.spawn(std::move(job));
}

void Instance::spawn_settle(const Table& table)
{
    auto job = [this, id = table.room.match().id, epoch = table.room.match().epoch] { return settle(id, epoch); };
    tasks_.spawn(std::move(job));
}

void Instance::spawn_log(const MatchId& match)
{
    const Table* table = tables_.find(match);
    if (!table) return;
    auto job = [this, id = match, epoch = table->room.match().epoch] { return write_log(id, epoch); };
    tasks_.spawn(std::move(job));
}

// The lease is another's: nothing of ours may count any more.
void Instance::fence(const MatchId& match)
{
    Table* table = tables_.find(match);
    if (!table) return;
    fence_rejects_.add();
    log::warn("match lost: its lease is another's", {{"match", match.value}});
    desk_.clear(*table, true);
    tables_.remove(match);
}

void Instance::tick()
{
    const Millis now = clock_.monotonic();
    for (Table* table : tables_.due(now)) {
        if (table->leave_at <= now) {
            desk_.clear(*table, false);
            tables_.remove(table->room.match().id);
            continue;
        }
        if (desk_.stands_still(*table)) continue;
        const MatchId match = table->room.match().id;
        try {
            desk_.release(*table); // what waited for the tails of others
            table = tables_.find(match);
            if (!table) continue;
            Effects effects;
            table->room.tick(now, effects);
            touched(*table, std::move(effects));
        }
        catch (const std::exception& failure) { // the others go on; this one is taken up anew from its log
            log::error("a match is let go by an exception",
                       {{"match", match.value}, {"error.message", failure.what()}});
            if (Table* left = tables_.find(match)) desk_.clear(*left, true);
            tables_.remove(match);
        }
    }
    for (const MatchId& match : tables_.take_unwritten()) spawn_log(match);
    desk_.sweep();
}

Task<void> Instance::tick_loop()
{
    for (bool go_on = true; go_on; go_on = co_await pause(config_.log_every)) tick();
}

} // namespace harvest::instance
