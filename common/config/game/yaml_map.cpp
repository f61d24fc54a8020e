#include "common/config/game/yaml_map.hpp"

#include <algorithm>
#include <charconv>

namespace harvest::config::content {

void FaultList::add(const std::string& file, const YAML::Mark& mark, std::string key, std::string reason)
{
    out_.push_back({file, mark.line + 1, mark.column + 1, std::move(key), std::move(reason)});
}

void fault(const Place& place, const YAML::Node& node, std::string reason)
{
    place.faults.add(place.file, node.Mark(), place.key, std::move(reason));
}

std::optional<std::string> read_text(const Place& place, const YAML::Node& node)
{
    if (!node.IsScalar()) {
        fault(place, node, "must be one value");
        return std::nullopt;
    }
    return node.Scalar();
}

// Decimal digits only, unquoted: yaml-cpp's own conversion takes octal, hex and text around a number.
std::optional<std::int64_t> read_integer(const Place& place, const YAML::Node& node, std::int64_t least,
                                         std::int64_t most)
{
    const std::string range = std::to_string(least) + " to " + std::to_string(most);
    std::int64_t number = 0;
    if (node.IsScalar() && node.Tag() != "!") {
        const std::string& text = node.Scalar();
        const char* end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, number);
        const std::size_t digits = !text.empty() && text[0] == '-' ? 1 : 0;
        const bool canonical = text.size() == digits + 1 || (text.size() > digits && text[digits] != '0');
        if (error == std::errc() && rest == end && canonical && number >= least && number <= most) return number;
    }
    fault(place, node, "must be a whole number, " + range);
    return std::nullopt;
}

std::optional<bool> read_boolean(const Place& place, const YAML::Node& node)
{
    if (node.IsScalar() && node.Tag() != "!") {
        if (node.Scalar() == "true") return true;
        if (node.Scalar() == "false") return false;
    }
    fault(place, node, "must be true or false");
    return std::nullopt;
}

std::optional<std::string> read_id(const Place& place, const YAML::Node& node)
{
    const std::optional<std::string> text = read_text(place, node);
    if (!text) return std::nullopt;
    const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
    const bool fine =
        !text->empty() && text->size() <= 40 && small((*text)[0]) &&
        std::all_of(text->begin(), text->end(), [&](char c) { return small(c) || (c >= '0' && c <= '9') || c == '_'; });
    if (fine) return text;
    fault(place, node, "must be an id: a small letter, then at most 39 small letters, digits and _");
    return std::nullopt;
}

YamlMap::YamlMap(Place place, const YAML::Node& node) : place_(std::move(place)), node_(node), valid_(node.IsMap())
{
    if (!valid_) {
        fault(place_, node, "must be a mapping of keys to values");
        return;
    }
    for (const auto& pair : node) {
        if (!pair.first.IsScalar()) {
            fault(place_, pair.first, "a key must be one word");
            continue;
        }
        const std::string& name = pair.first.Scalar();
        if (!entries_.try_emplace(name, Entry{pair.first, pair.second}).second) {
            fault(at(name), pair.first, "is there twice");
            continue;
        }
        order_.push_back(name);
    }
}

Place YamlMap::at(std::string_view key) const
{
    return {place_.faults, place_.file, place_.key.empty() ? std::string(key) : place_.key + "." + std::string(key)};
}

Place YamlMap::at(std::string_view key, std::size_t index) const
{
    Place place = at(key);
    place.key += "[" + std::to_string(index) + "]";
    return place;
}

const YAML::Node* YamlMap::find(std::string_view key)
{
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.known = true;
    return &found->second.value;
}

const YAML::Node* YamlMap::required(std::string_view key)
{
    const YAML::Node* node = find(key);
    if (node == nullptr && valid_) fault(at(key), node_, "is missing");
    return node;
}

std::int64_t YamlMap::integer(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t otherwise)
{
    const YAML::Node* node = find(key);
    return node == nullptr ? otherwise : read_integer(at(key), *node, least, most).value_or(otherwise);
}

std::optional<int> YamlMap::bound(std::string_view key, std::int64_t most)
{
    const YAML::Node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const std::optional<std::int64_t> number = read_integer(at(key), *node, 0, most);
    return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

bool YamlMap::boolean(std::string_view key)
{
    const YAML::Node* node = find(key);
    return node != nullptr && read_boolean(at(key), *node).value_or(false);
}

std::string YamlMap::id(std::string_view key)
{
    const YAML::Node* node = required(key);
    return node == nullptr ? "" : read_id(at(key), *node).value_or("");
}

std::string YamlMap::text(std::string_view key)
{
    const YAML::Node* node = required(key);
    if (node == nullptr) return "";
    std::string text = read_text(at(key), *node).value_or("");
    if (text.empty() || text.size() > 80) fault(at(key), *node, "must have 1 to 80 characters");
    return text;
}

std::vector<YAML::Node> YamlMap::sequence(std::string_view key, bool needed)
{
    std::vector<YAML::Node> out;
    const YAML::Node* node = needed ? required(key) : find(key);
    if (node == nullptr) return out;
    if (!node->IsSequence()) {
        fault(at(key), *node, "must be a list");
        return out;
    }
    for (const auto& element : *node) out.push_back(element);
    return out;
}

void YamlMap::finish()
{
    for (const std::string& name : order_) {
        const Entry& entry = entries_.find(name)->second;
        if (!entry.known) fault(at(name), entry.key, "is not a known key");
    }
}

} // namespace harvest::config::content
