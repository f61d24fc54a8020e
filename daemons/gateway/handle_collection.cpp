#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"
#include "daemons/gateway/page.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_collection(Crafting& crafting, const Clock& clock, const Call& call)
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
    const Result<CraftView> view = co_await crafting.view(call.who.player, std::string(), clock.now(), call.by);
    if (!view) co_return problem(call, view.error());
    protocol::CardCollection collection;
    for (const auto& [card, copies] : cards_of(view->balances)) collection.items.push_back({card, copies, {}});
    collection.next_cursor =
        keep_page(collection.items, after, page->limit, [](const protocol::CollectionCard& item) { return item.card; });
    std::map<std::string, std::vector<std::int64_t>> serials;
    for (const NumberedCard& each : view->numbered) serials[each.card].push_back(each.serial);
    for (protocol::CollectionCard& item : collection.items)
        if (const auto found = serials.find(item.card); found != serials.end()) item.serials = found->second;
    co_return reply(collection);
}

} // namespace harvest::gateway
