// What a schema of events may not do to its readers within one version.
#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace harvest::test {

namespace json = boost::json;

inline bool lists(const json::object& schema, std::string_view keyword, const json::value& wanted)
{
    const json::value* list = schema.if_contains(keyword);
    if (!list) return false;
    return std::ranges::find(list->as_array(), wanted) != list->as_array().end();
}

// Every way in which a reader or writer of `before` breaks on `now`, as "plots[].units: is gone".
inline void find_breaks(const json::object& before, const json::object& now, const std::string& path,
                        std::vector<std::string>& breaks)
{
    const auto report = [&](const std::string& at, const std::string& what) {
        breaks.push_back((path + at).substr((path + at).starts_with('.') ? 1 : 0) + ": " + what);
    };
    const json::value* type = before.if_contains("type");
    const json::value* type_now = now.if_contains("type");
    if ((type ? *type : json::value()) != (type_now ? *type_now : json::value())) report("", "has another type");
    if (const json::value* choices = before.if_contains("enum"))
        for (const json::value& choice : choices->as_array())
            if (!lists(now, "enum", choice)) report("", "lost the choice " + json::serialize(choice));
    if (const json::value* items = before.if_contains("items"); items && now.contains("items"))
        find_breaks(items->as_object(), now.at("items").as_object(), path + "[]", breaks);
    const json::value* properties_now = now.if_contains("properties");
    if (const json::value* properties = before.if_contains("properties"))
        for (const auto& [name, schema] : properties->as_object()) {
            const std::string at = '.' + std::string(name);
            const json::value* still = properties_now ? properties_now->as_object().if_contains(name) : nullptr;
            if (!still)
                report(at, "is gone");
            else
                find_breaks(schema.as_object(), still->as_object(), path + at, breaks);
            if (lists(before, "required", json::value(name)) && !lists(now, "required", json::value(name)))
                report(at, "is required no longer");
        }
    if (const json::value* required = now.if_contains("required"))
        for (const json::value& name : required->as_array())
            if (!lists(before, "required", name)) report('.' + std::string(name.as_string()), "is required now");
}

inline std::vector<std::string> breaks(const json::object& before, const json::object& now)
{
    std::vector<std::string> found;
    find_breaks(before, now, "", found);
    return found;
}

} // namespace harvest::test
