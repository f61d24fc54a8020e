#include "daemons/gateway/deck_checks.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_deck_get(Decks& decks, Ledger& ledger, const Content& content, const Call& call)
{
    const Result<DeckId> id = path_id<DeckId>(call);
    if (!id) co_return problem(call, id.error());
    const Result<Deck> deck = co_await decks.get(call.who.player, *id, call.by);
    if (!deck) co_return problem(call, deck.error());
    const Result<game::battle::Collection> owned = co_await owned_cards(ledger, call.who.player, call.by);
    if (!owned) co_return problem(call, owned.error());
    co_return reply(show_deck(*deck, content, *owned));
}

} // namespace harvest::gateway
