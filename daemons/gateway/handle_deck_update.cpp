#include "daemons/gateway/deck_checks.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

#include <limits>

namespace harvest::gateway {

Task<HttpResponse> handle_deck_update(Decks& decks, Ledger& ledger, const Content& content, const Call& call)
{
    const Result<DeckId> id = path_id<DeckId>(call);
    if (!id) co_return problem(call, id.error());
    std::string why;
    const Result<protocol::DeckUpdate> body = read_body<protocol::DeckUpdate>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    if (body->version < 1 || body->version == std::numeric_limits<std::int64_t>::max())
        co_return problem(call, make_error_code(Errc::invalid_argument), "version: is out of range");
    const Result<Deck> known = co_await decks.get(call.who.player, *id, call.by); // another's is not found
    if (!known) co_return problem(call, known.error());
    const Result<game::battle::Collection> owned = co_await owned_cards(ledger, call.who.player, call.by);
    if (!owned) co_return problem(call, owned.error());
    std::vector<protocol::ProblemFault> faults = faults_of(*body, content, *owned);
    if (!faults.empty()) co_return deck_problem(call, std::move(faults));

    Deck deck = *known;
    deck.name = body->name;
    deck.farmer = body->farmer;
    deck.cards = body->cards;
    deck.version = body->version + 1;
    const HttpResponse response = reply(show_deck(deck, content, *owned));
    const Result<void> kept = co_await decks.put(std::move(deck), call.by);
    if (!kept) co_return problem(call, kept.error());
    co_return response;
}

} // namespace harvest::gateway
