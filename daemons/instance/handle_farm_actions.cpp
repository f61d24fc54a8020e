// The farm's actions, from their JSON to the rules.
#include "daemons/instance/farm_service.hpp"

#include <array>

namespace harvest::instance {
namespace {

namespace farm = game::farm;

template <class Request>
std::string canonical(const std::string& name, const Request& request)
{
    return name + " " + protocol::encode(request);
}

} // namespace

Result<FarmAction> read_plant(std::string_view json)
{
    const Result<protocol::PlantRequest> asked = protocol::decode<protocol::PlantRequest>(json);
    if (!asked) return asked.error();
    FarmAction action;
    action.name = "farm.plant";
    action.request = canonical(action.name, *asked);
    const farm::Planting planting{asked->plots, asked->crop, asked->compost.value_or(false),
                                  asked->buy.value_or(false)};
    action.decide = [planting](const farm::Content& content, farm::Farm& farm, const FarmHoldings& holdings, Millis now,
                               const FarmChance& chance) {
        return farm::plant(content, farm, planting, holdings, now, chance.seed);
    };
    action.event_type = protocol::event_type::farm_planted;
    action.event_data = [planting](const PlayerId& player, const farm::Farm&, const farm::Outcome& outcome,
                                   protocol::Changes changes) {
        const protocol::FarmPlanted planted{
            player, planting.plots, planting.crop, planting.compost, asset_amounts(outcome.spent), std::move(changes)};
        return protocol::encode(planted);
    };
    return action;
}

Result<FarmAction> read_water(std::string_view json)
{
    const Result<protocol::PlotsRequest> asked = protocol::decode<protocol::PlotsRequest>(json);
    if (!asked) return asked.error();
    FarmAction action;
    action.name = "farm.water";
    action.request = canonical(action.name, *asked);
    action.decide = [plots = asked->plots](const farm::Content& content, farm::Farm& farm, const FarmHoldings&,
                                           Millis now,
                                           const FarmChance&) { return farm::water(content, farm, plots, now); };
    action.event_type = protocol::event_type::farm_watered;
    action.event_data = [](const PlayerId& player, const farm::Farm&, const farm::Outcome& outcome,
                           protocol::Changes changes) {
        const protocol::FarmWatered watered{player, outcome.plots, std::move(changes)};
        return protocol::encode(watered);
    };
    return action;
}

Result<FarmAction> read_harvest(std::string_view json)
{
    const Result<protocol::PlotsRequest> asked = protocol::decode<protocol::PlotsRequest>(json);
    if (!asked) return asked.error();
    FarmAction action;
    action.name = "farm.harvest";
    action.request = canonical(action.name, *asked);
    action.decide = [plots = asked->plots](const farm::Content& content, farm::Farm& farm, const FarmHoldings&,
                                           Millis now,
                                           const FarmChance&) { return farm::reap(content, farm, plots, now); };
    action.event_type = protocol::event_type::farm_harvested;
    action.event_data = [](const PlayerId& player, const farm::Farm&, const farm::Outcome& outcome,
                           protocol::Changes changes) {
        protocol::FarmHarvested harvested;
        harvested.player = player;
        for (const farm::Cut& cut : outcome.cut)
            harvested.plots.push_back({cut.plot, cut.crop, cut.units, cut.withered});
        harvested.gained = asset_amounts(outcome.gained);
        harvested.changes = std::move(changes);
        return protocol::encode(harvested);
    };
    return action;
}

Result<FarmAction> read_expand(std::string_view json)
{
    const Result<protocol::Nothing> asked = protocol::decode<protocol::Nothing>(json);
    if (!asked) return asked.error();
    FarmAction action;
    action.name = "farm.expand";
    action.request = canonical(action.name, *asked);
    action.decide = [](const farm::Content& content, farm::Farm& farm, const FarmHoldings& holdings, Millis,
                       const FarmChance&) { return farm::expand(content, farm, holdings); };
    action.event_type = protocol::event_type::farm_expanded;
    action.event_data = [](const PlayerId& player, const farm::Farm& farm, const farm::Outcome& outcome,
                           protocol::Changes changes) {
        const protocol::FarmExpanded expanded{player, farm.size, asset_amounts(outcome.spent), std::move(changes)};
        return protocol::encode(expanded);
    };
    return action;
}

Result<FarmAction> read_farm_action(std::string_view method, std::string_view json)
{
    using Read = Result<FarmAction> (*)(std::string_view);
    constexpr std::array<std::pair<std::string_view, Read>, 4> actions{{{"farm.plant", read_plant},
                                                                        {"farm.water", read_water},
                                                                        {"farm.harvest", read_harvest},
                                                                        {"farm.expand", read_expand}}};
    for (const auto& [name, read] : actions)
        if (name == method) return read(json);
    return Errc::not_found;
}

} // namespace harvest::instance
