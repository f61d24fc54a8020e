#include "cli/bots/life/life.hpp"

namespace harvest::bots {

Life::Life(Client& client, const Habits& habits, const Town& town, const Resident& who, Chance& chance,
           std::uint64_t plan_seed)
    : client_(client),
      agenda_(habits.life, plan_seed),
      deeds_(client, chance, habits.verify),
      decks_(client, deeds_.books(), chance),
      farming_(client, deeds_, chance),
      trading_(client, deeds_, chance),
      crafting_(client, deeds_, decks_, chance),
      friends_(client, town, who.number, chance),
      talking_(client, friends_, chance),
      looking_(client, friends_, chance),
      watching_(client, town, who.transport, who.local_address, chance),
      bookkeeping_(client, deeds_, trading_)
{
}

AsyncResult<void> Life::rest()
{
    client_.leave_rest();
    co_return Result<void>{};
}

AsyncResult<void> Life::spend_time(Pastime pastime)
{
    switch (pastime) {
    case Pastime::farming:
        return farming_.step();
    case Pastime::trading:
        return trading_.step();
    case Pastime::crafting:
        return crafting_.step();
    case Pastime::decks:
        return decks_.step();
    case Pastime::friends:
        return friends_.step();
    case Pastime::talking:
        return talking_.step();
    case Pastime::looking:
        return looking_.step();
    case Pastime::watching:
        return watching_.step();
    case Pastime::playing: // a player's own
    case Pastime::resting:
        break;
    }
    return rest();
}

} // namespace harvest::bots
