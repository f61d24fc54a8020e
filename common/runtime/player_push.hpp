// A live message for a player, by way of every connsrv that has a session of theirs. Nobody learns whether it arrived:
// who is away, or cut off for long, asks for what was told.
#pragma once

#include "common/ports/presence.hpp"
#include "common/ports/rpc.hpp"

namespace harvest {

// `data` is JSON; each wait is two seconds at most.
Task<void> push_to_player(Presence& presence, Rpc& rpc, const Clock& clock, PlayerId player, std::string op,
                          std::string data);

} // namespace harvest
