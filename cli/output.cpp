#include "cli/output.hpp"

#include "cli/output_select.hpp"
#include "common/base/time.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace harvest::cli {
namespace {

std::string age_text(std::string_view rfc3339)
{
    const Result<Millis> at = parse_rfc3339(rfc3339);
    if (!at) return std::string(rfc3339);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return uptime_text((std::chrono::duration_cast<Millis>(now) - *at).count() / 1000);
}

std::string cell(const json::value* value, Form form)
{
    if (value && value->is_null() && form == Form::eta) return "never";
    if (!value || value->is_null()) return "-";
    const std::string text = plain_text(*value);
    if (text.empty()) return "-";
    const std::optional<std::int64_t> number = whole_number(*value);
    switch (form) {
    case Form::number:
        return number ? thousands(*number) : sanitized(text);
    case Form::kept:
        return number && *number > 0 ? uptime_text(*number) : "for ever";
    case Form::uptime:
    case Form::eta:
        return number ? uptime_text(*number) : sanitized(text);
    case Form::percent:
        return value->is_number() ? fmt::format("{:.1f}%", value->to_number<double>() * 100) : sanitized(text);
    case Form::id:
        return sanitized(short_id(text));
    case Form::yes_no:
        return value->is_bool() ? (value->get_bool() ? "yes" : "no") : sanitized(text);
    case Form::age_of:
        return age_text(text);
    case Form::text:
        break;
    }
    return sanitized(text);
}

std::size_t width_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool right_aligned(Form form)
{
    return form == Form::number || form == Form::percent;
}

std::string table(const json::array& items, const std::vector<Column>& columns, bool headers)
{
    std::vector<std::vector<std::string>> rows;
    if (headers && !items.empty()) {
        rows.emplace_back();
        for (const Column& column : columns) rows.back().push_back(column.header);
    }
    for (const json::value& item : items) {
        rows.emplace_back();
        for (const Column& column : columns)
            rows.back().push_back(
                cell(item.is_object() ? value_at(item.get_object(), column.key) : nullptr, column.form));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string gap(widths[i] - width_of(row[i]), ' ');
            if (i) line += "  ";
            line += right_aligned(columns[i].form) ? gap + row[i] : row[i] + gap;
        }
        while (line.ends_with(' ')) line.pop_back();
        out += line + '\n';
    }
    return out;
}

std::string csv_field(std::string text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, 1, '"');
    return '"' + text + '"';
}

// RFC 4180 with the base units of JSON.
std::string csv(const json::array& items, const std::vector<Column>& columns, bool headers)
{
    std::string out;
    if (headers) {
        for (const Column& column : columns) out += (out.empty() ? "" : ",") + csv_field(column.key);
        out += '\n';
    }
    for (const json::value& item : items) {
        std::string line;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const json::value* value = item.is_object() ? value_at(item.get_object(), columns[i].key) : nullptr;
            line += (i ? "," : "") + csv_field(value ? plain_text(*value) : "");
        }
        out += line + '\n';
    }
    return out;
}

// What no reader of YAML takes for anything but text, however old its version and whatever the case.
bool plain_yaml_word(std::string_view text)
{
    constexpr std::array values{"true", "false", "null", "yes", "no", "on", "off"};
    const auto same = [text](std::string_view value) { return boost::algorithm::iequals(text, value); };
    return text.size() > 1 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos &&
           std::ranges::none_of(values, same);
}

void write_yaml(std::string& out, const json::value& value, std::size_t indent)
{
    const std::string pad(indent, ' ');
    if (value.is_object() && !value.get_object().empty()) {
        bool first = true;
        for (const auto& [key, each] : value.get_object()) {
            if (!std::exchange(first, false)) out += pad;
            const std::string name(key);
            out += plain_yaml_word(name) ? name : to_json_text(json::value(key));
            const bool nested =
                (each.is_object() && !each.get_object().empty()) || (each.is_array() && !each.get_array().empty());
            out += nested ? ":\n" + pad + "  " : ": ";
            write_yaml(out, each, indent + 2);
        }
    } else if (value.is_array() && !value.get_array().empty()) {
        bool first = true;
        for (const json::value& each : value.get_array()) {
            if (!std::exchange(first, false)) out += pad;
            out += "- ";
            write_yaml(out, each, indent + 2);
        }
    } else if (value.is_string() && plain_yaml_word(value.get_string())) {
        out += std::string(value.get_string()) + '\n';
    } else {
        out += to_json_text(value) + '\n';
    }
}

