// admin status, health, wait, top: what is, and whether it is well.
#include "cli/admin/client.hpp"
#include "cli/handlers.hpp"
#include "cli/terminal.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <functional>
#include <thread>

namespace harvest::cli {
namespace {

const std::vector<Column> daemon_columns{{"DAEMON", "id"},
                                         {"HOST", "host"},
                                         {"STATE", "state"},
                                         {"UPTIME", "uptime_seconds", Form::uptime},
                                         {"VERSION", "version"},
                                         {"LOAD", "load"},
                                         {"LOOP AGE", "loop_age_seconds", Form::text, true},
                                         {"LAST ERROR", "last_error.message"}};

std::string health_text(const json::object& body)
{
    const bool healthy = body.at("healthy").as_bool();
    const std::int64_t failed = body.at("failed").as_int64(), passed = body.at("passed").as_int64();
    std::string out = healthy ? fmt::format("HEALTHY  all {} checks pass\n", passed)
                              : fmt::format("UNHEALTHY  {} of {} checks fail\n", failed, passed + failed);
    for (const json::value& item : body.at("items").as_array()) {
        const json::object& check = item.as_object();
        const bool good = text_at(check, "status") == "ok";
        out += fmt::format("  {:<5} {:<18} {}", good ? "ok" : "FAIL", text_at(check, "name"),
                           sanitized(text_at(check, "message")));
        if (!good) out += fmt::format("   harvestctl admin explain {}", text_at(check, "explain"));
        out += '\n';
    }
    return out;
}

struct Condition {
    std::string daemon; // "" for the whole system
    std::string what;   // ready, healthy, drained, lag, matches
    std::int64_t limit{};
};

std::variant<Condition, Failure> read_condition(const Invocation& invocation)
{
    Condition out;
    const std::string target = invocation.argument(0);
    const std::size_t slash = target.find('/');
    out.daemon = slash == std::string::npos ? target : target.substr(slash + 1);
    if (out.daemon == "all" || out.daemon == "system") out.daemon.clear();
    std::string condition = invocation.value_or("for", "ready");
    for (const char* name : {"lag<", "matches="}) {
        const std::string_view prefix = name;
        if (!condition.starts_with(prefix)) continue;
        const std::string number = condition.substr(prefix.size());
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.limit);
        if (error != std::errc{} || end != number.data() + number.size())
            return usage_failure(fmt::format("'{}' is no condition", condition), "lag<N and matches=N take a number",
                                 "type: --for 'lag<100'");
        condition = std::string(prefix.substr(0, prefix.size() - 1));
    }
    out.what = condition;
    constexpr std::string_view known[] = {"ready", "healthy", "drained", "lag", "matches"};
    if (std::ranges::find(known, condition) == std::end(known))
        return usage_failure(fmt::format("'{}' is no condition", condition),
                             "the conditions are ready, healthy, drained, lag<N, matches=N", "type: --for ready");
    if (!out.daemon.empty() && (condition == "lag" || condition == "healthy"))
        return usage_failure(fmt::format("'{}' is not of a daemon", condition),
                             "lag<N and healthy are of the whole system",
                             "type: harvestctl admin wait system --for 'lag<100'");
    return out;
}

// Whether it holds now, and a word for the last line. A system that does not answer is drained and nothing else.
bool holds(AdminClient& client, const Condition& condition, std::string& last)
{
    const bool by_health = condition.what == "healthy";
    const bool by_lag = condition.what == "lag";
    AdminClient::Body body = client.get(by_health ? "/admin/v1/health"
                                        : by_lag  ? "/admin/v1/lags"
                                                  : "/admin/v1/status");
    if (const Failure* failed = std::get_if<Failure>(&body)) {
        last = failed->message;
        return condition.what == "drained" && failed->exit == 69;
    }
    const json::object& answer = std::get<json::object>(body);
    if (by_health) {
        last = answer.at("healthy").as_bool() ? "healthy" : "unhealthy";
        return answer.at("healthy").as_bool();
    }
    std::int64_t worst = 0, matches = 0;
    bool all_ready = true, found = condition.daemon.empty();
    for (const json::value& item : answer.at("items").as_array()) {
        const json::object& row = item.as_object();
        if (by_lag) {
            worst = std::max(worst, row.at("lag_messages").as_int64());
            continue;
        }
        const bool meant = condition.daemon.empty() || text_at(row, "daemon") == condition.daemon ||
                           text_at(row, "id") == condition.daemon;
        if (!meant) continue;
        found = true;
        all_ready = all_ready && text_at(row, "state") == "ready";
        last = fmt::format("{} is {}", text_at(row, "id"), text_at(row, "state"));
        const json::value* load = row.if_contains("load");
        const json::value* count = load ? load->as_object().if_contains("matches") : nullptr;
        if (count && count->is_int64()) matches += count->get_int64();
    }
    if (by_lag) {
        last = fmt::format("lag {}", worst);
        return worst < condition.limit;
    }
    if (!found) { // one that is still to come, or a slip: the last line names it
        last = fmt::format("no daemon '{}'", condition.daemon);
        return false;
    }
    if (condition.what == "matches") {
        last = fmt::format("{} matches", matches);
        return matches == condition.limit;
    }
    return condition.what != "drained" && all_ready;
}

Answer look_at_status(const Invocation& invocation)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    AdminClient::Body body = client.get("/admin/v1/status");
    if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
    Document document = document_of(std::move(std::get<json::object>(body)), daemon_columns);
    const std::string only = invocation.argument(0);
    if (!only.empty() && only != "all") {
        json::array kept;
        for (json::value& item : document.items)
            if (text_at(item.as_object(), "daemon") == only || text_at(item.as_object(), "id") == only)
                kept.push_back(item);
        if (kept.empty())
            return Failure{66,    "not_found", fmt::format("no daemon '{}'", only), "", "type: harvestctl admin status",
                           false, {}};
        document.items = std::move(kept);
    }
    document.object["context"] = client.context();
    const std::string format = invocation.value_or("output", "table");
    const bool plain = !invocation.has("columns") && !invocation.has("filter") && !invocation.has("sort") &&
                       !invocation.has("no-headers") && !invocation.has("limit");
    if ((format == "table" || format == "wide") && plain) {
        OutputOptions options;
        options.format = format;
        Document rows = document;
        const auto table = render(std::move(rows), options);
        document.text = fmt::format("CONTEXT {}   VERSION {}   PLAYERS {}   {}\n{}", client.context(),
                                    text_at(document.object, "version"), text_at(document.object, "players_online"),
                                    text_at(document.object, "time"), std::get<std::string>(table));
    }
    return document;
}

