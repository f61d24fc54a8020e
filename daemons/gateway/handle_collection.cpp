#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_collection(Crafting& crafting, const Clock& clock, const Call& call)
{
    const Result<CraftView> view = co_await crafting.view(call.who.player, std::string(), clock.now(), call.by);
    if (!view) co_return problem(call, view.error());
    std::map<std::string, std::vector<std::int64_t>> serials;
    for (const NumberedCard& each : view->numbered) serials[each.card].push_back(each.serial);
    protocol::CardCollection collection;
    for (const auto& [card, copies] : cards_of(view->balances)) {
        protocol::CollectionCard item{card, copies, std::nullopt};
        if (const auto found = serials.find(card); found != serials.end()) item.serials = found->second;
        collection.items.push_back(std::move(item));
    }
    co_return reply(collection);
}

} // namespace harvest::gateway
