#include "daemons/instance/farm_service.hpp"

#include "common/ports/records/changes.hpp"
#include "common/protocol/events.hpp"

namespace harvest::instance {
namespace {

namespace farm = game::farm;

protocol::PlotInfo plot_info(const farm::Content& content, const farm::Plot& plot, Millis now)
{
    protocol::PlotInfo info;
    info.plot = plot.number;
    info.crop = plot.crop;
    info.planted_at = to_rfc3339(plot.planted_at);
    info.composted = plot.composted;
    const farm::Crop* crop = content.find(plot.crop);
    if (crop == nullptr) { // the data no longer knows it: a harvest clears the plot
        info.state = farm::Stage::withered;
        return info;
    }
    const farm::PlotState state = farm::state_of(content, *crop, plot, now);
    info.state = state.stage;
    info.ripe_at = to_rfc3339(state.ripe_at);
    info.withers_at = to_rfc3339(state.withers_at);
    info.progress = state.progress;
    info.windows.emplace();
    for (const farm::WindowState& window : state.windows)
        info.windows->push_back({to_rfc3339(window.opens_at), to_rfc3339(window.closes_at), window.watered});
    return info;
}

protocol::PlotInfo plot_info(const farm::Content& content, farm::Farm& farm, std::int64_t number, Millis now)
{
    if (const farm::Plot* plot = farm.find(number)) return plot_info(content, *plot, now);
    protocol::PlotInfo info;
    info.plot = number;
    info.state = farm::Stage::empty;
    return info;
}

FarmHoldings farm_holdings_of(const std::vector<Balance>& balances)
{
    FarmHoldings holdings;
    for (const Balance& balance : balances) holdings[balance.asset] = balance.amount;
    return holdings;
}

} // namespace

KeptFarm farm_of(const farm::Content& content, KeptFarm kept)
{
    if (kept.version == 0) kept.farm = farm::fresh_farm(content);
    return kept;
}

std::vector<protocol::AssetAmount> asset_amounts(const std::vector<farm::Item>& items)
{
    std::vector<protocol::AssetAmount> out;
    for (const farm::Item& item : items) out.push_back({item.asset, {item.amount}});
    return out;
}

protocol::FarmInfo farm_info(const farm::Content& content, const KeptFarm& kept, Millis now)
{
    farm::Farm farm = kept.farm;
    protocol::FarmInfo info;
    info.at = to_rfc3339(now);
    for (std::int64_t number = 1; number <= farm.size; ++number)
        info.plots.push_back(plot_info(content, farm, number, now));
    if (farm.size < content.rules().max_plots)
        info.next_plot_price = protocol::Amount{content.price_of_plot(farm.size + 1)};
    const std::int64_t this_hour = farm::hour_of(now);
    for (std::int64_t hour = this_hour; hour <= this_hour + content.rules().forecast; ++hour)
        info.weather.push_back({to_rfc3339(hour * farm::hour), farm::weather_of(content.climate(), hour)});
    return info;
}

Result<FarmChange> farm_change(const farm::Content& content, const FarmView& view, const FarmAsk& ask,
                               const FarmChance& chance)
{
    FarmChange change;
    change.next = farm_of(content, view.kept);
    const Result<farm::Outcome> outcome =
        ask.action.decide(content, change.next.farm, farm_holdings_of(view.balances), ask.now, chance);
    if (!outcome) return outcome.error();
    ++change.next.version;
    change.plots = outcome->plots;
    const LedgerAccount player = player_account(view.kept.player);
    for (const farm::Item& item : outcome->spent)
        change.transfers.push_back({chance.transfer(), item.asset, player, "sink", item.amount, ask.action.name});
    for (const farm::Item& item : outcome->gained)
        change.transfers.push_back({chance.transfer(), item.asset, "mint", player, item.amount, ask.action.name});

    OutboxEvent out;
    out.topic = protocol::topic::game;
    out.event = {chance.event(),
                 std::string(ask.action.event_type),
                 ask.source,
                 view.kept.player.value,
                 ask.traceparent,
                 ask.now,
                 ask.action.event_data(view.kept.player, change.next.farm, *outcome, changes_of(change.transfers))};
    change.events.push_back(std::move(out));

    protocol::FarmReply reply;
    reply.at = to_rfc3339(ask.now);
    for (const std::int64_t number : outcome->plots)
        reply.plots.push_back(plot_info(content, change.next.farm, number, ask.now));
    reply.spent = asset_amounts(outcome->spent);
    reply.gained = asset_amounts(outcome->gained);
    change.record = {view.kept.player, ask.key, ask.action.request, protocol::encode(reply), ask.now};
    return change;
}

} // namespace harvest::instance
