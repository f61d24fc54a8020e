#include "daemons/gateway/gateway.hpp"

#include "common/base/address_key.hpp"
#include "common/base/log.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/look_back.hpp"
#include "daemons/gateway/gate.hpp"
#include "daemons/gateway/handlers.hpp"

#include <algorithm>
#include <stdexcept>

namespace harvest::gateway {
namespace {

constexpr std::size_t events_a_read = 256;
constexpr Millis looked_back_more = 5min; // than a token lives: clocks of other machines, events appended late
const std::string user_topic(protocol::topic::user);
constexpr Millis event_wait = 30s, call_wait = 5s, retry_pause = 500ms;

} // namespace

struct Gateway::Parts {
    Parts(std::string id, Config settings, GameContents& contents, Rpc& rpc, Cache& cache, Accounts& accounts,
          Decks& decks, Ledger& ledger, Matches& matches, Crafting& crafting, Progress& progress, Seasons& seasons,
          Social& social, Groups& groups, PersonalData& personal, Presence& presence, RateLimit& limits,
          TokenVerifier& verifier, Clock& clock, Entropy& entropy, telemetry::Metrics& metrics)
        : config(std::move(settings)),
          editions(contents),
          figures(metrics),
          revocations(config.token_life),
          keys(verifier, rpc, clock, config.keys_at_least),
          gate(config, limits, keys, revocations, figures),
          doors{rpc,     cache,    accounts, decks,  ledger, matches,  crafting, contents,     clock,
                entropy, progress, seasons,  social, groups, personal, presence, std::move(id)}
    {
    }

    // Random bytes by the page: a trace id must not cost a system call.
    std::array<std::uint8_t, 24> random_bytes()
    {
        std::array<std::uint8_t, 24> out{};
        if (next_random + out.size() > random.size()) {
            doors.entropy.fill(random);
            next_random = 0;
        }
        std::copy_n(random.begin() + static_cast<std::ptrdiff_t>(next_random), out.size(), out.begin());
        next_random += out.size();
        return out;
    }

