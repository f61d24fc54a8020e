// admin kafka offsets: what a group has committed, kept in a file and moved.
#include "cli/admin/offsets.hpp"

#include "cli/admin/consent.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/handlers.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

namespace harvest::cli {
namespace {

constexpr const char* reset_ways = "to a place, by a difference, or to what was exported";

// For a group that is not there: how to see those that are.
Answer about_group(Answer answer)
{
    if (answer.failure && answer.failure->message.starts_with("no group"))
        answer.failure->hint = "see all: harvestctl admin kafka groups";
    return answer;
}

Failure bad_line(std::size_t number, const std::string& what)
{
    return Failure{65,
                   "invalid_argument",
                   fmt::format("line {}: {}", number, what),
                   "each line is one partition, as `offsets show --export` writes it; nothing was changed",
                   "make one: harvestctl admin kafka offsets show GROUP --export FILE",
                   false,
                   {}};
}

std::variant<json::array, Failure> read_import(const Invocation& invocation)
{
    const std::string path = *invocation.value("import"), group = invocation.argument(0);
    if (path == "-") return parse_offsets(std::cin, group);
    std::ifstream file(path);
    if (!file)
        return Failure{66,    "not_found", fmt::format("{} cannot be read", path), "", "choose another: --import FILE",
                       false, {}};
    return parse_offsets(file, group);
}

// Those of one topic, or of one partition of it.
json::array chosen(json::array offsets, const Invocation& invocation)
{
    const auto topic = invocation.value("topic"), partition = invocation.value("partition");
    json::array out;
    for (json::value& each : offsets) {
        const json::object& offset = each.as_object();
        const bool fits = (!topic || text_at(offset, "topic") == *topic) &&
                          (!partition || to_json_text(offset.at("partition")) == *partition);
        if (fits) out.push_back(std::move(each));
    }
    return out;
}

// What the flags say, as the admin API takes it.
std::variant<json::object, Failure> reset_request(const Invocation& invocation)
{
    int ways = 0;
    for (const char* way : {"to", "to-time", "shift", "import"}) ways += invocation.has(way) ? 1 : 0;
    if (ways != 1)
        return usage_failure(
            fmt::format("'{}' needs one of --to, --to-time, --shift, --import", invocation.command->path),
            fmt::format("it moves a group {}", reset_ways),
            "type: harvestctl admin kafka offsets reset GROUP --topic harvest.game --to @-5m");
    json::object request{{"reason", invocation.value_or("reason", "")}, {"plan", ""}};
    if (invocation.has("import")) {
        auto read = read_import(invocation);
        if (Failure* failed = std::get_if<Failure>(&read)) return *failed;
        json::array offsets = chosen(std::move(std::get<json::array>(read)), invocation);
        if (offsets.empty())
            return Failure{65,
                           "invalid_argument",
                           "there is nothing to import",
                           "no line is of what was asked for",
                           "look at it, or leave out --topic and --partition",
                           false,
                           {}};
        request["offsets"] = std::move(offsets);
        return request;
    }
    if (!invocation.has("topic"))
        return usage_failure(fmt::format("'{}' needs --topic", invocation.command->path),
                             "it moves a group in one topic", "add: --topic harvest.game");
    request["topic"] = *invocation.value("topic");
    if (const auto partition = invocation.value("partition")) request["partition"] = std::stoll(*partition);
    if (const auto shift = invocation.value("shift")) {
        request["shift"] = std::stoll(*shift);
        return request;
    }
    std::string to = invocation.value_or("to", "@" + invocation.value_or("to-time", ""));
    if (to.starts_with("@@")) to.erase(0, 1);
    if (to.starts_with('@')) {
        const auto at = time_of(to);
        if (!at)
            return usage_failure(fmt::format("'{}' is no time", to), "like @-1h or @2026-11-23T01:00:00Z",
                                 "type: --to @-1h");
        to = *at;
    }
    request["to"] = to;
    return request;
}

// Into a file; nothing is left half written under its name.
bool write_whole(const std::string& path, const std::string& text)
{
    const std::string half = path + ".part";
    std::ofstream file(half, std::ios::trunc);
    file << text;
    file.close();
    if (file && std::rename(half.c_str(), path.c_str()) == 0) return true;
    (void)std::remove(half.c_str());
    return false;
}

} // namespace

std::variant<json::array, Failure> parse_offsets(std::istream& in, const std::string& group)
{
    json::array offsets;
    std::set<std::pair<std::string, std::int64_t>> seen;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        boost::system::error_code error;
        const json::value value = json::parse(line, error);
        if (error || !value.is_object()) return bad_line(number, "is no JSON object");
        const json::object& object = value.get_object();
        if (const std::string of = text_at(object, "group"); of != group)
            return bad_line(number, fmt::format("group: is '{}', not {}", of, group));
        const std::string topic = text_at(object, "topic"), committed = text_at(object, "committed");
        if (topic.empty()) return bad_line(number, "topic: is missing");
        const json::value* partition = object.if_contains("partition");
        if (!partition || !partition->is_int64() || partition->get_int64() < 0 ||
            partition->get_int64() > std::numeric_limits<std::int32_t>::max())
            return bad_line(number, "partition: is no number of a partition");
        if (committed.empty() || committed.size() > 18 ||
            committed.find_first_not_of("0123456789") != std::string::npos)
            return bad_line(number, "committed: is no offset");
        if (!seen.emplace(topic, partition->get_int64()).second)
            return bad_line(number, fmt::format("partition: {} of {} was there before", partition->get_int64(), topic));
        offsets.push_back(json::object{{"topic", topic}, {"partition", *partition}, {"committed", committed}});
    }
    return offsets;
}

