#include "cli/api/admin_api.hpp"

#include "cli/api/journal.hpp"
#include "cli/api/peers.hpp"
#include "cli/api/trail.hpp"
#include "cli/host_name.hpp"
#include "common/base/log.hpp"
#include "common/base/suggest.hpp"
#include "common/runtime/kept_loops.hpp"
#include "common/telemetry/ecs_log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

namespace harvest::cli::api {
namespace {

constexpr Millis call_timeout = 30s; // as a command has by default
constexpr Millis sample_time = 1s;   // of the event log, for a scrape
constexpr std::size_t slow_queue = 8;

constexpr std::array table{
    Route{"GET", "/admin/v1/status", get_status},
    Route{"GET", "/admin/v1/health", get_health},
    Route{"GET", "/admin/v1/players", list_players},
    Route{"GET", "/admin/v1/players/{}", get_player},
    Route{"GET", "/admin/v1/players/{}/sanctions", list_sanctions},
    Route{"GET", "/admin/v1/players/{}/holdings", get_holdings},
    Route{"POST", "/admin/v1/players/{}/ban", ban_player},
    Route{"POST", "/admin/v1/players/{}/unban", unban_player},
    Route{"POST", "/admin/v1/players/{}/mute", mute_player},
    Route{"POST", "/admin/v1/players/{}/unmute", unmute_player},
    Route{"POST", "/admin/v1/players/{}/kick", kick_player},
    Route{"GET", "/admin/v1/reports", list_reports},
    Route{"GET", "/admin/v1/reports/{}", get_report},
    Route{"POST", "/admin/v1/reports/{}/take", take_report},
    Route{"POST", "/admin/v1/reports/{}/close", close_report},
    Route{"GET", "/admin/v1/tournaments", list_tournaments},
    Route{"POST", "/admin/v1/tournaments", create_tournament},
    Route{"GET", "/admin/v1/tournaments/{}", get_tournament},
    Route{"POST", "/admin/v1/tournaments/{}/start", start_tournament},
    Route{"POST", "/admin/v1/tournaments/{}/end", end_tournament},
    Route{"POST", "/admin/v1/tournaments/{}/drop", drop_from_tournament},
    Route{"POST", "/admin/v1/tournaments/{}/override", override_tournament},
    Route{"GET", "/admin/v1/sessions", list_sessions},
    Route{"GET", "/admin/v1/matches", list_matches},
    Route{"GET", "/admin/v1/matches/{}", get_match},
    Route{"GET", "/admin/v1/matches/{}/record", get_record},
    Route{"GET", "/admin/v1/queue", list_queue},
    Route{"GET", "/admin/v1/queue/{}", explain_queue},
    Route{"GET", "/admin/v1/topics", list_topics},
    Route{"GET", "/admin/v1/topics/{}", describe_topic},
    Route{"POST", "/admin/v1/topics/{}/events", produce_events},
    Route{"GET", "/admin/v1/groups", list_groups},
    Route{"GET", "/admin/v1/groups/{}/offsets", show_offsets},
    Route{"POST", "/admin/v1/groups/{}/offsets", reset_offsets},
    Route{"POST", "/admin/v1/parked/redrive", redrive_parked},
    Route{"POST", "/admin/v1/parked/drop", drop_parked},
    Route{"GET", "/admin/v1/lags", list_lags},
    Route{"GET", "/admin/v1/seasons", list_seasons},
    Route{"GET", "/admin/v1/projections", list_projections},
    Route{"POST", "/admin/v1/projections/{}/rebuild", rebuild_projection},
    Route{"GET", "/admin/v1/events", read_events},
    Route{"GET", "/admin/v1/ledger", check_ledger},
    Route{"GET", "/admin/v1/ledger/{}", show_ledger},
    Route{"POST", "/admin/v1/drain", drain},
    Route{"POST", "/admin/v1/reload", reload},
    Route{"POST", "/admin/v1/game/reload", reload_game},
    Route{"GET", "/admin/v1/rules/{}", get_rules},
    Route{"POST", "/admin/v1/seed", seed},
    Route{"GET", "/admin/v1/keys", list_keys},
    Route{"POST", "/admin/v1/keys/rotate", rotate_keys},
    Route{"GET", "/admin/v1/audit", list_audit},
    Route{"GET", "/admin/v1/audit/verify", verify_audit},
    Route{"POST", "/admin/v1/audit/{}/undo", undo_change},
};

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& parts)
{
    parts.clear();
    while (!pattern.empty() && !path.empty()) {
        const std::string_view want = pattern.substr(0, pattern.find('/', 1));
        const std::string_view have = path.substr(0, path.find('/', 1));
        if (want == "/{}")
            parts.emplace_back(have.substr(1));
        else if (want != have)
            return false;
        pattern.remove_prefix(want.size());
        path.remove_prefix(have.size());
    }
    return pattern.empty() && path.empty();
}

HttpResponse problem(const Error& error, std::string why)
{
    const ErrcRow& row = errc_row(classify(error));
    if (why.empty()) why = error.message();
    HttpResponse response;
    response.status = row.http_status;
    response.body = "{\"error\":{\"code\":";
    protocol::write_json(response.body, wire_code(error));
    response.body += ",\"message\":";
    protocol::write_json(response.body, why);
    response.body += "}}\n";
    return response;
}

std::string decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

bool equal_secret(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
    return difference == 0;
}

// What a process asks of others all the time. Presence and limits go on without their server.
std::vector<Dependency> needs_of(const World& world)
{
    const auto ask_store = [&world](Deadline by) -> AsyncResult<void> {
        AccountFilter one;
        one.limit = 1;
        const auto read = co_await world.accounts.list(std::move(one), by);
        if (!read) co_return read.error();
        co_return Result<void>{};
    };
    const auto ask_log = [&world](Deadline by) -> AsyncResult<void> {
        const auto topics = co_await world.log.topics(by);
        if (!topics) co_return topics.error();
        co_return Result<void>{};
    };
    const auto ask_shared = [&world](Deadline by) -> AsyncResult<void> {
        const auto count = co_await world.presence.count(by);
        if (!count) co_return count.error();
        co_return Result<void>{};
    };
    return {{"store", true, ask_store}, {"event_log", true, ask_log}, {"shared", false, ask_shared}};
}

// A line of /readyz?verbose. Anybody may ask there, so what was wrong with the files stays in the log.
std::string told_of(const LastReload& last)
{
    if (last.at == Millis{}) return "[+] configuration: as read at the start\n";
    return last.rejected
               ? fmt::format("[~] configuration: the reload at {} was rejected, the old one stays; see the log\n",
                             to_rfc3339(last.at))
               : fmt::format("[+] configuration: as read at {}\n", to_rfc3339(last.at));
}

} // namespace

