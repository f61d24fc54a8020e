#include "common/protocol/account.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_collection(Ledger& ledger, const Call& call)
{
    const Result<game::battle::Collection> owned = co_await owned_cards(ledger, call.who.player, call.by);
    if (!owned) co_return problem(call, owned.error());
    protocol::CardCollection collection;
    for (const auto& [card, copies] : *owned) collection.items.push_back({card, copies});
    co_return reply(collection);
}

} // namespace harvest::gateway
