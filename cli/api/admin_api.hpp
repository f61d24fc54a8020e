// The admin listener: /livez /readyz /metrics for everybody who reaches it, /admin/v1/… for operators. On loopback with
// the operator's token, or over admin.sock by the peer's user id.
#pragma once

#include "cli/api/dependencies.hpp"
#include "cli/api/types.hpp"
#include "cli/live_contents.hpp"
#include "common/crypto/digest.hpp"
#include "common/ports/accounts.hpp"
#include "common/ports/crafting.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/event_log_admin.hpp"
#include "common/ports/http.hpp"
#include "common/ports/ledger.hpp"
#include "common/ports/market.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/progress.hpp"
#include "common/ports/reports.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/seasons.hpp"
#include "common/ports/sessions.hpp"
#include "common/ports/tournaments.hpp"
#include "common/runtime/blocking_pool.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervisor.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/audit.hpp"
#include "common/telemetry/metrics.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace harvest::cli::api {

class Journal;
class Peers;
class Trail;

// What the admin API sees and moves.
struct World {
    Accounts& accounts;
    Sessions& sessions;
    Ledger& ledger;
    Matches& matches;
    EventLog& log;
    EventLogAdmin& log_admin;
    Presence& presence;
    Rpc& rpc;
    Clock& clock;
    Entropy& entropy;
    telemetry::Metrics& metrics;
    telemetry::Audit& audit;
    Progress* progress = nullptr;
    Seasons* seasons = nullptr;
    Tournaments* tournaments = nullptr;
    Market* market = nullptr;
    Crafting* crafting = nullptr;
    Reports* reports = nullptr;
    Supervisor* supervisor = nullptr;
    LiveContents* contents = nullptr;
    Trail* trail = nullptr;
    Journal* journal = nullptr;
    RulesArchive* archive = nullptr;
    std::string token = {}, version = {};
    std::string command_audit = {}; // path of the log of what commands did without a daemon; "": another process tells
    crypto::Digest seed_key = {};   // of this installation: device secrets of seeded players come from it
    bool health_only = false;       // of the TCP port
    std::function<Result<LedgerCheck>()> check_ledger = {};
    std::function<void(telemetry::Metrics&)> export_listeners = {};
    std::function<Reloaded()> reload = {};
    std::function<LastReload()> last_reload = {};
    std::function<ContentReload()> reload_content = {}; // of this process and its children; on no daemon's loop
    Dependencies* dependencies = nullptr;               // AdminApi brings them, as it brings
    BlockingPool* slow = nullptr;                       // for what would hold up the loop; AdminApi brings it
    Peers* peers = nullptr;                             // AdminApi brings them
};

// One request on its way to its handler.
struct Call {
    HttpRequest http;
    std::vector<std::string> path; // what stands for {…} in the route
    std::string actor;             // "socket:0", "token:local"
    Deadline by;
    std::string why; // of a refusal, for people

    std::string query(std::string_view name) const; // "" if it is not given
    std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t max) const;
    std::size_t limit() const; // of a page: 1 to 1000, 50 if it is not given
};

// Gives the JSON body, or an error (with Call::why).
using Handler = AsyncResult<std::string> (*)(const World& world, Call& call);

struct Route {
    std::string_view method, pattern; // "/admin/v1/players/{}"
    Handler handler;
};
std::span<const Route> routes();
// The route of a path, and what stands for {…} in it; null if there is none.
const Route* find_route(std::string_view method, std::string_view path, std::vector<std::string>& parts);

class AdminApi final : public Supervised, public HttpHandler {
public:
    AdminApi(World world, Executor executor, std::vector<std::unique_ptr<HttpListener>> listeners);
    ~AdminApi() override;

