// A bot's life besides its matches: what it has to do with, and the next thing to do.
#pragma once

#include "cli/bots/bookkeeping.hpp"
#include "cli/bots/life/agenda.hpp"
#include "cli/bots/life/crafting.hpp"
#include "cli/bots/life/farming.hpp"
#include "cli/bots/life/looking.hpp"
#include "cli/bots/life/talking.hpp"
#include "cli/bots/life/watching.hpp"

namespace harvest::bots {

// Who it is and where it comes from.
struct Resident {
    std::size_t number{};
    std::string transport, local_address;
};

class Life {
public:
    Life(Client& client, const Habits& habits, const Town& town, const Resident& who, Chance& chance,
         std::uint64_t plan_seed);

    Pastime next() { return agenda_.next(); }
    // Errors: a cut link's.
    AsyncResult<void> spend_time(Pastime pastime);

    Deeds& deeds() { return deeds_; }
    Bookkeeping& bookkeeping() { return bookkeeping_; }
    DeckShelf& decks() { return decks_; }
    Talking& talking() { return talking_; }
    Looking& looking() { return looking_; }

private:
    AsyncResult<void> rest();

    Client& client_;
    Agenda agenda_;
    Deeds deeds_;
    DeckShelf decks_;
    Farming farming_;
    Trading trading_;
    Crafting crafting_;
    Friends friends_;
    Talking talking_;
    Looking looking_;
    Watching watching_;
    Bookkeeping bookkeeping_;
};

} // namespace harvest::bots