json::object envelope(const Document& document)
{
    json::object out;
    out["api_version"] = "harvest.ops/v1";
    out["kind"] = document.kind;
    for (const auto& [key, value] : document.object) out[key] = value;
    if (document.list) {
        out["items"] = document.items;
        out["next_cursor"] = document.next_cursor ? json::value(*document.next_cursor) : json::value(nullptr);
        out["partial"] = document.partial;
    }
    if (!document.warnings.empty()) out["warnings"] = json::value_from(document.warnings);
    return out;
}

std::string object_text(const json::object& object)
{
    std::size_t width = 0;
    for (const auto& [key, value] : object) width = std::max(width, key.size());
    std::string out;
    for (const auto& [key, value] : object)
        out += fmt::format("{:<{}}  {}\n", std::string(key), width, cell(&value, Form::text));
    return out;
}

} // namespace

std::string to_json_text(const json::value& value)
{
    std::string out;
    switch (value.kind()) {
    case json::kind::double_:
        protocol::write_json(out, value.get_double());
        return out;
    case json::kind::array: {
        out = "[";
        for (const json::value& each : value.get_array()) out += (out.size() > 1 ? "," : "") + to_json_text(each);
        return out + ']';
    }
    case json::kind::object: {
        out = "{";
        for (const auto& [key, each] : value.get_object()) {
            if (out.size() > 1) out += ',';
            protocol::write_json(out, std::string_view(key));
            out += ':' + to_json_text(each);
        }
        return out + '}';
    }
    default:
        return json::serialize(value);
    }
}

Document text_document(std::string text)
{
    Document document;
    document.kind = "Text";
    document.text = std::move(text);
    return document;
}

std::variant<std::string, Failure> render(Document document, const OutputOptions& options)
{
    if (auto failed = apply_filters(document, options)) return *failed;
    if (auto failed = sort_items(document, options.sort)) return *failed;
    if (options.limit && document.items.size() > *options.limit) {
        document.items.resize(*options.limit);
        document.partial = true;
    }
    if (options.format == "json") return to_json_text(envelope(document)) + '\n';
    if (options.format == "yaml") {
        std::string out;
        write_yaml(out, envelope(document), 0);
        return out;
    }
    if (options.format == "jsonl") {
        if (!document.list) return to_json_text(envelope(document)) + '\n';
        std::string out;
        for (const json::value& item : document.items) out += to_json_text(item) + '\n';
        return out;
    }
    const json::array rows = document.list ? document.items : json::array{document.object};
    if (options.format == "name") {
        std::string out;
        for (const json::value& item : rows)
            if (const json::value* id = value_at(item.as_object(), document.name_key))
                out += sanitized(plain_text(*id)) + '\n';
        return out;
    }
    const bool as_text = document.text && options.columns.empty() && options.filters.empty() && options.sort.empty() &&
                         options.headers && options.format != "csv";
    if (as_text) return *document.text;
    if (document.columns.empty()) {
        if (!document.list && options.format != "csv") return object_text(document.object);
        const json::object first = rows.empty() ? json::object{} : rows[0].as_object();
        for (const auto& [key, value] : first) {
            const std::string name(key);
            std::string header;
            for (const char c : name)
                header += c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            document.columns.push_back({header, name});
        }
    }
    if (auto failed = choose_columns(document.columns, options)) return *failed;
    return options.format == "csv" ? csv(rows, document.columns, options.headers)
                                   : table(rows, document.columns, options.headers);
}

std::string sanitized(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out;
}

std::string thousands(std::int64_t number)
{
    std::string digits = std::to_string(number);
    const std::size_t start = number < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > start + 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string uptime_text(std::int64_t seconds)
{
    if (seconds < 0) return "0s";
    if (seconds < 60) return fmt::format("{}s", seconds);
    if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    if (seconds < 86400) return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
    return fmt::format("{}d{:02}h", seconds / 86400, seconds / 3600 % 24);
}

} // namespace harvest::cli