std::string Call::query(std::string_view name) const
{
    std::string_view rest = http.query;
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) return decoded(pair.substr(equals + 1));
    }
    return {};
}

std::int64_t Call::number(std::string_view name, std::int64_t otherwise, std::int64_t max) const
{
    const std::string text = query(name);
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty() && value >= 0
               ? std::min(value, max)
               : otherwise;
}

std::size_t Call::limit() const
{
    return static_cast<std::size_t>(std::max<std::int64_t>(1, number("limit", 50, 1000)));
}

std::span<const Route> routes()
{
    return table;
}

const Route* find_route(std::string_view method, std::string_view path, std::vector<std::string>& parts)
{
    for (const Route& each : table)
        if (each.method == method && matches(each.pattern, path, parts)) return &each;
    return nullptr;
}

AdminApi::AdminApi(World world, Executor executor, std::vector<std::unique_ptr<HttpListener>> listeners)
    : world_(std::move(world)),
      dependencies_(needs_of(world_), world_.clock, executor),
      peers_(std::make_unique<Peers>(world_.supervisor, world_.presence, world_.clock, host_name(), world_.version)),
      slow_(1, slow_queue, world_.clock),
      listeners_(std::move(listeners)),
      chores_(executor),
      stopped_(std::move(executor))
{
    world_.dependencies = &dependencies_;
    world_.slow = &slow_;
    world_.peers = peers_.get();
}

AdminApi::~AdminApi() = default;