    std::string_view name() const override { return "admin"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    Task<HttpResponse> handle(HttpRequest request) override;

private:
    bool permitted(const HttpRequest& request, std::string& actor) const;
    HttpResponse health(const HttpRequest& request) const;
    Task<void> export_figures();
    Task<void> export_event_log() const;

    World world_;
    Dependencies dependencies_;
    std::unique_ptr<Peers> peers_;
    BlockingPool slow_;
    std::vector<std::unique_ptr<HttpListener>> listeners_;
    bool ready_ = false;
    TaskGroup chores_;
    std::uint64_t loops_told_ = 0, log_told_ = 0; // of loops_begun_anew() and log_dropped(), on /metrics
    Signal stopped_;
};

// look.cpp
AsyncResult<std::string> get_status(const World& world, Call& call);
AsyncResult<std::string> get_health(const World& world, Call& call);
AsyncResult<std::string> check_ledger(const World& world, Call& call);
AsyncResult<std::string> show_ledger(const World& world, Call& call);
// players.cpp
AsyncResult<std::string> list_players(const World& world, Call& call);
AsyncResult<std::string> get_player(const World& world, Call& call);
AsyncResult<std::string> list_sanctions(const World& world, Call& call);
AsyncResult<std::string> list_sessions(const World& world, Call& call);
AsyncResult<std::string> ban_player(const World& world, Call& call);
AsyncResult<std::string> unban_player(const World& world, Call& call);
AsyncResult<std::string> mute_player(const World& world, Call& call);
AsyncResult<std::string> unmute_player(const World& world, Call& call);
AsyncResult<std::string> kick_player(const World& world, Call& call);
// reports.cpp
AsyncResult<std::string> list_reports(const World& world, Call& call);
AsyncResult<std::string> get_report(const World& world, Call& call);
AsyncResult<std::string> take_report(const World& world, Call& call);
AsyncResult<std::string> close_report(const World& world, Call& call);
// tournaments.cpp
AsyncResult<std::string> list_tournaments(const World& world, Call& call);
AsyncResult<std::string> get_tournament(const World& world, Call& call);
AsyncResult<std::string> create_tournament(const World& world, Call& call);
AsyncResult<std::string> start_tournament(const World& world, Call& call);
AsyncResult<std::string> end_tournament(const World& world, Call& call);
AsyncResult<std::string> drop_from_tournament(const World& world, Call& call);
AsyncResult<std::string> override_tournament(const World& world, Call& call);
// play.cpp
AsyncResult<std::string> list_matches(const World& world, Call& call);
AsyncResult<std::string> get_match(const World& world, Call& call);
AsyncResult<std::string> get_record(const World& world, Call& call);
AsyncResult<std::string> list_queue(const World& world, Call& call);
AsyncResult<std::string> explain_queue(const World& world, Call& call);
// holdings.cpp
AsyncResult<std::string> get_holdings(const World& world, Call& call);
// eventlog.cpp
AsyncResult<std::string> list_topics(const World& world, Call& call);
AsyncResult<std::string> describe_topic(const World& world, Call& call);
AsyncResult<std::string> list_groups(const World& world, Call& call);
AsyncResult<std::string> list_lags(const World& world, Call& call);
AsyncResult<std::string> show_offsets(const World& world, Call& call);
// eventlog_read.cpp
AsyncResult<std::string> read_events(const World& world, Call& call);
// eventlog_change.cpp
AsyncResult<std::string> produce_events(const World& world, Call& call);
// offsets_change.cpp
AsyncResult<std::string> reset_offsets(const World& world, Call& call);
// parked.cpp
AsyncResult<std::string> redrive_parked(const World& world, Call& call);
AsyncResult<std::string> drop_parked(const World& world, Call& call);
// seasons.cpp
AsyncResult<std::string> list_seasons(const World& world, Call& call);
// projections.cpp
AsyncResult<std::string> list_projections(const World& world, Call& call);
AsyncResult<std::string> rebuild_projection(const World& world, Call& call);
// operate.cpp
AsyncResult<std::string> drain(const World& world, Call& call);
AsyncResult<std::string> reload(const World& world, Call& call);
// game.cpp
AsyncResult<std::string> reload_game(const World& world, Call& call);
AsyncResult<std::string> get_rules(const World& world, Call& call);
AsyncResult<std::string> seed(const World& world, Call& call);
AsyncResult<std::string> list_keys(const World& world, Call& call);
AsyncResult<std::string> rotate_keys(const World& world, Call& call);
AsyncResult<std::string> list_audit(const World& world, Call& call);
AsyncResult<std::string> verify_audit(const World& world, Call& call);
// undo.cpp
AsyncResult<std::string> undo_change(const World& world, Call& call);

// The device secret of a seeded player: always the same in one installation, and told by no name.
std::string seeded_secret(const crypto::Digest& key, const std::string& set, const std::string& name);

// A player by id, short form, or @name. Errors: not_found, conflict (two match the short form).
AsyncResult<Account> find_player(const World& world, std::string who, Call& call);

} // namespace harvest::cli::api
