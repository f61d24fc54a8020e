// A strict reading of YAML: every pair of a mapping is walked, so that repeated and unknown keys are faults, and
// every fault is collected with its place instead of ending the reading.
#pragma once

#include "common/config/game/content_loader.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::config::content {

class FaultList {
public:
    explicit FaultList(std::vector<ContentFault>& out) : out_(out) {}
    void add(const std::string& file, const YAML::Mark& mark, std::string key, std::string reason);
    std::size_t count() const { return out_.size(); }

private:
    std::vector<ContentFault>& out_;
};

struct Place {
    FaultList& faults;
    std::string file;
    std::string key; // dotted path
};

void fault(const Place& place, const YAML::Node& node, std::string reason);

std::optional<std::int64_t> read_integer(const Place& place, const YAML::Node& node, std::int64_t least,
                                         std::int64_t most);
std::optional<bool> read_boolean(const Place& place, const YAML::Node& node);
std::optional<std::string> read_text(const Place& place, const YAML::Node& node);
std::optional<std::string> read_id(const Place& place, const YAML::Node& node); // [a-z][a-z0-9_]{0,39}

// The enumerator of that name; the fault lists them all.
template <class Enum>
std::optional<Enum> read_enum(const Place& place, const YAML::Node& node)
{
    const std::optional<std::string> text = read_text(place, node);
    if (!text) return std::nullopt;
    std::optional<Enum> found;
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto enumerator) {
        const std::string_view name =
            std::string_view(enumerator.name) == "friendly" ? std::string_view("friend") : enumerator.name;
        if (name == *text) found = enumerator.value;
        names += (names.empty() ? "" : ", ") + std::string(name);
    });
    if (!found) fault(place, node, "\"" + *text + "\" is none of " + names);
    return found;
}

// One mapping. Keys asked for are known; finish() reports the rest.
class YamlMap {
public:
    YamlMap(Place place, const YAML::Node& node);
    bool valid() const { return valid_; }
    const YAML::Node& node() const { return node_; }
    Place at(std::string_view key) const;
    Place at(std::string_view key, std::size_t index) const;
    bool has(std::string_view key) { return find(key) != nullptr; }
    const YAML::Node* find(std::string_view key);     // nullptr where absent
    const YAML::Node* required(std::string_view key); // with a fault where absent
    std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t otherwise);
    std::optional<int> bound(std::string_view key, std::int64_t most);
    bool boolean(std::string_view key);
    std::string id(std::string_view key);
    std::string text(std::string_view key);
    template <class Enum>
    Enum choice(std::string_view key, std::optional<Enum> otherwise = std::nullopt)
    {
        const YAML::Node* node = otherwise ? find(key) : required(key);
        if (node == nullptr) return otherwise.value_or(Enum{});
        return read_enum<Enum>(at(key), *node).value_or(otherwise.value_or(Enum{}));
    }
    // The elements of a sequence; a fault if it is something else.
    std::vector<YAML::Node> sequence(std::string_view key, bool needed);
    void finish();

private:
    struct Entry {
        YAML::Node key, value;
        bool known{};
    };
    Place place_;
    YAML::Node node_;
    bool valid_{};
    std::map<std::string, Entry, std::less<>> entries_;
    std::vector<std::string> order_;
};

// A list whose elements have an id each; `read` makes one of its place and node.
template <class Read>
auto read_list(YamlMap& root, std::string_view key, std::size_t most, Read read)
{
    std::vector<decltype(read(root.at(key), YAML::Node()))> out;
    const std::vector<YAML::Node> nodes = root.sequence(key, true);
    const YAML::Node* list = root.find(key);
    if (list != nullptr && list->IsSequence() && (nodes.empty() || nodes.size() > most))
        fault(root.at(key), *list, "must have 1 to " + std::to_string(most) + " entries");
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < nodes.size() && i < most; ++i) {
        out.push_back(read(root.at(key, i), nodes[i]));
        if (!out.back().id.empty() && ++seen[out.back().id] == 2 && key != "cards")
            fault(root.at(key, i), nodes[i], out.back().id + " is there twice");
    }
    return out;
}

} // namespace harvest::config::content
