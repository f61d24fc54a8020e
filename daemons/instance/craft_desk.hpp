// Answers the Rpc methods "craft.*": makes and dismantles cards by the pure rules, one transaction an action
// (harvest-game(7) §4). Decides from nothing in memory: any instance answers for every player.
#pragma once

#include "common/ports/crafting.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/rpc.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/instance/craft_service.hpp"

#include <memory>

namespace harvest::instance {

class CraftDesk {
public:
    // `source` ("instance-0") names this daemon in events.
    CraftDesk(std::string source, const GameContents& contents, Crafting& crafting, Clock& clock, Entropy& entropy);

    static bool answers(std::string_view method) { return method.starts_with("craft."); }
    // A protocol::CraftAnswer. Errors: not_found (no such method), invalid_argument, CraftErrc, IdempotencyErrc, those
    // of the stores.
    AsyncResult<std::string> serve(RpcRequest request);

private:
    AsyncResult<protocol::CraftAnswer> make(protocol::CraftRequest asked, CraftAsk ask, Deadline by);
    AsyncResult<protocol::CraftAnswer> take_apart(protocol::DismantleRequest asked, CraftAsk ask, Deadline by);
    AsyncResult<CraftView> look(const CraftAsk& ask, Deadline by);

    std::string source_;
    const GameContents& contents_;
    Crafting& crafting_;
    Clock& clock_;
    CraftIds ids_;
};

} // namespace harvest::instance
