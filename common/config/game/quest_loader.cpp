#include "common/config/game/quest_loader.hpp"

#include "common/config/game/content_file.hpp"
#include "common/config/game/reward.hpp"

#include <algorithm>

namespace harvest::config {

namespace progress = game::progress;
using namespace content;

namespace {

constexpr std::size_t goals_at_most = 200;

bool has(const std::vector<std::string_view>& fields, std::string_view name)
{
    return std::ranges::find(fields, name) != fields.end();
}

std::string names_of(const std::vector<std::string_view>& fields)
{
    std::string names;
    for (const std::string_view name : fields) names += (names.empty() ? "" : ", ") + std::string(name);
    return names.empty() ? "nothing" : names;
}

// A mapping from fields of the event to what `read` makes of each value.
template <class Read>
void read_fields(const Place& place, const YAML::Node& node, const std::vector<std::string_view>& fields, Read read)
{
    YamlMap map(place, node);
    if (!map.valid()) return;
    for (const auto& pair : node) {
        if (!pair.first.IsScalar()) continue;
        const std::string& name = pair.first.Scalar();
        map.find(name);
        if (!has(fields, name))
            fault(map.at(name), pair.first, "is none of the event's: " + names_of(fields));
        else
            read(map, name, pair.second);
    }
    map.finish();
}

void read_filter(YamlMap& map, const progress::EventKind& kind, progress::Goal& goal)
{
    if (const YAML::Node* where = map.find("where"))
        read_fields(map.at("where"), *where, kind.words,
                    [&](YamlMap& fields, const std::string& name, const YAML::Node& value) {
                        goal.where[name] = read_text(fields.at(name), value).value_or("");
                    });
    if (const YAML::Node* least = map.find("at_least"))
        read_fields(map.at("at_least"), *least, kind.numbers,
                    [&](YamlMap& fields, const std::string& name, const YAML::Node&) {
                        goal.at_least[name] = fields.integer(name, 1, progress::amount_at_most, 1);
                    });
    if (const YAML::Node* sum = map.find("sum")) {
        goal.sum = read_text(map.at("sum"), *sum).value_or("");
        if (!goal.sum.empty() && !has(kind.numbers, goal.sum))
            fault(map.at("sum"), *sum, "is none of the event's: " + names_of(kind.numbers));
    }
}

progress::Goal read_goal(const Place& place, const YAML::Node& node, const std::vector<std::string>& things)
{
    progress::Goal goal;
    YamlMap map(place, node);
    if (!map.valid()) return goal;
    goal.id = map.id("id");
    goal.text = map.text("text");
    goal.event = map.text("event");
    const progress::EventKind* kind = progress::find_event_kind(goal.event);
    if (kind != nullptr) {
        read_filter(map, *kind, goal);
    } else {
        for (const char* key : {"where", "at_least", "sum"}) map.find(key);
        if (!goal.event.empty()) fault(map.at("event"), *map.find("event"), "is no event that goals are made of");
    }
    map.required("count");
    goal.count = map.integer("count", 1, progress::count_at_most, 1);
    if (const YAML::Node* reward = map.required("reward")) goal.reward = read_reward(map.at("reward"), *reward, things);
    map.finish();
    return goal;
}

} // namespace

LoadedQuests parse_quests(const ContentText& file, const game::farm::Content& farm)
{
    LoadedQuests out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> node = parse_file(file, faults);
    if (!node) return out;
    const std::vector<std::string> things = rewards_of(farm);
    const auto read = [&](const Place& place, const YAML::Node& found) { return read_goal(place, found, things); };
    YamlMap root({faults, file.name, ""}, *node);
    std::string version = root.text("version");
    root.required("quests_a_day");
    const std::int64_t a_day = root.integer("quests_a_day", 1, 10, 1);
    std::vector<progress::Goal> achievements = read_list(root, "achievements", goals_at_most, read);
    std::vector<progress::Goal> quests = read_list(root, "quests", goals_at_most, read);
    if (const YAML::Node* list = root.find("quests");
        list != nullptr && quests.size() < static_cast<std::size_t>(a_day))
        fault(root.at("quests"), *list, "must be as many as quests_a_day");
    root.finish();
    if (faults.count() == 0)
        out.content = progress::Content::finish(std::move(version), a_day, std::move(achievements), std::move(quests));
    return out;
}

LoadedQuests load_quests(const std::string& directory, const game::farm::Content& farm)
{
    LoadedQuests failed;
    FaultList faults(failed.faults);
    const ContentText file{"quests.yaml", read_file(directory + "/quests.yaml", "quests.yaml", faults)};
    if (faults.count() > 0) return failed;
    return parse_quests(file, farm);
}

} // namespace harvest::config
