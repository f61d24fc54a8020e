#include "common/protocol/event_schemas.hpp"

#include "common/base/assert.hpp"
#include "common/base/suggest.hpp"
#include "common/protocol/event_schema_texts.hpp"
#include "common/protocol/json_schema.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace harvest::protocol {
namespace {

std::vector<EventSchema> load()
{
    std::vector<EventSchema> all;
    for (const std::string_view text : event_schema_texts()) {
        boost::system::error_code error;
        const boost::json::value schema = boost::json::parse(text, error);
        HARVEST_ASSERT(!error && schema.is_object());
        const boost::json::object& object = schema.get_object();
        all.push_back({std::string(object.at("title").get_string()),
                       std::string(object.at("x-harvest-topic").get_string()), object});
    }
    std::ranges::sort(all, {}, &EventSchema::type);
    return all;
}

bool belongs(const EventSchema& schema, std::string_view topic)
{
    return schema.topic == topic || (schema.topic == "*.parked" && topic.ends_with(".parked"));
}

} // namespace

std::span<const EventSchema> event_schemas()
{
    static const std::vector<EventSchema> schemas = load();
    return schemas;
}

const EventSchema* find_event_schema(std::string_view type)
{
    const auto all = event_schemas();
    const auto found = std::ranges::find(all, type, &EventSchema::type);
    return found == all.end() ? nullptr : &*found;
}

Result<void> check_event(std::string_view topic, std::string_view type, std::string_view data, std::string& why)
{
    const EventSchema* schema = find_event_schema(type);
    if (!schema) {
        std::vector<std::string> known;
        for (const EventSchema& each : event_schemas())
            if (belongs(each, topic)) known.push_back(each.type);
        const std::optional<std::string> near = suggest(type, known);
        why = fmt::format("type: '{}' is not known{}", type, near ? fmt::format("; did you mean {}", *near) : "");
        return Errc::invalid_argument;
    }
    if (!belongs(*schema, topic)) {
        why = fmt::format("type: {} belongs to {}", type, schema->topic);
        return Errc::invalid_argument;
    }
    const Result<boost::json::value> value = detail::parse(data, &why);
    if (!value) {
        why = "data: " + why;
        return value.error();
    }
    const std::string fault = schema_fault(schema->schema, *value, Unknown::refuse);
    if (fault.empty()) return {};
    why = (fault.find(": ") == std::string::npos ? "data: " : "data.") + fault;
    return Errc::invalid_argument;
}

} // namespace harvest::protocol
