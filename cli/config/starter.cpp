// config init and schema: the starter file and the JSON Schema, both made from the config structs.
#include "cli/handlers.hpp"
#include "cli/settings.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <map>

namespace harvest::cli {
namespace {

std::vector<std::string> split_path(const std::string& path)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t dot = std::min(path.find('.', at), path.size());
        parts.push_back(path.substr(at, dot - at));
        at = dot + 1;
    }
    return parts;
}

// What a system of several processes sets.
const std::map<std::string, std::string, std::less<>>& distributed()
{
    static const std::map<std::string, std::string, std::less<>> values{
        {"store.kind", "postgres"},
        {"store.dsn", "env:HARVEST_POSTGRES_DSN"},
        {"event_log.kind", "kafka"},
        {"shared.kind", "redis"},
        {"redis.url", "env:HARVEST_REDIS_URL"},
        {"rpc.auth", "[\"auth-0@127.0.0.1:7502\"]"},
        {"rpc.match", "[\"match-0@127.0.0.1:7503\"]"},
        {"rpc.instance", "[\"instance-0@127.0.0.1:7504\"]"},
        {"rpc.chat", "[\"chat-0@127.0.0.1:7505\"]"},
        {"rpc.connsrv", "[\"connsrv-0@127.0.0.1:7501\"]"},
        {"rpc.gateway", "[\"gateway-0@127.0.0.1:7500\"]"},
    };
    return values;
}

// Every key with its sentence, commented out where it says its default.
std::string starter(const std::string& kind)
{
    Settings settings;
    std::string out = "# harvestctl: every key with its default; remove the '#' of a line to change it.\n"
                      "# Check with: harvestctl config check FILE\n";
    if (kind == "distributed")
        out += "# For daemons apart, each in a process of its own, over PostgreSQL, Kafka and Redis.\n";
    std::vector<std::string> open;
    for (const config::Field& field : fields_of(settings)) {
        const std::vector<std::string> parts = split_path(field.path);
        std::size_t same = 0;
        while (same < open.size() && same + 1 < parts.size() && open[same] == parts[same]) ++same;
        open.resize(same);
        for (std::size_t i = same; i + 1 < parts.size(); ++i) {
            if (i == 0) out += '\n';
            out += fmt::format("{}{}:\n", std::string(i * 2, ' '), parts[i]);
            open.push_back(parts[i]);
        }
        const std::string pad((parts.size() - 1) * 2, ' ');
        const std::string range = config::range_text(field);
        out += fmt::format("{}# {}{}\n", pad, field.info.doc, range.empty() ? "" : fmt::format(" ({})", range));
        const auto set = distributed().find(field.path);
        if (kind == "distributed" && set != distributed().end())
            out += fmt::format("{}{}: {}\n", pad, parts.back(), set->second);
        else
            out += fmt::format("{}#{}: {}\n", pad, parts.back(), config::value_text(field));
    }
    return out;
}

json::object schema_of(const config::Field& field)
{
    constexpr const char* types[] = {"boolean", "integer", "integer", "string", "string", "string", "string", "array"};
    json::object out;
    out["type"] = types[field.target.index()];
    out["description"] = field.info.doc;
    if (std::holds_alternative<std::uint16_t*>(field.target)) out["maximum"] = 65'535;
    if (std::holds_alternative<std::int64_t*>(field.target)) out["minimum"] = field.info.min;
    if (std::holds_alternative<Millis*>(field.target)) out["pattern"] = "^(0|([0-9]+(d|h|m|s|ms))+)$";
    if (std::holds_alternative<config::ByteSize*>(field.target)) out["pattern"] = "^(0|[0-9]+(GiB|MiB|KiB|B))$";
    if (std::holds_alternative<config::SecretRef*>(field.target)) out["pattern"] = "^$|^(file|env|credential):";
    json::array choices;
    for (const std::string_view choice : field.info.choices) choices.emplace_back(choice);
    if (std::holds_alternative<std::vector<std::string>*>(field.target)) {
        out["items"] = {{"type", "string"}};
        if (!choices.empty()) out["items"].as_object()["enum"] = choices;
    } else if (!choices.empty()) {
        out["enum"] = choices;
    }
    return out;
}

} // namespace

Answer config_init(Invocation& invocation)
{
    return text_document(starter(invocation.argument(0)));
}

Answer config_schema(Invocation&)
{
    Settings settings;
    json::object root;
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    root["title"] = "harvest.yaml";
    root["type"] = "object";
    root["additionalProperties"] = false;
    root["properties"] = json::object();
    for (const config::Field& field : fields_of(settings)) {
        json::object* at = &root["properties"].as_object();
        const std::vector<std::string> parts = split_path(field.path);
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            json::value& below = (*at)[parts[i]];
            if (!below.is_object())
                below = {{"type", "object"}, {"additionalProperties", false}, {"properties", json::object()}};
            at = &below.as_object()["properties"].as_object();
        }
        (*at)[parts.back()] = schema_of(field);
    }
    return text_document(to_json_text(root) + '\n');
}

} // namespace harvest::cli
