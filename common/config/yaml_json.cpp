#include "common/config/yaml_json.hpp"

#include "common/config/yaml_document.hpp"

#include <charconv>
#include <string_view>

namespace harvest::config {
namespace {

void write_text(std::string& out, std::string_view text)
{
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

bool is_integer(std::string_view text)
{
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (text.size() <= sign || (text[sign] == '0' && text.size() > sign + 1)) return false;
    return text.find_first_not_of("0123456789", sign) == std::string_view::npos;
}

bool is_fraction(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && text.find('.') != std::string_view::npos &&
           text.find_first_not_of("-0123456789.eE+") == std::string_view::npos;
}

void write_scalar(std::string& out, const YAML::Node& node)
{
    const std::string& text = node.Scalar();
    const bool plain = node.Tag() != "!";
    if (plain && (text.empty() || text == "null" || text == "~")) {
        out += "null";
    } else if (plain && (text == "true" || text == "false" || is_integer(text) || is_fraction(text))) {
        out += text;
    } else {
        write_text(out, text);
    }
}

void write_node(std::string& out, const YAML::Node& node)
{
    bool first = true;
    switch (node.Type()) {
    case YAML::NodeType::Map:
        out += '{';
        for (const auto& entry : node) {
            if (!first) out += ',';
            first = false;
            write_text(out, entry.first.Scalar());
            out += ':';
            write_node(out, entry.second);
        }
        out += '}';
        break;
    case YAML::NodeType::Sequence:
        out += '[';
        for (const auto& entry : node) {
            if (!first) out += ',';
            first = false;
            write_node(out, entry);
        }
        out += ']';
        break;
    case YAML::NodeType::Scalar:
        write_scalar(out, node);
        break;
    default:
        out += "null";
    }
}

} // namespace

Result<std::string> yaml_to_json(const std::string& yaml)
try {
    std::string out;
    write_node(out, read_yaml(yaml));
    return out;
}
catch (const YAML::Exception&) {
    return Errc::invalid_argument;
}

} // namespace harvest::config
