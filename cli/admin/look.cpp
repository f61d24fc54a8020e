// admin status, health, wait, top: what is, and whether it is well.
#include "cli/admin/client.hpp"
#include "cli/handlers.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
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
    if (condition.what == "matches") {
        last = fmt::format("{} matches", matches);
        return matches == condition.limit;
    }
    if (condition.what == "drained") return false;
    if (!found) last = fmt::format("no daemon '{}'", condition.daemon);
    return found && all_ready;
}

} // namespace

Answer admin_status(Invocation& invocation)
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

Answer admin_health(Invocation& invocation)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    for (;;) {
        AdminClient::Body body = client.get("/admin/v1/health");
        const bool waits = invocation.has("exit-when-healthy") && client.left() > Millis{300};
        if (Failure* failed = std::get_if<Failure>(&body)) {
            if (!waits) return *failed;
        } else {
            json::object& answer = std::get<json::object>(body);
            const bool healthy = answer.at("healthy").as_bool();
            if (healthy || !waits) {
                std::string text = health_text(answer);
                Document document = document_of(std::move(answer), {});
                document.text = std::move(text);
                document.columns = {
                    {"NAME", "name"}, {"STATUS", "status"}, {"MESSAGE", "message"}, {"EXPLAIN", "explain"}};
                document.name_key = "name";
                return {std::move(document), healthy ? 0 : 1};
            }
        }
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