Answer admin_kafka_offsets_show(Invocation& invocation)
{
    const std::string topic = invocation.value_or("topic", "");
    Answer answer = about_group(named(show(invocation,
                                           "/admin/v1/groups/" + path_segment(invocation.argument(0)) + "/offsets" +
                                               (topic.empty() ? "" : '?' + query_pair("topic", topic)),
                                           {{"GROUP", "group"},
                                            {"TOPIC", "topic"},
                                            {"PART", "partition", Form::number},
                                            {"FIRST", "first", Form::number},
                                            {"COMMITTED", "committed", Form::number},
                                            {"END", "end", Form::number},
                                            {"LAG", "lag_messages", Form::number}}),
                                      "group"));
    const auto path = invocation.value("export");
    if (!path || !answer.document) return answer;
    std::string lines;
    for (const json::value& item : answer.document->items) lines += to_json_text(item) + '\n';
    if (*path == "-")
        answer.document->text = std::move(lines);
    else if (!write_whole(*path, lines))
        return Failure{73, "unavailable", fmt::format("{} cannot be written", *path), "", "", false, {}};
    return answer;
}

Answer admin_kafka_offsets_reset(Invocation& invocation)
{
    auto request = reset_request(invocation);
    if (Failure* failed = std::get_if<Failure>(&request)) return *failed;
    Answer answer =
        about_group(change(invocation, "/admin/v1/groups/" + path_segment(invocation.argument(0)) + "/offsets",
                           std::move(std::get<json::object>(request))));
    if (answer.failure && answer.failure->message.starts_with("no topic")) {
        answer.failure = about_topic(std::move(*answer.failure), invocation, invocation.value_or("topic", ""));
        if (answer.failure->hint.starts_with("did you mean"))
            answer.failure->hint =
                "did you mean: --topic " + answer.failure->hint.substr(answer.failure->hint.rfind(' ') + 1);
    }
    if (answer.failure && answer.failure->message.starts_with("the group")) {
        answer.failure->why = "a group is moved only while nobody reads for it";
        answer.failure->hint = "see who reads: harvestctl admin kafka groups";
    }
    return answer;
}

} // namespace harvest::cli
