#include "common/game/farm/actions.hpp"

#include <algorithm>

namespace harvest::game::farm {
namespace {

std::int64_t held(const Holdings& holdings, std::string_view asset)
{
    const auto found = holdings.find(asset);
    return found == holdings.end() ? 0 : found->second;
}

void spend(Outcome& outcome, std::string asset, std::int64_t amount)
{
    if (amount > 0) outcome.spent.push_back({std::move(asset), amount});
}

Result<void> check_plots(const Farm& farm, const std::vector<std::int64_t>& plots)
{
    if (plots.empty()) return FarmErrc::plot_named_twice;
    std::vector<std::int64_t> sorted = plots;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return FarmErrc::plot_named_twice;
    if (sorted.front() < 1 || sorted.back() > farm.size) return FarmErrc::no_such_plot;
    return {};
}

// Seeds in hand first; what is lacking is bought where the player says so.
Result<void> pay(const Crop& crop, const Planting& planting, const Holdings& holdings, Outcome& outcome)
{
    const auto count = static_cast<std::int64_t>(planting.plots.size());
    const std::int64_t in_hand = std::min(count, std::max<std::int64_t>(0, held(holdings, crop.seed())));
    const std::int64_t lacking = count - in_hand;
    if (lacking > 0 && !planting.buy) return FarmErrc::no_seed;
    if (held(holdings, "coin") < lacking * crop.seed_price) return FarmErrc::no_coin;
    if (planting.compost && held(holdings, "compost") < count) return FarmErrc::no_compost;
    spend(outcome, crop.seed(), in_hand);
    spend(outcome, "coin", lacking * crop.seed_price);
    spend(outcome, "compost", planting.compost ? count : 0);
    return {};
}

// The window to be watered now; -1 if the crop is not thirsty.
int thirsty_window(const PlotState& state, Millis now)
{
    for (std::size_t i = 0; i < state.windows.size(); ++i)
        if (state.windows[i].is_open(now) && !state.windows[i].watered) return static_cast<int>(i);
    return -1;
}

void gain(std::map<std::string, std::int64_t>& all, const std::string& asset, std::int64_t amount)
{
    if (amount > 0) all[asset] += amount;
}

} // namespace

Farm fresh_farm(const Content& content)
{
    Farm farm;
    farm.size = content.rules().plots;
    return farm;
}

Result<Outcome> plant(const Content& content, Farm& farm, const Planting& planting, const Holdings& holdings,
                      Millis now, const std::function<std::uint64_t()>& seed)
{
    if (const Result<void> named = check_plots(farm, planting.plots); !named) return named.error();
    const Crop* crop = content.find(planting.crop);
    if (crop == nullptr) return FarmErrc::no_such_crop;
    for (const std::int64_t number : planting.plots)
        if (farm.find(number) != nullptr) return FarmErrc::plot_taken;
    Outcome outcome;
    if (const Result<void> paid = pay(*crop, planting, holdings, outcome); !paid) return paid.error();
    for (const std::int64_t number : planting.plots)
        farm.plots.push_back({number, crop->id, now, seed(), planting.compost, 0});
    std::sort(farm.plots.begin(), farm.plots.end(),
              [](const Plot& left, const Plot& right) { return left.number < right.number; });
    outcome.plots = planting.plots;
    return outcome;
}

Result<Outcome> water(const Content& content, Farm& farm, const std::vector<std::int64_t>& plots, Millis now)
{
    if (const Result<void> named = check_plots(farm, plots); !named) return named.error();
    std::vector<std::pair<Plot*, int>> wet;
    for (const std::int64_t number : plots) {
        Plot* plot = farm.find(number);
        if (plot == nullptr) return FarmErrc::plot_empty;
        const Crop* crop = content.find(plot->crop);
        if (crop == nullptr) return FarmErrc::not_thirsty;
        const int window = thirsty_window(state_of(content, *crop, *plot, now), now);
        if (window < 0) return FarmErrc::not_thirsty;
        wet.emplace_back(plot, window);
    }
    for (const auto& [plot, window] : wet) plot->watered |= std::uint64_t{1} << window;
    Outcome outcome;
    outcome.plots = plots;
    return outcome;
}

Result<Outcome> reap(const Content& content, Farm& farm, const std::vector<std::int64_t>& plots, Millis now)
{
    if (const Result<void> named = check_plots(farm, plots); !named) return named.error();
    Outcome outcome;
    std::map<std::string, std::int64_t> gained;
    for (const std::int64_t number : plots) {
        const Plot* plot = farm.find(number);
        if (plot == nullptr) return FarmErrc::plot_empty;
        const Crop* crop = content.find(plot->crop);
        if (crop == nullptr) { // the data no longer knows it: the plot becomes free, with nothing to give
            outcome.cut.push_back({number, plot->crop, 0, true});
            continue;
        }
        const Stage stage = state_of(content, *crop, *plot, now).stage;
        if (stage == Stage::growing) return FarmErrc::not_ripe;
        const Yield yield = yield_of(content, *crop, *plot, now);
        outcome.cut.push_back({number, crop->id, yield.units, stage == Stage::withered});
        gain(gained, crop->id, yield.units);
        gain(gained, crop->seed(), yield.seeds);
        gain(gained, "compost", yield.compost);
    }
    std::erase_if(farm.plots,
                  [&](const Plot& plot) { return std::find(plots.begin(), plots.end(), plot.number) != plots.end(); });
    for (const auto& [asset, amount] : gained) outcome.gained.push_back({asset, amount});
    outcome.plots = plots;
    return outcome;
}

Result<Outcome> expand(const Content& content, Farm& farm, const Holdings& holdings)
{
    if (farm.size >= content.rules().max_plots) return FarmErrc::no_more_plots;
    const std::int64_t number = farm.size + 1;
    const std::int64_t price = content.price_of_plot(number);
    if (held(holdings, "coin") < price) return FarmErrc::no_coin;
    Outcome outcome;
    spend(outcome, "coin", price);
    farm.size = number;
    outcome.plots = {number};
    return outcome;
}

} // namespace harvest::game::farm
