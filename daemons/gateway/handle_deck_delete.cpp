#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_deck_delete(Decks& decks, const Call& call)
{
    const Result<DeckId> id = path_id<DeckId>(call);
    if (!id) co_return problem(call, id.error());
    const Result<void> removed = co_await decks.remove(call.who.player, *id, call.by);
    if (!removed) co_return problem(call, removed.error());
    co_return no_content();
}

} // namespace harvest::gateway
