#include "common/protocol/json_schema.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace harvest::protocol {
namespace {

namespace json = boost::json;

// std::regex recurses once a character.
constexpr std::size_t longest_matched = 512;

const json::value* keyword(const json::object& schema, std::string_view name)
{
    return schema.if_contains(name);
}

std::int64_t number(const json::value& value)
{
    return value.is_uint64() ? static_cast<std::int64_t>(value.get_uint64()) : value.get_int64();
}

std::int64_t characters(std::string_view text)
{
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::string type_fault(std::string_view type, const json::value& value)
{
    if (type == "object") return value.is_object() ? "" : "is not an object";
    if (type == "array") return value.is_array() ? "" : "is not a list";
    if (type == "string") return value.is_string() ? "" : "is not a string";
    if (type == "boolean") return value.is_bool() ? "" : "is not true or false";
    if (type == "integer") return value.is_int64() || value.is_uint64() ? "" : "is not a whole number";
    if (type == "number") return value.is_number() ? "" : "is not a number";
    return fmt::format("has the unknown type '{}' in its schema", type);
}

std::string number_fault(const json::object& schema, const json::value& value)
{
    if (value.is_uint64() && value.get_uint64() > static_cast<std::uint64_t>(INT64_MAX)) return "is out of range";
    if (const json::value* low = keyword(schema, "minimum"); low && number(value) < number(*low))
        return fmt::format("is below {}", number(*low));
    if (const json::value* high = keyword(schema, "maximum"); high && number(value) > number(*high))
        return fmt::format("is above {}", number(*high));
    return {};
}

std::string text_fault(const json::object& schema, std::string_view text)
{
    if (const json::value* longest = keyword(schema, "maxLength"); longest && characters(text) > number(*longest))
        return fmt::format("is longer than {} characters", number(*longest));
    if (const json::value* shortest = keyword(schema, "minLength"); shortest && characters(text) < number(*shortest))
        return fmt::format("is shorter than {} characters", number(*shortest));
    const json::value* pattern = keyword(schema, "pattern");
    if (!pattern) return {};
    const std::string wanted(pattern->get_string());
    if (text.size() <= longest_matched && std::regex_search(text.begin(), text.end(), std::regex(wanted))) return {};
    return fmt::format("does not match {}", wanted);
}

// What does not fit, and where: ".plots[1]". No reason: it fits.
struct Fault {
    std::string path, reason;
};

Fault fault_in(const json::object& schema, const json::value& value, Unknown unknown);

Fault list_fault(const json::object& schema, const json::array& list, Unknown unknown)
{
    const auto size = static_cast<std::int64_t>(list.size());
    if (const json::value* least = keyword(schema, "minItems"); least && size < number(*least))
        return {"", fmt::format("has fewer than {} elements", number(*least))};
    if (const json::value* most = keyword(schema, "maxItems"); most && size > number(*most))
        return {"", fmt::format("has more than {} elements", number(*most))};
    const json::value* items = keyword(schema, "items");
    for (std::size_t i = 0; items && i < list.size(); ++i) {
        Fault fault = fault_in(items->get_object(), list[i], unknown);
        if (!fault.reason.empty()) return {fmt::format("[{}]", i) + fault.path, fault.reason};
    }
    return {};
}

Fault object_fault(const json::object& schema, const json::object& object, Unknown unknown)
{
    const auto at = [](std::string_view name) { return '.' + std::string(name); };
    if (const json::value* required = keyword(schema, "required"))
        for (const json::value& name : required->get_array())
            if (!object.contains(name.get_string())) return {at(name.get_string()), "is missing"};
    const json::value* properties = keyword(schema, "properties");
    const json::value* others = keyword(schema, "additionalProperties");
    for (const auto& [name, value] : object) {
        const json::value* below = properties ? properties->get_object().if_contains(name) : nullptr;
        if (!below && others && others->is_object()) below = others;
        if (!below && unknown == Unknown::refuse) return {at(name), "is not known"};
        if (!below) continue;
        Fault fault = fault_in(below->get_object(), value, unknown);
        if (!fault.reason.empty()) return {at(name) + fault.path, fault.reason};
    }
    return {};
}

Fault fault_in(const json::object& schema, const json::value& value, Unknown unknown)
{
    if (const json::value* type = keyword(schema, "type"))
        if (std::string fault = type_fault(type->get_string(), value); !fault.empty()) return {"", fault};
    if (const json::value* choices = keyword(schema, "enum")) {
        const json::array& list = choices->get_array();
        if (std::ranges::find(list, value) == list.end()) return {"", "is not one of " + json::serialize(*choices)};
    }
    if (const json::value* only = keyword(schema, "const"); only && *only != value)
        return {"", "is not " + json::serialize(*only)};
    if (value.is_int64() || value.is_uint64()) return {"", number_fault(schema, value)};
    if (value.is_string()) return {"", text_fault(schema, value.get_string())};
    if (value.is_array()) return list_fault(schema, value.get_array(), unknown);
    if (value.is_object()) return object_fault(schema, value.get_object(), unknown);
    return {};
}

} // namespace

std::string schema_fault(const json::object& schema, const json::value& value, Unknown unknown)
{
    const Fault fault = fault_in(schema, value, unknown);
    if (fault.reason.empty() || fault.path.empty()) return fault.reason;
    return (fault.path.starts_with('.') ? fault.path.substr(1) : fault.path) + ": " + fault.reason;
}

} // namespace harvest::protocol