    Config config;
    Editions editions;
    Figures figures;
    Revocations revocations;
    TokenKeys keys;
    Gate gate;
    Doors doors;
    std::array<std::uint8_t, 24 * 128> random{};
    std::size_t next_random = random.size();
};

namespace {

// A preflight (Fetch Standard §3.2.2) or a question for the methods of a path.
HttpResponse options_reply(const std::string& allow, bool allowed_origin)
{
    HttpResponse response = no_content();
    response.headers.emplace_back("Allow", allow);
    if (!allowed_origin) return response;
    response.headers.emplace_back("Access-Control-Allow-Methods", allow);
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, Idempotency-Key, traceparent");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
}

void add_rate_headers(HttpResponse& response, const Tightest& tightest)
{
    if (!tightest.decision) return;
    response.headers.emplace_back("RateLimit-Policy", rate_policy(tightest.name, tightest.rule));
    response.headers.emplace_back("RateLimit", rate_state(tightest.name, *tightest.decision));
    if (tightest.decision->admitted) return;
    std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
    const std::int64_t wait = std::max<std::int64_t>(1, whole_seconds(tightest.decision->retry_after));
    response.headers.emplace_back("Retry-After", std::to_string(wait));
}

void add_cors_headers(HttpResponse& response, std::string_view origin)
{
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    response.headers.emplace_back("Access-Control-Expose-Headers",
                                  "Location, RateLimit, RateLimit-Policy, Retry-After, traceparent");
}

Task<HttpResponse> answer(Gate& gate, Doors& doors, const Route& route, Call& call, Tightest& tightest)
{
    if (route.access == Access::bearer) {
        const Result<void> known = co_await gate.identify(call);
        if (!known) co_return problem(call, known.error());
    }
    const Result<void> admitted = co_await gate.admit_route(route, call, tightest);
    if (!admitted) co_return problem(call, admitted.error());
    if (has_body(route) && !is_json_type(call.request.header("content-type")))
        co_return http_problem(call.trace, 415, "unsupported_media_type", "the body must be application/json");
    try {
        co_return co_await route.handle(doors, call);
    }
    catch (const std::exception& error) {
        log::error("a request failed by an exception",
                   {{"error.message", error.what()}, {"url.path", route.pattern}, {"trace.id", call.trace.id()}});
    }
    co_return problem(call, make_error_code(Errc::internal));
}

} // namespace

Gateway::Gateway(Config config, std::string id, Executor executor, HttpListener& listener, GameContents& contents,
                 Rpc& rpc, EventLog& log, Cache& cache, Accounts& accounts, Decks& decks, Ledger& ledger,
                 Matches& matches, Crafting& crafting, Progress& progress, Seasons& seasons, Social& social,
                 Groups& groups, PersonalData& personal, Presence& presence, RateLimit& limits, TokenVerifier& verifier,
                 Clock& clock, Entropy& entropy, telemetry::Metrics& metrics, telemetry::Spans& spans)
    : id_(std::move(id)),
      executor_(executor),
      listener_(listener),
      log_(log),
      clock_(clock),
      spans_(spans),
      parts_(std::make_unique<Parts>(id_, std::move(config), contents, rpc, cache, accounts, decks, ledger, matches,
                                     crafting, progress, seasons, social, groups, personal, presence, limits, verifier,
                                     clock, entropy, metrics)),
      stopped_(executor),
      tasks_(executor)
{
}

Gateway::~Gateway() = default;

std::map<std::string, std::int64_t> Gateway::load() const
{
    return {{"requests", under_way_}, {"revocations", static_cast<std::int64_t>(parts_->revocations.size())}};
}

Task<void> Gateway::run()
{
    const Result<void> listening = listener_.listen(*this);
    if (!listening) throw boost::system::system_error(listening.error(), "the gateway cannot listen on https");
    tasks_.keep(clock_, "keep_keys", [this] { return keep_keys(); });
    tasks_.keep(clock_, "follow_revocations", [this] { return follow_revocations(); });
    while (!stopping_) {
        const Result<void> rung = co_await stopped_.wait();
        if (!rung) break;
    }
    ready_ = false;
    listener_.stop_accepting();
    co_await listener_.stop();
    tasks_.cancel();
    co_await tasks_.join();
}

void Gateway::stop()
{
    stopping_ = true;
    stopped_.ring();
}

void Gateway::configure(const Config& config)
{
    parts_->config = config;
}

Task<void> Gateway::keep_keys()
{
    for (;;) {
        const Result<void> fetched = co_await parts_->keys.fetch(clock_.after(call_wait));
        update_ready();
        const Millis wait = fetched || parts_->keys.have() ? parts_->config.keys_every : retry_pause;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(wait));
        if (!slept) co_return;
    }
}

void Gateway::update_ready()
{
    ready_ = caught_up_ && parts_->keys.have() && !stopping_;
}

// What was revoked while nobody listened: a token may live on from before our start. Goes back step by step until each
// partition has shown an event from before any living token, or its first.
Task<void> Gateway::follow_revocations()
{
    caught_up_ = false; // a reader begins at the end of the log: what came before is looked up
    update_ready();
    Subscription subscription;
    subscription.topics.emplace_back(user_topic);
    const std::unique_ptr<EventReader> reader = log_.subscribe(std::move(subscription));
    for (;;) {
        if (!caught_up_) {
            const Millis horizon = clock_.now() - parts_->config.token_life - looked_back_more;
            std::function<void(const Event&)> learn = [this](const Event& event) {
                parts_->revocations.learn(event, clock_.now());
            };
            const Result<void> looked = co_await look_back(log_, clock_, user_topic, horizon, std::move(learn));
            caught_up_ = looked.has_value();
            update_ready();
        }
        const Deadline until = clock_.after(caught_up_ ? event_wait : retry_pause);
        const Result<std::vector<StoredEvent>> events = co_await reader->next(events_a_read, until);
        if (!events && events.error() == Errc::canceled) co_return;
        if (!events) {
            const Result<void> slept = co_await clock_.sleep_until(clock_.after(retry_pause));
            if (!slept) co_return;
            continue;
        }
        for (const StoredEvent& stored : *events) parts_->revocations.learn(stored.event, clock_.now());
    }
}

