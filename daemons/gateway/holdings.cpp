#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

game::battle::Collection cards_of(const std::vector<Balance>& balances)
{
    game::battle::Collection owned;
    for (const Balance& balance : balances)
        if (balance.amount > 0 && balance.asset.starts_with(card_prefix))
            owned[balance.asset.substr(card_prefix.size())] = balance.amount;
    return owned;
}

AsyncResult<game::battle::Collection> owned_cards(Ledger& ledger, PlayerId player, Deadline by)
{
    const Result<std::vector<Balance>> balances = co_await ledger.balances(player_account(player), by);
    if (!balances) co_return balances.error();
    co_return cards_of(*balances);
}

} // namespace harvest::gateway
