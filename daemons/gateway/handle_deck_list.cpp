#include "daemons/gateway/deck_checks.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_deck_list(Decks& decks, Ledger& ledger, const Content& content, const Call& call)
{
    const Result<std::vector<Deck>> mine = co_await decks.list(call.who.player, call.by);
    if (!mine) co_return problem(call, mine.error());
    const Result<game::battle::Collection> owned = co_await owned_cards(ledger, call.who.player, call.by);
    if (!owned) co_return problem(call, owned.error());
    protocol::DeckList list;
    for (const Deck& deck : *mine) list.items.push_back(show_deck(deck, content, *owned));
    co_return reply(list);
}

} // namespace harvest::gateway
