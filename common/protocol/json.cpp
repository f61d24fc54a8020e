#include "common/protocol/json.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace harvest::protocol::detail {
namespace {

// The end of the string literal that begins at `at` (its opening quote) in valid JSON.
std::size_t end_of_string(std::string_view text, std::size_t at)
{
    for (++at; text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return at;
}

std::size_t members_in(std::string_view text)
{
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '"') continue;
        at = end_of_string(text, at);
        const std::size_t next = text.find_first_not_of(" \t\r\n", at + 1);
        if (next != std::string_view::npos && text[next] == ':') ++count;
    }
    return count;
}

std::size_t members_of(const boost::json::value& value) // as deep as max_json_depth
{
    std::size_t count = 0;
    if (const boost::json::object* object = value.if_object()) {
        count = object->size();
        for (const auto& [name, each] : *object) count += members_of(each);
    } else if (const boost::json::array* array = value.if_array()) {
        for (const boost::json::value& each : *array) count += members_of(each);
    }
    return count;
}

// Boost.JSON keeps the last of repeated members silently, so that two readers could disagree about a message.
bool has_repeated_key(std::string_view text, const boost::json::value& read)
{
    return members_in(text) != members_of(read);
}

} // namespace

void write_string(std::string& out, std::string_view text)
{
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        out.append(text, from, i - from);
        from = i + 1;
        out += '\\';
        switch (c) {
        case '"':
            out += '"';
            break;
        case '\\':
            out += '\\';
            break;
        case '\n':
            out += 'n';
            break;
        case '\r':
            out += 'r';
            break;
        case '\t':
            out += 't';
            break;
        default:
            out += "u00";
            out += hex[c >> 4];
            out += hex[c & 15];
        }
    }
    out.append(text, from, text.size() - from);
    out += '"';
}

void write_double(std::string& out, double number)
{
    if (std::isfinite(number)) {
        fmt::format_to(std::back_inserter(out), "{}", number);
    } else {
        out += "null";
    }
}

bool Reading::fail(std::string_view reason)
{
    if (reason_.empty()) {
        reason_ = reason;
        why_ = "the document: " + reason_;
    }
    return false;
}

void Reading::step_out(std::string_view name)
{
    const bool needs_dot = !path_.empty() && path_[0] != '[';
    path_ = std::string(name) + (needs_dot ? "." : "") + path_;
    why_ = path_ + ": " + reason_;
}

void Reading::step_out(std::size_t index)
{
    const bool needs_dot = !path_.empty() && path_[0] != '[';
    path_ = "[" + std::to_string(index) + "]" + (needs_dot ? "." : "") + path_;
    why_ = path_ + ": " + reason_;
}

bool read_integer(const boost::json::value& value, std::int64_t min, std::uint64_t max, std::int64_t& out,
                  std::uint64_t& out_unsigned, Reading& reading)
{
    if (const auto* number = value.if_int64()) {
        out = *number;
        out_unsigned = static_cast<std::uint64_t>(*number);
        if (*number >= min && (*number < 0 || out_unsigned <= max)) return true;
        return reading.fail("is out of range");
    }
    if (const auto* number = value.if_uint64()) {
        out_unsigned = *number;
        out = static_cast<std::int64_t>(*number);
        return *number <= max || reading.fail("is out of range");
    }
    return reading.fail("is not a whole number");
}

bool read_amount(const boost::json::value& value, std::int64_t& out, Reading& reading)
{
    const auto* text = value.if_string();
    if (!text) return reading.fail("is not an amount (a decimal string)");
    const char* end = text->data() + text->size();
    const auto [last, error] = std::from_chars(text->data(), end, out);
    const bool canonical = error == std::errc{} && last == end && std::to_string(out) == std::string_view(*text);
    return canonical || reading.fail("is not an amount (a decimal string)");
}

bool read_id(const boost::json::value& value, char prefix, std::string& out, Reading& reading)
{
    if (!read_text(value, out, reading)) return false;
    if (check_id(prefix, out)) return true;
    return reading.fail(std::string("is not an id that begins with ") + prefix + "_");
}

bool read_text(const boost::json::value& value, std::string& out, Reading& reading)
{
    const auto* text = value.if_string();
    if (!text) return reading.fail("is not a string");
    out.assign(text->data(), text->size());
    return true;
}

bool read_bool(const boost::json::value& value, bool& out, Reading& reading)
{
    const auto* flag = value.if_bool();
    if (!flag) return reading.fail("is not true or false");
    out = *flag;
    return true;
}

bool read_double(const boost::json::value& value, double& out, Reading& reading)
{
    boost::system::error_code error;
    out = value.to_number<double>(error);
    return (!error && std::isfinite(out)) || reading.fail("is not a number");
}

const boost::json::array* read_list(const boost::json::value& value, Reading& reading)
{
    const auto* list = value.if_array();
    if (!list) reading.fail("is not a list");
    return list;
}

const boost::json::object* read_object(const boost::json::value& value, Reading& reading)
{
    const auto* object = value.if_object();
    if (!object) reading.fail("is not an object");
    return object;
}

std::string raw_text(const boost::json::value& value)
{
    return boost::json::serialize(value);
}

std::string_view member_text(std::string_view text, std::string_view name)
{
    std::size_t depth = 0, from = 0;
    bool found = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            const std::size_t end = end_of_string(text, at);
            if (!found && depth == 1 && text.substr(at + 1, end - at - 1) == name) {
                const std::size_t colon = text.find_first_not_of(" \t\r\n", end + 1);
                if (text[colon] == ':') {
                    found = true;
                    from = text.find_first_not_of(" \t\r\n", colon + 1);
                    at = from - 1;
                    continue;
                }
            }
            at = end;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']' || c == ',') {
            if (found && depth == 1) return text.substr(from, text.find_last_not_of(" \t\r\n", at - 1) - from + 1);
            if (c != ',') --depth;
        }
    }
    return "null"; // not reached for a member that is there by that spelling
}

Result<boost::json::value> parse(std::string_view text, std::string* why)
{
    boost::json::parse_options options;
    options.max_depth = max_json_depth;
    boost::json::parser parser({}, options);
    boost::system::error_code error;
    parser.write(text.data(), text.size(), error);
    if (error) {
        if (why) *why = "not JSON: " + error.message();
        return Errc::invalid_argument;
    }
    boost::json::value read = parser.release();
    if (has_repeated_key(text, read)) {
        if (why) *why = "a member is repeated";
        return Errc::invalid_argument;
    }
    return read;
}

} // namespace harvest::protocol::detail