Task<void> AdminApi::run()
{
    for (const auto& listener : listeners_)
        if (const Result<void> up = listener->listen(*this); !up)
            throw boost::system::system_error(up.error(), listener == listeners_.front()
                                                              ? "the admin API cannot listen on http"
                                                              : "the admin API cannot listen on admin.sock");
    dependencies_.start();
    std::function<Task<void>()> keeping = [this] { return world_.trail->run(world_.clock); };
    if (world_.trail) chores_.keep(world_.clock, "security trail", std::move(keeping));
    std::function<Task<void>()> telling = [this] { return world_.journal->run(); };
    if (world_.journal) chores_.keep(world_.clock, "journal", std::move(telling));
    std::function<Task<void>()> meeting = [this] { return peers_->run(); };
    if (world_.supervisor) chores_.keep(world_.clock, "peers", std::move(meeting));
    ready_ = true;
    const Result<void> rung = co_await stopped_.wait();
    (void)rung;
    co_await dependencies_.stop();
    for (const auto& listener : listeners_) listener->stop_accepting();
    for (const auto& listener : listeners_) co_await listener->stop();
    chores_.cancel();
    co_await chores_.join();
    if (world_.supervisor) co_await peers_->tell(true);          // who goes by itself is not lost
    if (world_.trail) co_await world_.trail->step();             // of what the daemons noted at their end too
    if (world_.journal) (void)co_await world_.journal->step(1s); // the drain has one deadline for all
}

void AdminApi::stop()
{
    stopped_.ring();
}

bool AdminApi::permitted(const HttpRequest& request, std::string& actor) const
{
    if (request.remote_address.starts_with("unix:")) {
        const std::string uid = request.remote_address.substr(5);
        actor = "uid:" + uid;
        return uid == "0" || uid == std::to_string(::geteuid());
    }
    constexpr std::string_view bearer = "Bearer ";
    const std::string_view header = request.header("authorization");
    if (!header.starts_with(bearer) || !equal_secret(header.substr(bearer.size()), world_.token)) return false;
    actor = "token:installation";
    return true;
}

// /livez asks nobody else; /readyz names the part that fails.
HttpResponse AdminApi::health(const HttpRequest& request) const
{
    HttpResponse response;
    response.content_type = "text/plain; charset=utf-8";
    const bool live = request.path == "/livez";
    bool good = world_.supervisor && world_.supervisor->alive();
    std::string lines;
    if (!good) lines = "[-] loops: one has not turned for too long\n";
    if (!live && world_.supervisor) {
        if (world_.supervisor->draining()) {
            good = false;
            lines += "[-] draining\n";
        }
        for (const SlotStatus& slot : world_.supervisor->status()) {
            const bool ready = slot.state == SlotState::ready;
            good = good && ready;
            lines += fmt::format("[{}] {}: {}\n", ready ? '+' : '-', slot.id, to_string(slot.state));
        }
        for (const Dependencies::Verdict& each : dependencies_.verdicts()) {
            good = good && !(each.needed && each.away);
            lines += each.away ? fmt::format("[{}] {}: {}\n", each.needed ? '-' : '~', each.name, each.why)
                               : fmt::format("[+] {}: answers\n", each.name);
        }
        if (world_.last_reload) lines += told_of(world_.last_reload());
    }
    response.status = good ? 200 : 503;
    const bool verbose = request.query == "verbose" || request.query.starts_with("verbose=") || !good;
    response.body = (verbose ? lines : "") + (good ? "ok\n" : "not ok\n");
    return response;
}

