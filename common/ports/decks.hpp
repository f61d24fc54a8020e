// Saved decks of players. Errors besides those named: unavailable, timed_out; get, remove: not_found; put:
// invalid_argument.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/deck.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

class Decks {
public:
    virtual ~Decks() = default;
    virtual AsyncResult<std::vector<Deck>> list(PlayerId player, Deadline by) = 0;
    virtual AsyncResult<Deck> get(PlayerId player, DeckId deck, Deadline by) = 0;
    // `version` is the stored one plus one (1 for a new deck), else conflict. At most 20 a player: resource_exhausted.
    virtual AsyncResult<void> put(Deck deck, Deadline by) = 0;
    virtual AsyncResult<void> remove(PlayerId player, DeckId deck, Deadline by) = 0;
};

} // namespace harvest
