#include "daemons/gateway/deck_checks.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"
#include "daemons/gateway/page.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_deck_list(Decks& decks, Ledger& ledger, const Content& content, const Call& call)
{
    std::string_view why;
    const Result<PageAsked> page = read_page(call.request.query, why);
    if (!page) co_return problem(call, page.error(), why);
    std::optional<DeckId> after;
    if (!page->cursor.empty()) {
        const Result<DeckId> id = parse_id<DeckId>(page->cursor);
        if (!id) co_return problem(call, id.error(), bad_page_cursor);
        after = *id;
    }
    Result<std::vector<Deck>> mine = co_await decks.list(call.who.player, call.by);
    if (!mine) co_return problem(call, mine.error());
    protocol::DeckList list;
    list.next_cursor = keep_page(*mine, after, page->limit, [](const Deck& deck) { return deck.id; });
    const Result<game::battle::Collection> owned = co_await owned_cards(ledger, call.who.player, call.by);
    if (!owned) co_return problem(call, owned.error());
    for (const Deck& deck : *mine) list.items.push_back(show_deck(deck, content, *owned));
    co_return reply(list);
}

} // namespace harvest::gateway
