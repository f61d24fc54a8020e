#include "daemons/gateway/deck_checks.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/holdings.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_deck_create(Decks& decks, Ledger& ledger, const Content& content, const Clock& clock,
                                      Entropy& entropy, const Call& call)
{
    std::string why;
    const Result<protocol::NewDeck> body = read_body<protocol::NewDeck>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    const Result<game::battle::Collection> owned = co_await owned_cards(ledger, call.who.player, call.by);
    if (!owned) co_return problem(call, owned.error());
    std::vector<protocol::ProblemFault> faults = faults_of(*body, content, *owned);
    if (!faults.empty()) co_return deck_problem(call, std::move(faults));

    Deck deck;
    deck.id = new_id<DeckId>(clock, entropy);
    deck.player = call.who.player;
    deck.name = body->name;
    deck.farmer = body->farmer;
    deck.cards = body->cards;
    deck.version = 1;
    HttpResponse response = reply(show_deck(deck, content, *owned), 201);
    response.headers.emplace_back("Location", "/v1/decks/" + deck.id.value);
    const Result<void> kept = co_await decks.put(std::move(deck), call.by);
    if (!kept) co_return problem(call, kept.error());
    co_return response;
}

} // namespace harvest::gateway
