#include "cli/output_select.hpp"

#include "common/base/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace harvest::cli {

const json::value* value_at(const json::object& object, std::string_view path)
{
    if (const json::value* whole = object.if_contains(path)) return whole;
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const json::value* below = object.if_contains(path.substr(0, dot));
    return below && below->is_object() ? value_at(below->get_object(), path.substr(dot + 1)) : nullptr;
}

std::string plain_text(const json::value& value)
{
    if (value.is_null()) return {};
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_array()) {
        std::string out;
        for (const json::value& each : value.get_array()) out += (out.empty() ? "" : ",") + plain_text(each);
        return out;
    }
    if (value.is_object()) {
        std::string out;
        for (const auto& [key, each] : value.get_object()) {
            if (!out.empty()) out += ' ';
            out += plain_text(each) + ' ' + std::string(key);
        }
        return out;
    }
    return to_json_text(value);
}

std::optional<std::int64_t> whole_number(const json::value& value)
{
    if (value.is_int64()) return value.get_int64();
    if (value.is_uint64()) return static_cast<std::int64_t>(value.get_uint64());
    if (value.is_double()) return std::llround(value.get_double());
    if (!value.is_string()) return std::nullopt;
    const std::string_view text = value.get_string();
    std::int64_t number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return number;
}

namespace {

std::vector<std::string> keys_of(const std::vector<Column>& columns)
{
    std::vector<std::string> keys;
    keys.reserve(columns.size());
    for (const Column& column : columns) keys.push_back(column.key);
    return keys;
}

} // namespace

std::optional<Failure> choose_columns(std::vector<Column>& columns, const OutputOptions& options)
{
    const bool wide = options.format == "wide" || options.format == "csv" || !options.columns.empty();
    if (!wide) std::erase_if(columns, [](const Column& column) { return column.wide; });
    if (options.columns.empty()) return std::nullopt;
    std::vector<Column> chosen;
    for (const std::string& wanted : options.columns) {
        const auto found = std::ranges::find_if(columns, [&](const Column& column) {
            return column.key == wanted || edit_distance(column.header, wanted) == 0;
        });
        if (found == columns.end()) {
            const std::vector<std::string> known = keys_of(columns);
            const auto near = suggest(wanted, known);
            return usage_failure(fmt::format("no column '{}'", wanted),
                                 fmt::format("the columns are {}", fmt::join(known, ", ")),
                                 near ? fmt::format("did you mean: --columns {}", *near) : "");
        }
        chosen.push_back(*found);
    }
    columns = std::move(chosen);
    return std::nullopt;
}

namespace {

std::string key_of(const Document& document, std::string_view name)
{
    for (const Column& column : document.columns)
        if (column.key == name || edit_distance(column.header, name) == 0) return column.key;
    return std::string(name);
}

// A key that no item has and that is nearly one which they have is a slip: an empty list would pass for an answer.
std::optional<Failure> slip_of_key(const Document& document, const std::string& key, std::string_view flag)
{
    std::vector<std::string> known = keys_of(document.columns);
    for (const json::value& item : document.items) {
        if (!item.is_object()) continue;
        if (value_at(item.get_object(), key)) return std::nullopt;
        for (const auto& [name, value] : item.get_object()) known.emplace_back(name);
    }
    if (document.items.empty() || std::ranges::find(known, key) != known.end()) return std::nullopt;
    const auto near = suggest(key, known);
    if (!near) return std::nullopt; // what is optional may be in none
    return usage_failure(fmt::format("{}: no item has '{}'", flag, key), "",
                         fmt::format("did you mean: {} {}", flag, *near));
}

} // namespace

std::optional<Failure> apply_filters(Document& document, const OutputOptions& options)
{
    for (const std::string& filter : options.filters) {
        const std::size_t equals = filter.find('=');
        if (equals == std::string::npos || equals == 0)
            return usage_failure(fmt::format("'{}' is not a filter", filter), "a filter is KEY=VALUE or KEY!=VALUE",
                                 "type: --filter 'state=ready'");
        const bool negated = filter[equals - 1] == '!';
        const std::string key = key_of(document, std::string_view(filter).substr(0, equals - (negated ? 1 : 0)));
        const std::string wanted = filter.substr(equals + 1);
        if (auto failed = slip_of_key(document, key, "--filter")) return failed;
        json::array kept;
        for (json::value& item : document.items) {
            const json::value* value = item.is_object() ? value_at(item.get_object(), key) : nullptr;
            if (((value ? plain_text(*value) : "") == wanted) != negated) kept.push_back(std::move(item));
        }
        document.items = std::move(kept);
    }
    return std::nullopt;
}

std::optional<Failure> sort_items(Document& document, const std::string& sort)
{
    if (sort.empty()) return std::nullopt;
    const bool down = sort.starts_with('-');
    const std::string key = key_of(document, std::string_view(sort).substr(down ? 1 : 0));
    if (auto failed = slip_of_key(document, key, "--sort")) return failed;
    std::vector<json::value> items(document.items.begin(), document.items.end());
    const auto before = [&](const json::value& a, const json::value& b) {
        const json::value* x = a.is_object() ? value_at(a.get_object(), key) : nullptr;
        const json::value* y = b.is_object() ? value_at(b.get_object(), key) : nullptr;
        if (!x || !y) return x != nullptr && y == nullptr;
        if (x->is_double() && y->is_double())
            return down ? y->get_double() < x->get_double() : x->get_double() < y->get_double();
        const auto nx = whole_number(*x), ny = whole_number(*y);
        if (nx && ny) return down ? *ny < *nx : *nx < *ny;
        return down ? plain_text(*y) < plain_text(*x) : plain_text(*x) < plain_text(*y);
    };
    std::ranges::stable_sort(items, before);
    document.items = json::array(items.begin(), items.end());
    return std::nullopt;
}

} // namespace harvest::cli