// How far the event log has come and how far each group is behind it; a log that does not answer keeps the last
// figures.
Task<void> AdminApi::export_event_log() const
{
    telemetry::Metrics& metrics = world_.metrics;
    const Result<std::vector<TopicInfo>> topics = co_await world_.log.topics(world_.clock.after(sample_time));
    const Result<std::vector<GroupLag>> lags = co_await world_.log.lags(world_.clock.after(sample_time));
    metrics.gauge("harvest_eventlog_reachable", "Whether the event log answered when it was asked for its figures.")
        .set(topics && lags ? 1 : 0);
    if (!topics || !lags) co_return;
    std::map<std::string, std::int64_t> events;
    for (const TopicInfo& topic : *topics) events[topic.topic] += topic.end_offset - topic.first_offset;
    for (const auto& [topic, count] : events)
        metrics.gauge("harvest_eventlog_events", "Events that a topic keeps.", {{"topic", topic}})
            .set(static_cast<double>(count));
    std::map<std::pair<std::string, std::string>, std::int64_t> behind;
    for (const GroupLag& lag : *lags)
        behind[{lag.group, lag.topic}] += std::max<std::int64_t>(0, lag.end_offset - lag.committed_offset);
    for (const auto& [reader, count] : behind)
        metrics
            .gauge("harvest_eventlog_lag_messages", "Events that a group of readers has not done with.",
                   {{"group", reader.first}, {"topic", reader.second}})
            .set(static_cast<double>(count));
}

Task<void> AdminApi::export_figures()
{
    telemetry::Metrics& metrics = world_.metrics;
    metrics.gauge("harvest_runtime_build_info", "The build that runs.", {{"version", world_.version}}).set(1);
    for (const SlotStatus& slot : world_.supervisor->status()) {
        const telemetry::Labels labels{{"daemon", slot.daemon}, {"slot", slot.id}};
        metrics.gauge("harvest_runtime_ready", "Whether a slot answers requests.", labels)
            .set(slot.state == SlotState::ready ? 1 : 0);
        metrics.gauge("harvest_runtime_loop_age_seconds", "Time since a slot's loop last turned.", labels)
            .set(static_cast<double>(slot.loop_age.count()) / 1000);
    }
    if (const std::int64_t resident = resident_bytes(); resident > 0)
        metrics.gauge("process_resident_memory_bytes", "Resident memory size in bytes.")
            .set(static_cast<double>(resident));
    const std::uint64_t begun = loops_begun_anew();
    metrics
        .counter("harvest_runtime_loops_begun_anew_total",
                 "Loops of daemons that ended by an exception and began anew.")
        .add(static_cast<double>(begun - std::exchange(loops_told_, begun)));
    const std::uint64_t dropped = telemetry::log_dropped();
    metrics.counter("harvest_runtime_log_dropped_total", "Log lines that were overrun before they were written.")
        .add(static_cast<double>(dropped - std::exchange(log_told_, dropped)));
    if (world_.last_reload)
        metrics
            .gauge("harvest_runtime_config_last_reload_successful",
                   "Whether the last reload was taken over; 1 before the first.")
            .set(world_.last_reload().rejected ? 0 : 1);
    metrics.gauge("harvest_audit_healthy", "Whether the audit log takes records.").set(world_.audit.healthy() ? 1 : 0);
    if (world_.export_listeners) world_.export_listeners(metrics);
    co_await export_event_log();
}

Task<HttpResponse> AdminApi::handle(HttpRequest request)
{
    const bool open = request.path == "/livez" || request.path == "/readyz";
    if (open) co_return health(request);
    if (request.path == "/metrics") {
        co_await export_figures();
        HttpResponse response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = world_.metrics.exposition();
        co_return response;
    }
    Call call;
    const bool closed = world_.health_only && !request.remote_address.starts_with("unix:");
    if (closed) co_return problem(make_error_code(Errc::not_found), "only health is served here");
    if (!permitted(request, call.actor)) {
        log::warn("an admin request was refused", {{"event.action", "admin.denied"}, {"url.path", request.path}});
        if (world_.trail) world_.trail->note({"admin.denied", "", request.remote_address, true});
        co_return problem(make_error_code(Errc::unauthenticated), "send the operator's token, or use admin.sock");
    }
    const Route* const route = find_route(request.method, request.path, call.path);
    if (!route) co_return problem(make_error_code(Errc::not_found), "no such admin path");
    call.http = std::move(request);
    call.by = world_.clock.after(call_timeout);
    Result<std::string> body = co_await route->handler(world_, call);
    if (!body) co_return problem(body.error(), call.why);
    HttpResponse response;
    response.body = std::move(*body);
    co_return response;
}

} // namespace harvest::cli::api