Answer look_at_health(AdminClient& client)
{
    AdminClient::Body body = client.get("/admin/v1/health");
    if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
    json::object& answer = std::get<json::object>(body);
    const bool healthy = answer.at("healthy").as_bool();
    std::string text = health_text(answer);
    Document document = document_of(std::move(answer), {});
    document.text = std::move(text);
    document.columns = {{"NAME", "name"}, {"STATUS", "status"}, {"MESSAGE", "message"}, {"EXPLAIN", "explain"}};
    document.name_key = "name";
    return {std::move(document), healthy ? 0 : 1};
}

volatile std::sig_atomic_t watch_interrupted = 0;

void note_end_of_watch(int)
{
    watch_interrupted = 1;
}

// One round of a watch as text: for programs a line.
std::variant<std::string, Failure> round_text(const Invocation& invocation, Document document, bool first)
{
    OutputOptions options = output_options(invocation);
    const bool lines = options.format == "json" || options.format == "jsonl";
    if (lines) options.format = "json";
    if (options.format == "csv" && !first) options.headers = false;
    const bool apart = !first && (options.format == "table" || options.format == "wide");
    auto rendered = render(std::move(document), options);
    std::string* const text = std::get_if<std::string>(&rendered);
    if (text && lines) *text = to_json_text(json::parse(*text)) + '\n';
    if (text && options.format == "yaml") text->insert(0, "---\n");
    if (text && apart) text->insert(0, "\n");
    return rendered;
}

