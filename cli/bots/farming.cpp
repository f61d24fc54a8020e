#include "cli/bots/farming.hpp"

#include "common/protocol/farm.hpp"

#include <algorithm>

namespace harvest::bots {
namespace {

constexpr const char* crop = "wheat"; // the one that grows within a run
constexpr std::int64_t seed_price = 1;

struct Chores {
    std::vector<std::int64_t> harvest, plant, water;
};

Chores chores_of(const protocol::FarmInfo& farm)
{
    Chores chores;
    for (const protocol::PlotInfo& plot : farm.plots) {
        using game::farm::Stage;
        if (plot.state == Stage::ripe || plot.state == Stage::withered) chores.harvest.push_back(plot.plot);
        if (plot.state == Stage::empty) chores.plant.push_back(plot.plot);
        if (plot.state != Stage::growing || !plot.windows) continue;
        // Times are RFC 3339 UTC of one width, so text compares as time.
        const bool thirsty = std::ranges::any_of(*plot.windows, [&](const protocol::FarmWindow& window) {
            return !window.watered && window.opens_at <= farm.at && farm.at < window.closes_at;
        });
        if (thirsty) chores.water.push_back(plot.plot);
    }
    return chores;
}

} // namespace

AsyncResult<void> visit_farm(World& world, Observer& observer, LiveSession& lobby, Deeds& deeds)
{
    const Instant began = std::chrono::steady_clock::now();
    const Result<protocol::RawJson> looked = co_await lobby.call("farm.get", "{}", world.clock.after(call_time));
    if (!looked) {
        if (!is_cut(looked.error())) observer.failed("farm.get", lobby.last_error());
        co_return looked.error();
    }
    observer.done("farm.get", began, began);
    const Result<protocol::FarmInfo> farm = read<protocol::FarmInfo>(*looked);
    if (!farm) co_return farm.error();
    Chores chores = chores_of(*farm);
    if (!chores.harvest.empty()) {
        const std::string data = encode(protocol::PlotsRequest{chores.harvest});
        const Result<void> done = co_await deeds.act(lobby, "farm.harvest", data);
        if (!done) co_return done.error();
        chores.plant.insert(chores.plant.end(), chores.harvest.begin(), chores.harvest.end());
    }
    const std::int64_t affordable = deeds.owned(std::string("seed.") + crop) + deeds.owned("coin") / seed_price;
    if (static_cast<std::int64_t>(chores.plant.size()) > affordable)
        chores.plant.resize(static_cast<std::size_t>(std::max<std::int64_t>(affordable, 0)));
    if (!chores.plant.empty()) {
        protocol::PlantRequest plant;
        plant.plots = chores.plant;
        plant.crop = crop;
        plant.buy = true;
        const std::string data = encode(plant);
        const Result<void> done = co_await deeds.act(lobby, "farm.plant", data);
        if (!done) co_return done.error();
    }
    if (!chores.water.empty()) {
        const std::string data = encode(protocol::PlotsRequest{chores.water});
        const Result<void> done = co_await deeds.act(lobby, "farm.water", data);
        if (!done) co_return done.error();
    }
    co_return Result<void>{};
}

} // namespace harvest::bots
