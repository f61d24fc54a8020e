#include "daemons/instance/craft_service.hpp"

#include "common/ports/records/changes.hpp"
#include "daemons/instance/farm_service.hpp"

namespace harvest::instance {
namespace {

namespace crafting = game::crafting;

constexpr std::string_view make = "craft.make", dismantled = "craft.dismantle"; // the ledger's reasons

crafting::Holdings craft_holdings_of(const std::vector<Balance>& balances)
{
    crafting::Holdings holdings;
    for (const Balance& balance : balances) holdings[balance.asset] = balance.amount;
    return holdings;
}

OutboxEvent event_of(std::string_view type, const CraftAsk& ask, const CraftIds& ids)
{
    OutboxEvent out;
    out.topic = protocol::topic::game;
    out.event = {ids.event(), std::string(type), ask.source, ask.player.value, ask.traceparent, ask.now, {}};
    return out;
}

} // namespace

Result<std::variant<CraftOrder, Lacking>> craft_order(const crafting::Content& content, const CraftView& view,
                                                      const protocol::CraftRequest& asked, const CraftAsk& ask,
                                                      const CraftIds& ids)
{
    const Result<const crafting::Recipe*> chosen = crafting::choose(content, asked.recipe, asked.card);
    if (!chosen) return chosen.error();
    const crafting::Recipe& recipe = **chosen;
    if (Lacking lacking = crafting::missing(recipe, craft_holdings_of(view.balances)); !lacking.empty())
        return std::variant<CraftOrder, Lacking>(std::move(lacking));
    std::variant<CraftOrder, Lacking> made;
    CraftOrder& order = made.emplace<CraftOrder>();
    order.numbered = recipe.numbered;
    const LedgerAccount player = player_account(ask.player);
    for (const crafting::Item& item : recipe.things)
        order.transfers.push_back({ids.transfer(), item.asset, player, "sink", item.amount, std::string(make)});
    order.transfers.push_back(
        {ids.transfer(), crafting::card_asset(recipe.card), "mint", player, 1, std::string(make)});
    order.reply = {to_rfc3339(ask.now), recipe.id, recipe.card, std::nullopt, asset_amounts(recipe.things)};
    order.told = {ask.player, recipe.id, recipe.card, std::nullopt, order.reply.spent, changes_of(order.transfers)};
    order.event = event_of(protocol::event_type::craft_made, ask, ids);
    order.record = {ask.player, ask.key, ask.request, {}, ask.now};
    return made;
}

Result<DismantleOrder> dismantle_order(const crafting::Content& content, const CraftView& view,
                                       const protocol::DismantleRequest& asked, const CraftAsk& ask,
                                       const CraftIds& ids)
{
    const Result<std::int64_t> stardust =
        crafting::dismantle(content, asked.card, asked.count, craft_holdings_of(view.balances));
    if (!stardust) return stardust.error();
    DismantleOrder order;
    const LedgerAccount player = player_account(ask.player);
    const std::string reason(dismantled);
    order.taken = {ids.transfer(), crafting::card_asset(asked.card), player, "sink", asked.count, reason};
    order.given = {{ids.transfer(), "stardust", "mint", player, *stardust, reason}};
    order.reply = {to_rfc3339(ask.now), asked.card, asked.count, {}, {{"stardust", {*stardust}}}};
    const std::vector<Transfer> moved{order.taken, order.given.front()};
    order.told = {ask.player, asked.card, asked.count, {}, order.reply.gained, changes_of(moved)};
    order.event = event_of(protocol::event_type::craft_dismantled, ask, ids);
    order.record = {ask.player, ask.key, ask.request, {}, ask.now};
    return order;
}

} // namespace harvest::instance
