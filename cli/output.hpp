// The one renderer: commands return documents, this writes them as table, wide, json, jsonl, yaml, csv or name.
#pragma once

#include "cli/failure.hpp"
#include "common/protocol/json.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace harvest::cli {

namespace json = boost::json;

// How a table shows what JSON has in base units.
enum class Form {
    text,
    number,
    id,
    yes_no,
    uptime,
    age_of,
    percent,
    eta,
    kept
}; // eta: null is never; kept: 0 is for ever

struct Column {
    std::string header; // "UPTIME"
    std::string key;    // "uptime_seconds", "load.tickets"
    Form form = Form::text;
    bool wide = false; // only with -o wide
};

struct Document {
    std::string kind; // "PlayerList"
    bool list = false;
    json::array items;   // of a list
    json::object object; // fields beside `kind`: of a single object, and of a list with a summary
    std::vector<Column> columns;
    std::string name_key = "id";
    std::optional<std::string> next_cursor;
    bool partial = false;
    std::vector<std::string> warnings;
    // What people read instead of a table; machines still get the fields.
    std::optional<std::string> text;
};

Document text_document(std::string text);

struct OutputOptions {
    std::string format = "table";
    std::vector<std::string> columns, filters;
    std::string sort; // "-lag_messages"
    bool headers = true;
    std::optional<std::size_t> limit;
};

template <class T>
json::object to_object(const T& described)
{
    return json::parse(protocol::encode(described)).as_object();
}

template <class T>
json::array to_array(const std::vector<T>& described)
{
    json::array out;
    for (const T& each : described) out.push_back(to_object(each));
    return out;
}

// Numbers in their shortest form, keys in their order.
std::string to_json_text(const json::value& value);

// The text that goes to stdout, or a usage failure (an unknown column).
std::variant<std::string, Failure> render(Document document, const OutputOptions& options);

std::string sanitized(std::string_view text);  // control characters shown, never sent to a terminal
std::string thousands(std::int64_t number);    // "1,204"
std::string uptime_text(std::int64_t seconds); // "3d04h", "12m"

} // namespace harvest::cli
