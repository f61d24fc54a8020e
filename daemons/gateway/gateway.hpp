// The HTTPS door (OpenAPI: config/schemas/openapi.yaml): finds the route, asks for limits and token, answers or passes
// on, and says every error as a problem (RFC 9457).
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/cache.hpp"
#include "common/ports/crafting.hpp"
#include "common/ports/decks.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/ports/groups.hpp"
#include "common/ports/http.hpp"
#include "common/ports/ledger.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/personal_data.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/progress.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/seasons.hpp"
#include "common/ports/social.hpp"
#include "common/ports/tokens.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/metrics.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/daemon.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/gateway/config.hpp"

#include <memory>
#include <set>

namespace harvest::gateway {

class Gateway final : public Daemon, private HttpHandler {
public:
    // The whole world of this daemon. `id` is the slot's ("gateway-0"); ports and listener outlive run().
    Gateway(Config config, std::string id, Executor executor, HttpListener& listener, GameContents& contents, Rpc& rpc,
            EventLog& log, Cache& cache, Accounts& accounts, Decks& decks, Ledger& ledger, Matches& matches,
            Crafting& crafting, Progress& progress, Seasons& seasons, Social& social, Groups& groups,
            PersonalData& personal, Presence& presence, RateLimit& limits, TokenVerifier& verifier, Clock& clock,
            Entropy& entropy, telemetry::Metrics& metrics, telemetry::Spans& spans);
    ~Gateway() override;

    std::string_view name() const override { return "gateway"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override;
    // Takes what may change while it runs. On its own loop.
    void configure(const Config& config);

private:
    struct Parts;
    Task<HttpResponse> handle(HttpRequest request) override;
    void leave_span(const telemetry::Trace& trace, const HttpRequest& request, std::string_view route, int status,
                    std::int64_t begun);
    Task<void> keep_keys();
    Task<void> follow_revocations();
    void update_ready();

    std::string id_;
    Executor executor_;
    HttpListener& listener_;
    EventLog& log_;
    Clock& clock_;
    telemetry::Spans& spans_;
    std::unique_ptr<Parts> parts_;
    bool ready_ = false, caught_up_ = false, stopping_ = false;
    std::int64_t under_way_ = 0;
    Signal stopped_;
    TaskGroup tasks_; // last: run() has joined it before it returns
};

} // namespace harvest::gateway
