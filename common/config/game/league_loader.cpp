#include "common/config/game/league_loader.hpp"

#include "common/config/game/content_file.hpp"
#include "common/config/game/reward.hpp"

namespace harvest::config {

namespace rating = game::rating;
using namespace content;

namespace {

constexpr std::size_t leagues_at_most = 20;
constexpr std::int64_t rating_at_most = 10'000, top_at_most = 10'000, thousandths = 1'000;

Millis read_day(YamlMap& map, std::string_view key)
{
    const std::string day = map.text(key);
    if (day.empty()) return {};
    const Result<Millis> begins = parse_rfc3339(day + "T00:00:00Z");
    if (begins && *begins >= Millis{0}) return *begins;
    fault(map.at(key), *map.find(key), "must be a day as in 2026-01-05, from 1970 on");
    return {};
}

rating::League read_league(const Place& place, const YAML::Node& node, const std::vector<std::string>& things)
{
    rating::League league;
    YamlMap map(place, node);
    if (!map.valid()) return league;
    league.id = map.id("id");
    league.name = map.text("name");
    map.required("rating");
    league.rating = map.integer("rating", 0, rating_at_most, 0) * thousandths;
    league.top = map.integer("top", 1, top_at_most, 0);
    if (const YAML::Node* reward = map.find("reward")) league.reward = read_reward(map.at("reward"), *reward, things);
    map.finish();
    return league;
}

// Each stands above the one before it, and only the last may be for some places alone.
void check_order(YamlMap& root, const std::vector<rating::League>& leagues)
{
    const std::vector<YAML::Node> nodes = root.sequence("leagues", true);
    for (std::size_t i = 0; i < leagues.size(); ++i) {
        const rating::League& league = leagues[i];
        const Place place = root.at("leagues", i);
        if (i == 0 && league.rating != 0) fault(place, nodes[i], "the first is for every rating: rating must be 0");
        if (league.top > 0 && (i == 0 || i + 1 < leagues.size()))
            fault(place, nodes[i], "top is for the last of several alone");
        if (i == 0) continue;
        const std::int64_t below = leagues[i - 1].rating;
        if (league.rating < below || (league.rating == below && league.top == 0))
            fault(place, nodes[i], "must stand above the one before it");
    }
}

} // namespace

LoadedLeagues parse_leagues(const ContentText& file, const game::farm::Content& farm)
{
    LoadedLeagues out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> node = parse_file(file, faults);
    if (!node) return out;
    const std::vector<std::string> things = rewards_of(farm);
    const auto read = [&](const Place& place, const YAML::Node& found) { return read_league(place, found, things); };
    YamlMap root({faults, file.name, ""}, *node);
    std::string version = root.text("version");
    const Millis begins = read_day(root, "first_day");
    root.required("days");
    const std::int64_t days = root.integer("days", 1, 365, 28);
    std::vector<rating::League> leagues = read_list(root, "leagues", leagues_at_most, read);
    if (faults.count() == 0) check_order(root, leagues);
    root.finish();
    if (faults.count() == 0)
        out.content = rating::Ladder::finish(std::move(version), begins, days * 24h, std::move(leagues));
    return out;
}

LoadedLeagues load_leagues(const std::string& directory, const game::farm::Content& farm)
{
    LoadedLeagues failed;
    FaultList faults(failed.faults);
    const ContentText file{"leagues.yaml", read_file(directory + "/leagues.yaml", "leagues.yaml", faults)};
    if (faults.count() > 0) return failed;
    return parse_leagues(file, farm);
}

} // namespace harvest::config
