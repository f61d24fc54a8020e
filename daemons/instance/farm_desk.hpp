// Answers the Rpc methods "farm.*": looks at farms, and changes them by the pure rules, one transaction an action
// (harvest-game(7) §2). Decides from no farm in memory: any instance answers for every player.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/farms.hpp"
#include "common/ports/rpc.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/instance/farm_service.hpp"
#include "daemons/instance/ripening.hpp"

#include <memory>

namespace harvest::instance {

class FarmDesk {
public:
    // `source` ("instance-0") names this daemon in events.
    FarmDesk(std::string source, const GameContents& contents, Farms& farms, Clock& clock, Entropy& entropy);

    static bool answers(std::string_view method) { return method.starts_with("farm."); }
    // Errors: not_found (no such method), invalid_argument, FarmErrc, IdempotencyErrc, those of the stores.
    AsyncResult<std::string> serve(RpcRequest request);
    // Whom to tell of what has become ripe since the last call.
    std::vector<Ripened> take_ripe() { return ripening_.take(clock_.now()); }

private:
    AsyncResult<std::string> look(PlayerId player, Deadline by);
    AsyncResult<std::string> act(protocol::PlayerCall call, FarmAction action, std::string traceparent, Deadline by);

    std::string source_;
    const GameContents& contents_;
    Farms& farms_;
    Clock& clock_;
    FarmChance chance_;
    Ripening ripening_;
};

} // namespace harvest::instance
