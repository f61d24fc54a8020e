#include "cli/bots/life/farming.hpp"

#include <algorithm>

namespace harvest::bots {
namespace {

constexpr std::int64_t patience_ms = 120'000; // a crop that takes longer is for people
constexpr std::int64_t purse = 20;            // coins that are kept for other things

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

AsyncResult<void> Farming::learn_crops()
{
    const Result<std::string> text = co_await client_.look("catalog.crops", "/v1/catalog/crops");
    if (!text) co_return text.error();
    auto catalogue = protocol::decode<protocol::CropCatalogue>(*text, nullptr, protocol::Unknown::ignore);
    if (!catalogue) co_return catalogue.error();
    for (protocol::CropInfo& crop : catalogue->items)
        if (crop.grow_ms <= patience_ms) crops_.push_back(std::move(crop));
    if (crops_.empty()) co_return Errc::not_found;
    co_return Result<void>{};
}

AsyncResult<void> Farming::on_plots(std::string op, std::vector<std::int64_t> plots)
{
    if (plots.empty()) co_return Result<void>{};
    std::string data = encode(protocol::PlotsRequest{std::move(plots)});
    const Result<std::string> done = co_await deeds_.act(std::move(op), std::move(data));
    co_return done ? Result<void>() : unless_cut(done.error());
}

// One crop a visit, on as many plots as seeds and coins suffice for; with compost now and then.
AsyncResult<void> Farming::plant(std::vector<std::int64_t> plots)
{
    const protocol::CropInfo& crop = crops_[chance_.below(crops_.size())];
    const Books& books = deeds_.books();
    const std::int64_t coins = std::max<std::int64_t>(0, books.owned("coin") - purse);
    const std::int64_t price = std::max<std::int64_t>(1, crop.seed_price.units);
    const std::int64_t affordable = books.owned(crop.seed) + coins / price;
    if (static_cast<std::int64_t>(plots.size()) > affordable)
        plots.resize(static_cast<std::size_t>(std::max<std::int64_t>(affordable, 0)));
    if (plots.empty()) co_return Result<void>{};
    protocol::PlantRequest request;
    const auto count = static_cast<std::int64_t>(plots.size());
    request.plots = std::move(plots);
    request.crop = crop.id;
    request.buy = true;
    if (books.owned("compost") >= count && chance_.happens(0.3)) request.compost = true;
    std::string data = encode(request);
    const Result<std::string> done = co_await deeds_.act("farm.plant", std::move(data));
    co_return done ? Result<void>() : unless_cut(done.error());
}

AsyncResult<void> Farming::expand(std::optional<protocol::Amount> price)
{
    if (!price || price->units + purse > deeds_.books().owned("coin") || !chance_.happens(0.2))
        co_return Result<void>{};
    const Result<std::string> done = co_await deeds_.act("farm.expand", "{}");
    co_return done ? Result<void>() : unless_cut(done.error());
}

AsyncResult<void> Farming::step()
{
    if (crops_.empty()) {
        const Result<void> learned = co_await learn_crops();
        if (!learned) co_return learned;
    }
    Ask look;
    look.op = "farm.get";
    look.door = chance_.happens(0.5) ? Door::rest : Door::live;
    const Result<std::string> text = co_await client_.ask(std::move(look));
    if (!text) co_return unless_cut(text.error());
    const auto farm = protocol::decode<protocol::FarmInfo>(*text, nullptr, protocol::Unknown::ignore);
    if (!farm) co_return farm.error();
    Chores chores = chores_of(*farm);
    Result<void> ok = co_await on_plots("farm.harvest", chores.harvest);
    chores.plant.insert(chores.plant.end(), chores.harvest.begin(), chores.harvest.end());
    if (ok) ok = co_await plant(std::move(chores.plant));
    if (ok) ok = co_await on_plots("farm.water", std::move(chores.water));
    if (ok) ok = co_await expand(farm->next_plot_price);
    co_return ok;
}

} // namespace harvest::bots
