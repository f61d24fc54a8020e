#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

#include <algorithm>

namespace harvest::gateway {

Task<HttpResponse> handle_inventory(Ledger& ledger, const Call& call)
{
    const Result<std::vector<Balance>> balances = co_await ledger.balances(player_account(call.who.player), call.by);
    if (!balances) co_return problem(call, balances.error());
    protocol::Inventory inventory;
    for (const Balance& balance : *balances)
        if (balance.amount > 0 && !balance.asset.starts_with(card_prefix))
            inventory.items.push_back({balance.asset, {balance.amount}});
    std::sort(inventory.items.begin(), inventory.items.end(),
              [](const auto& left, const auto& right) { return left.asset < right.asset; });
    co_return reply(inventory);
}

} // namespace harvest::gateway
