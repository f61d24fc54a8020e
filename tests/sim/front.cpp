#include "tests/sim/front.hpp"

#include "daemons/auth/auth.hpp"
#include "daemons/gateway/gateway.hpp"
#include "daemons/metrics/metrics.hpp"

namespace harvest::test {

Front::Front(World& world)
    : progress(*world.database),
      world_(world),
      credentials_(*world.database),
      factors_(*world.database),
      codes_(world.sealer, world.entropy),
      cache_(world.clock)
{
}

void Front::start()
{
    World& w = world_;
    game::GameData data = *w.contents.now();
    data.quests = borrowed(quests_);
    w.contents.set(std::move(data));
    w.add([&](const Executor& executor) {
        return std::make_unique<auth::Auth>(auth::Config{}, "auth-0", executor, w.contents, w.rpc_port(), *w.accounts,
                                            *w.sessions, *w.personal, credentials_, mailer_, factors_, codes_, hasher_,
                                            signer_, w.limits, trail_, w.clock, w.entropy, w.metrics);
    });
    w.add([&](const Executor& executor) {
        return std::make_unique<metrics::MetricsDaemon>(metrics::Config{}, "metrics-0", executor, w.contents,
                                                        w.events_port(), *w.events, progress, *w.accounts, w.clock,
                                                        w.metrics);
    });
    w.add([&](const Executor& executor) {
        return std::make_unique<gateway::Gateway>(
            gateway::Config{}, "gateway-0", executor, listener_, w.contents, w.rpc_port(), w.events_port(), cache_,
            *w.accounts, *w.decks, *w.ledger, *w.matches, *w.crafting, progress, *w.seasons, *w.social, *w.groups,
            *w.personal, w.presence, w.limits, verifier_, w.clock, w.entropy, w.metrics, w.spans);
    });
}

AsyncResult<HttpResponse> Front::ask(std::string method, std::string path, std::string body, std::string token)
{
    if (!listener_.listens()) co_return Errc::unavailable;
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.remote_address = "192.0.2.1";
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    request.body = std::move(body);
    HttpResponse response = co_await listener_.ask(std::move(request));
    co_return response;
}

} // namespace harvest::test
