// What gateway and connsrv ask of an instance for a player whom they vouch for: Rpc instance "farm.plant",
// "market.order", "craft.make" and the like.
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

struct PlayerCall {
    PlayerId player;
    std::optional<std::string> key; // of an action
    RawJson request{"{}"};          // the body of that action or question
};
BOOST_DESCRIBE_STRUCT(PlayerCall, (), (player, key, request))

} // namespace harvest::protocol
