#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"
#include "daemons/gateway/page.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_inventory(Ledger& ledger, const Call& call)
{
    std::string_view why;
    const Result<PageAsked> page = read_page(call.request.query, why);
    if (!page) co_return problem(call, page.error(), why);
    std::optional<std::string> after;
    if (!page->cursor.empty()) {
        if (!is_asset_cursor(page->cursor))
            co_return problem(call, make_error_code(Errc::invalid_argument), bad_page_cursor);
        after = page->cursor;
    }
    const Result<std::vector<Balance>> balances = co_await ledger.balances(player_account(call.who.player), call.by);
    if (!balances) co_return problem(call, balances.error());
    protocol::Inventory inventory;
    for (const Balance& balance : *balances)
        if (balance.amount > 0 && !balance.asset.starts_with(card_prefix))
            inventory.items.push_back({balance.asset, {balance.amount}});
    std::ranges::sort(inventory.items, {}, &protocol::InventoryItem::asset);
    inventory.next_cursor =
        keep_page(inventory.items, after, page->limit, [](const protocol::InventoryItem& item) { return item.asset; });
    co_return reply(inventory);
}

} // namespace harvest::gateway
