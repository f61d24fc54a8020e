// The pure side of crafting: what the rules decide, as an order to the store and as what the client is told.
#pragma once

#include "common/game/crafting/actions.hpp"
#include "common/ports/records/crafting.hpp"

#include <functional>
#include <variant>

namespace harvest::instance {

// Where ids come from; each call gives a new one.
struct CraftIds {
    std::function<TransferId()> transfer;
    std::function<EventId()> event;
};

// An action as it was asked for.
struct CraftAsk {
    PlayerId player;
    std::string key;
    std::string request; // in canonical form, with the name of the action
    std::string source;  // this daemon
    std::string traceparent;
    Millis now{};
};

// What is lacking for a recipe.
using Lacking = std::vector<game::crafting::Item>;

// Errors: CraftErrc.
Result<std::variant<CraftOrder, Lacking>> craft_order(const game::crafting::Content& content, const CraftView& view,
                                                      const protocol::CraftRequest& asked, const CraftAsk& ask,
                                                      const CraftIds& ids);
Result<DismantleOrder> dismantle_order(const game::crafting::Content& content, const CraftView& view,
                                       const protocol::DismantleRequest& asked, const CraftAsk& ask,
                                       const CraftIds& ids);

} // namespace harvest::instance
