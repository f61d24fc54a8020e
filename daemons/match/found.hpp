// The message match.found, as one seat gets it.
#pragma once

#include "common/ports/allocator.hpp"
#include "common/ports/records/match.hpp"
#include "common/protocol/matchmaking.hpp"

namespace harvest::match {

// `place` is 0 or 1; players count seats from 1.
inline protocol::MatchFound found_for(const harvest::Match& match, std::size_t place, const Allocation& home,
                                      const std::string& ticket)
{
    const MatchSeat& other = match.seats[1 - place];
    protocol::MatchFound found;
    found.match = match.id;
    found.mode = match.mode;
    found.seat = static_cast<int>(place) + 1;
    found.opponent = {other.name, !other.bot.empty()};
    for (const Endpoint& endpoint : home.endpoints)
        found.endpoints.push_back({endpoint.transport, endpoint.host, endpoint.port, endpoint.fingerprint});
    found.ticket = ticket;
    return found;
}

} // namespace harvest::match
