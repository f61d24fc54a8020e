// admin kafka produce: events from a file or stdin, checked whole, then appended.
#include "cli/admin/consent.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/admin/pace.hpp"
#include "cli/handlers.hpp"
#include "cli/plan_id.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

namespace harvest::cli {
namespace {

// What one request of the admin API carries.
constexpr std::size_t most_bytes = 48 * 1024, most_lines = 200;

Failure bad_event_line(std::size_t number, const std::string& what)
{
    return Failure{65,
                   "invalid_argument",
                   fmt::format("line {}: {}", number, what),
                   "each line is one event, as `consume -o jsonl` prints it; nothing was produced",
                   "see what one looks like: harvestctl docs events TYPE",
                   false,
                   {}};
}

std::variant<json::object, Failure> event_in(const std::string& line, std::size_t number, const std::string& topic)
{
    boost::system::error_code error;
    json::value value = json::parse(line, error);
    if (error || !value.is_object()) return bad_event_line(number, "is no JSON object");
    json::object& object = value.get_object();
    if (const std::string of = text_at(object, "topic"); !of.empty() && of != topic)
        return bad_event_line(number, fmt::format("topic: is an event of {}", of));
    json::object event{{"line", number}};
    for (const char* name : {"type", "key"}) {
        if (text_at(object, name).empty()) return bad_event_line(number, fmt::format("{}: is missing", name));
        event[name] = object.at(name);
    }
    for (const char* name : {"id", "source", "time", "traceparent"})
        if (const std::string text = text_at(object, name); !text.empty()) event[name] = text;
    if (!object.contains("data")) return bad_event_line(number, "data: is missing");
    event["data"] = std::move(object.at("data"));
    return event;
}

// Lines as bodies of requests, `{"events":[…]` still open.
std::variant<std::vector<json::array>, Failure> read_batches(std::istream& in, const std::string& topic,
                                                             std::size_t most)
{
    std::vector<json::array> batches;
    std::size_t bytes = most_bytes, number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        auto event = event_in(line, number, topic);
        if (Failure* failed = std::get_if<Failure>(&event)) return *failed;
        if (bytes + line.size() > most_bytes || batches.back().size() >= most) {
            batches.emplace_back();
            bytes = 0;
        }
        bytes += line.size();
        batches.back().push_back(std::move(std::get<json::object>(event)));
    }
    if (batches.empty())
        return Failure{65,
                       "invalid_argument",
                       "there is nothing to produce",
                       "no line holds an event",
                       "give them: harvestctl admin kafka consume TOPIC -o jsonl",
                       false,
                       {}};
    return batches;
}

std::variant<std::vector<json::array>, Failure> read_input(const Invocation& invocation, std::size_t most)
{
    const std::string topic = invocation.argument(0);
    const std::string path = invocation.value_or("from-file", "-");
    if (path != "-") {
        std::ifstream file(path);
        if (!file)
            return Failure{
                66,    "not_found", fmt::format("{} cannot be read", path), "", "choose another: --from-file PATH",
                false, {}};
        return read_batches(file, topic, most);
    }
    if (::isatty(STDIN_FILENO))
        return usage_failure("there is nothing to produce", "events come from stdin, one JSON object a line",
                             fmt::format("type: harvestctl admin kafka produce {} --from-file events.jsonl", topic));
    return read_batches(std::cin, topic, most);
}

json::object body_of(const json::array& events, const Invocation& invocation, bool dry)
{
    json::object body{{"events", events}, {"reason", invocation.value_or("reason", "")}, {"dry_run", dry}};
    if (const auto ticket = invocation.value("ticket")) body["ticket"] = *ticket;
    return body;
}

// Plans of all batches as one.
void join_plans(json::object& whole, const json::object& next, bool first, std::map<std::string, std::int64_t>& types)
{
    for (const json::value& change : next.at("changes").as_array()) {
        const std::string text(change.as_string());
        types[text.substr(text.rfind(' ') + 1)] += std::stoll(text);
    }
    if (first) return;
    const std::string id = text_at(whole, "id");
    whole["id"] = id.substr(0, plan_time_length) + plan_hash(id + text_at(next, "id"));
}

std::variant<json::object, Failure> plan_all(AdminClient& client, const Invocation& invocation, const std::string& path,
                                             const std::vector<json::array>& batches)
{
    json::object whole;
    std::map<std::string, std::int64_t> types;
    std::int64_t events = 0;
    std::string as_of = invocation.value_or("plan", ""); // all batches are planned as of one moment
    for (const json::array& batch : batches) {
        json::object body = body_of(batch, invocation, true);
        if (!as_of.empty()) body["plan"] = as_of;
        auto planned = client.plan(path, std::move(body));
        if (Failure* failed = std::get_if<Failure>(&planned)) {
            if (failed->code == "invalid_argument") {
                failed->exit = 65;
                failed->why = "it does not fit the schema of its type; nothing was produced";
                failed->hint = "see the schema: harvestctl docs events TYPE";
            }
            if (failed->code == "conflict") failed->exit = 4;
            return about_topic(std::move(*failed), invocation, invocation.argument(0));
        }
        const json::object& plan = std::get<json::object>(planned);
        if (as_of.empty()) as_of = text_at(plan, "id");
        const bool first = whole.empty();
        if (first) whole = plan;
        join_plans(whole, plan, first, types);
        events += static_cast<std::int64_t>(batch.size());
    }
    json::array changes;
    for (const auto& [type, count] : types) changes.push_back(json::value(fmt::format("{} of {}", count, type)));
    whole["changes"] = std::move(changes);
    whole["affects"] = json::object{{"events", events}};
    return whole;
}

} // namespace

Answer admin_kafka_produce(Invocation& invocation)
{
    Pace pace(invocation);
    auto input = read_input(invocation, pace.batch(most_lines));
    if (Failure* failed = std::get_if<Failure>(&input)) return *failed;
    const auto& batches = std::get<std::vector<json::array>>(input);
    std::size_t events = 0;
    for (const json::array& batch : batches) events += batch.size();
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    if (auto failed = pace.check(events, client.left())) return *failed;
    const std::string path = "/admin/v1/topics/" + path_segment(invocation.argument(0)) + "/events";
    auto planned = plan_all(client, invocation, path, batches);
    if (Failure* failed = std::get_if<Failure>(&planned)) return *failed;
    json::object& plan = std::get<json::object>(planned);
    if (invocation.has("dry-run")) return plan_document(std::move(plan), client);
    if (auto refused = consent(invocation, client, plan)) return *refused;
    json::object done;
    std::size_t appended = 0;
    for (const json::array& batch : batches) {
        pace.wait(appended, events);
        auto answer = client.post(path, json::serialize(body_of(batch, invocation, false)));
        if (Failure* failed = std::get_if<Failure>(&answer)) {
            failed->message += fmt::format("; {} events were produced before", appended);
            failed->hint = "produce the rest again, or all of it: what has an `id` and is there already is left out";
            return *failed;
        }
        appended += batch.size();
        done = std::move(std::get<json::object>(answer));
    }
    done["affected"] = json::object{{"events", appended}};
    return done_document(std::move(done));
}

} // namespace harvest::cli