// Looks again and again until Ctrl-C, or until `enough`. A system that does not answer is told of and asked again.
Answer watch(const Invocation& invocation, const std::function<Answer()>& look,
             const std::function<bool(const Answer&)>& enough)
{
    const Millis interval = config::parse_duration(invocation.value_or("interval", "2s")).value();
    const std::string format = invocation.value_or("output", "table");
    const bool for_programs = format == "json" || format == "jsonl" || format == "yaml";
    std::signal(SIGINT, note_end_of_watch);
    for (bool first = true; !watch_interrupted;) {
        Answer seen = look();
        if (seen.failure && seen.failure->exit != 69 && seen.failure->exit != 75 && seen.failure->exit != 124)
            return seen;
        if (seen.failure) write_stderr(for_programs ? to_json(*seen.failure) : to_text(*seen.failure));
        if (seen.document) {
            const auto text = round_text(invocation, *seen.document, first);
            if (const Failure* failed = std::get_if<Failure>(&text)) return *failed;
            if (!write_stdout(std::get<std::string>(text)))
                return Failure{74, "io", "stdout cannot be written", "", "", false, {}};
            first = false;
        }
        if (enough(seen)) return {};
        const auto next = std::chrono::steady_clock::now() + interval;
        while (!watch_interrupted && std::chrono::steady_clock::now() < next)
            std::this_thread::sleep_for(std::min(interval, Millis{50}));
    }
    Answer answer;
    answer.exit = 130;
    return answer;
}

} // namespace

Answer admin_status(Invocation& invocation)
{
    if (!invocation.has("watch")) return look_at_status(invocation);
    const std::function<Answer()> look = [&] { return look_at_status(invocation); };
    return watch(invocation, look, [](const Answer&) { return false; });
}

Answer admin_health(Invocation& invocation)
{
    const bool until_healthy = invocation.has("exit-when-healthy");
    if (invocation.has("watch")) {
        const std::function<Answer()> look = [&]() -> Answer { // each round has the whole --timeout
            auto opened = open_admin(invocation);
            if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
            return look_at_health(std::get<AdminClient>(opened));
        };
        return watch(invocation, look,
                     [&](const Answer& seen) { return until_healthy && seen.document && seen.exit == 0; });
    }
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    for (;;) {
        Answer seen = look_at_health(client);
        const bool healthy = seen.document && seen.exit == 0;
        if (healthy || !until_healthy || client.left() <= Millis{300}) return seen;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

Answer admin_wait(Invocation& invocation)
{
    auto condition = read_condition(invocation);
    if (Failure* failed = std::get_if<Failure>(&condition)) return *failed;
    std::string last = "nothing was heard";
    const Millis total = config::parse_duration(invocation.value_or("timeout", "30s")).value();
    const auto end = std::chrono::steady_clock::now() + total;
    // Each try opens anew: the system may start, stop, or move its socket meanwhile.
    do {
        auto opened = open_admin(invocation);
        if (Failure* failed = std::get_if<Failure>(&opened)) {
            if (failed->exit == 64) return *failed;
            last = failed->message;
        } else if (holds(std::get<AdminClient>(opened), std::get<Condition>(condition), last)) {
            Document document;
            document.kind = "Wait";
            document.object["condition"] = invocation.value_or("for", "ready");
            document.object["met"] = true;
            document.object["last"] = last;
            document.text = fmt::format("{}: {}\n", invocation.value_or("for", "ready"), last);
            return document;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    } while (std::chrono::steady_clock::now() < end);
    return Failure{124,
                   "timed_out",
                   fmt::format("'{}' was not met in time", invocation.value_or("for", "ready")),
                   fmt::format("at last: {}", last),
                   "wait longer: --timeout 2m",
                   true,
                   {}};
}

} // namespace harvest::cli
