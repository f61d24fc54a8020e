// Holds matches: claims them, seats the players that come with a ticket, runs the rules, logs every command, settles.
// A match lives here under a lease with an epoch; what this daemon loses is rebuilt elsewhere from the battle log.
#pragma once

#include "common/ports/allocator.hpp"
#include "common/ports/event_log.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/rpc.hpp"
#include "common/runtime/expulsions.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "daemons/daemon.hpp"
#include "daemons/instance/craft_desk.hpp"
#include "daemons/instance/desk.hpp"
#include "daemons/instance/farm_desk.hpp"
#include "daemons/instance/handlers.hpp"
#include "daemons/instance/market_desk.hpp"

#include <optional>
#include <set>

namespace harvest::instance {

// Where clients come in. The links are this daemon's own; `fingerprint` is hex SHA-256 of their certificate.
struct Doors {
    std::vector<std::unique_ptr<ClientLink>> links;
    std::string fingerprint;
};

class Instance final : public Daemon {
public:
    // `id` ("instance-0") is what tickets and leases name.
    Instance(Config config, std::string id, Executor executor, Doors doors, GameContents& contents, Rpc& rpc,
             EventLog& log, Matches& matches, Farms& farms, Market& market, Crafting& crafting, Accounts& accounts,
             TokenVerifier& verifier, Sealer& sealer, RateLimit& limits, Presence& presence, Clock& clock,
             Entropy& entropy, telemetry::Metrics& metrics, telemetry::Spans& spans);
    ~Instance() override;

    std::string_view name() const override { return "instance"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_ && !stopping_; }
    std::map<std::string, std::int64_t> load() const override;
    // Takes what may change while it runs. On its own loop.
    void configure(const Config& config) { config_ = config; }
    std::vector<Endpoint> endpoints() const;

private:
    class Door;

    AsyncResult<std::string> serve(RpcRequest request);
    AsyncResult<void> host(MatchId match, Deadline by);
    Task<bool> give_up(const MatchId& match, const Error& why);
    Task<std::optional<bool>> was_aborted(MatchId match, std::string_view reason);
    Task<void> tell_aborted(Match match, std::string_view reason);
    void touched(Table& table, Effects effects);
    void spawn_deal(const Table& table);
    void spawn_log(const MatchId& match);
    void spawn_settle(const Table& table);
    Task<void> deal(MatchId match, std::int64_t epoch);
    Task<void> write_log(MatchId match, std::int64_t epoch);
    Task<void> settle(MatchId match, std::int64_t epoch);
    Task<void> abandon(MatchId match, std::int64_t epoch);
    void fence(const MatchId& match);
    void handle_expulsion(const Expulsion& expulsion);
    Task<void> look_back_for_expulsions();
    Task<void> judge_seats(MatchId match, std::int64_t epoch, Millis told_at = {});
    void expel(const MatchId& match, std::int64_t epoch, SeatIndex seat);
    Table* own(const MatchId& match, std::int64_t epoch); // null if it was lost meanwhile

    Task<void> recover();
    Task<void> recover_one(MatchId match);
    Task<void> tick_loop();
    void tick();
    Task<void> renew_loop();
    Task<void> announce_loop();
    Task<void> keys_loop();
    Task<void> ripe_loop();
    Task<void> tell_ripe(Ripened ripe);
    Task<void> market_loop();
    Task<void> order_notice_loop();
    Task<void> tell_order(OrderNotice notice);
    Task<void> absent_loop();
    Task<void> drain();
    Task<void> shut();
    Store store() { return {matches_, accounts_, clock_, config_.store_timeout}; }
    Task<bool> pause(Millis length); // false: the task was cancelled

    Config config_;
    std::string id_;
    Executor executor_;
    Doors doors_;
    GameContents& contents_;
    Rpc& rpc_;
    EventLog& log_;
    Matches& matches_;
    Accounts& accounts_;
    Sealer& sealer_;
    TokenVerifier& verifier_;
    Presence& presence_;
    Clock& clock_;
    Entropy& entropy_;
    telemetry::Gauge matches_held_, matches_free_;
    telemetry::Counter ended_, hash_mismatches_, fence_rejects_;
    telemetry::Histogram settle_seconds_;
    Tables tables_;
    TicketBars bars_;
    Desk desk_;
    FarmDesk farm_desk_;
    MarketDesk market_desk_;
    CraftDesk craft_desk_;
    std::vector<std::unique_ptr<Door>> events_;
    std::set<std::string, std::less<>> hosting_; // matches on their way to a table
    std::size_t calls_{};                        // Rpc calls being answered
    bool ready_{}, stopping_{};
    Signal stopped_, keys_wanted_;
    TaskGroup tasks_;
};

} // namespace harvest::instance
