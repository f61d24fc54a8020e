#include "common/config/game/tournament_loader.hpp"

#include "common/config/game/content_file.hpp"
#include "common/config/game/reward.hpp"

namespace harvest::config {

namespace tournament = game::tournament;
using namespace content;

namespace {

constexpr std::size_t templates_at_most = 50, prizes_at_most = 32;
constexpr std::int64_t players_at_most = 256, rounds_at_most = 16, minutes_at_most = 24 * 60;

tournament::Prize read_prize(const Place& place, const YAML::Node& node, const std::vector<std::string>& things)
{
    tournament::Prize prize;
    YamlMap map(place, node);
    if (!map.valid()) return prize;
    prize.id = map.id("id");
    map.required("place");
    prize.place = static_cast<int>(map.integer("place", 1, players_at_most, 1));
    if (const YAML::Node* reward = map.required("reward"))
        prize.reward = read_reward(map.at("reward"), *reward, things);
    map.finish();
    return prize;
}

tournament::Template read_template(const Place& place, const YAML::Node& node, const std::vector<std::string>& things)
{
    tournament::Template out;
    YamlMap map(place, node);
    if (!map.valid()) return out;
    out.id = map.id("id");
    out.name = map.text("name");
    out.format = map.choice<tournament::Format>("format");
    const bool bracket = out.format == tournament::Format::elimination;
    if (bracket && map.has("rounds")) fault(map.at("rounds"), node, "is for swiss alone");
    out.rounds = static_cast<int>(map.integer("rounds", 1, rounds_at_most, 0));
    map.required("round_minutes");
    out.round_length = map.integer("round_minutes", 1, minutes_at_most, 1) * 1min;
    out.min_players = map.integer("min_players", 2, players_at_most, 2);
    map.required("max_players");
    out.max_players = map.integer("max_players", 2, players_at_most, 2);
    if (out.max_players < out.min_players) fault(map.at("max_players"), node, "is less than min_players");
    if (map.has("prizes")) {
        const auto read = [&](const Place& at, const YAML::Node& each) { return read_prize(at, each, things); };
        out.prizes = read_list(map, "prizes", prizes_at_most, read);
    }
    for (std::size_t i = 1; i < out.prizes.size(); ++i)
        if (out.prizes[i].place <= out.prizes[i - 1].place)
            fault(map.at("prizes", i), node, "places go up from one prize to the next");
    map.finish();
    return out;
}

} // namespace

LoadedTournaments parse_tournaments(const ContentText& file, const game::farm::Content& farm)
{
    LoadedTournaments out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> node = parse_file(file, faults);
    if (!node) return out;
    const std::vector<std::string> things = rewards_of(farm);
    const auto read = [&](const Place& place, const YAML::Node& each) { return read_template(place, each, things); };
    YamlMap root({faults, file.name, ""}, *node);
    std::vector<tournament::Template> templates = read_list(root, "tournaments", templates_at_most, read);
    root.finish();
    if (faults.count() == 0) out.content = std::move(templates);
    return out;
}

} // namespace harvest::config