// Named by the route, never by the path: that may carry a player's id.
void Gateway::leave_span(const telemetry::Trace& trace, const HttpRequest& request, std::string_view route, int status,
                         std::int64_t begun)
{
    telemetry::Span span;
    span.trace = trace;
    span.daemon = id_;
    span.name = route.empty() ? "HTTP" : request.method + ' ' + std::string(route);
    span.kind = telemetry::SpanKind::server;
    span.begun = begun;
    span.ended = telemetry::unix_nanoseconds();
    span.attributes.emplace_back("http.response.status_code", std::to_string(status));
    if (!route.empty()) {
        span.attributes.emplace_back("http.request.method", request.method);
        span.attributes.emplace_back("http.route", route);
    }
    if (status >= 500) span.error = "HTTP " + std::to_string(status);
    spans_.add(std::move(span));
}

Task<HttpResponse> Gateway::handle(HttpRequest request)
{
    ++under_way_;
    const Millis began = clock_.monotonic();
    const std::int64_t traced_from = spans_.on() ? telemetry::unix_nanoseconds() : 0;
    Parts& p = *parts_;
    Call call{request,
              {},
              {},
              telemetry::continue_trace(request.header("traceparent"), p.random_bytes()),
              address_key(request.remote_address),
              clock_.after(p.config.request_timeout),
              p.editions.current()};
    Tightest tightest;
    const Found found = find_route(request.method, request.path);
    const std::string_view origin = request.header("origin");
    const bool allowed_origin = origin_allowed(origin, p.config.cors_origins);
    HttpResponse response;
    if (const Result<void> admitted = p.gate.admit_address(call, tightest); !admitted) {
        response = problem(call, admitted.error());
    } else if (found.route) {
        call.id = found.id;
        response = co_await answer(p.gate, p.doors, *found.route, call, tightest);
    } else if (found.allow.empty()) {
        response = problem(call, make_error_code(Errc::not_found), "there is no such path");
    } else if (request.method == "OPTIONS") {
        response = options_reply(found.allow, allowed_origin);
    } else {
        response = http_problem(call.trace, 405, "method_not_allowed", "this path does not take that method");
        response.headers.emplace_back("Allow", found.allow);
    }
    if (response.status >= 500 && response.status != 501) // what is switched off here is no failure
        log::warn("a request failed on our side", {{"http.response.status_code", response.status},
                                                   {"url.path", found.route ? found.route->pattern : ""},
                                                   {"trace.id", call.trace.id()}});
    if (spans_.wants(call.trace, response.status >= 500))
        leave_span(call.trace, request, found.route ? found.route->pattern : "", response.status, traced_from);
    add_rate_headers(response, tightest);
    if (allowed_origin) add_cors_headers(response, origin);
    if (!p.config.cors_origins.empty()) response.headers.emplace_back("Vary", "Origin");
    response.headers.emplace_back("traceparent", std::move(call.trace.traceparent));
    const bool cacheable = std::any_of(response.headers.begin(), response.headers.end(),
                                       [](const auto& header) { return header.first == "Cache-Control"; });
    if (!cacheable) response.headers.emplace_back("Cache-Control", "no-store");
    p.figures.answered(found.route, response.status, std::chrono::duration<double>(clock_.monotonic() - began).count());
    --under_way_;
    co_return response;
}

} // namespace harvest::gateway
