#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

AsyncResult<game::battle::Collection> owned_cards(Ledger& ledger, PlayerId player, Deadline by)
{
    const Result<std::vector<Balance>> balances = co_await ledger.balances(player_account(player), by);
    if (!balances) co_return balances.error();
    game::battle::Collection owned;
    for (const Balance& balance : *balances)
        if (balance.amount > 0 && balance.asset.starts_with(card_prefix))
            owned[balance.asset.substr(card_prefix.size())] = balance.amount;
    co_return owned;
}

} // namespace harvest::gateway
