// Rpc match "explain": why a ticket waits, as harvestctl admin queue explain shows it. Ratings and distances in points.
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

struct ExplainRequest {
    TicketId ticket;
};
BOOST_DESCRIBE_STRUCT(ExplainRequest, (), (ticket))

// Somebody else in the same queue.
struct QueueCandidate {
    TicketId ticket;
    PlayerId player;
    double rating{};
    std::string rule;                         // fits, window, delayed, rating_gap, blocked, party
    std::optional<double> points;             // how far apart the two count
    std::optional<double> limit;              // how far they may be now
    std::optional<double> relaxes_in_seconds; // when the rule no longer keeps them apart; none: never
};
BOOST_DESCRIBE_STRUCT(QueueCandidate, (), (ticket, player, rating, rule, points, limit, relaxes_in_seconds))

struct QueueExplanation {
    TicketId ticket;
    PlayerId player;
    std::string mode;
    double rating{}, deviation{};
    double waiting_seconds{};             // below 0: the search begins then
    double window{};                      // now
    std::optional<double> bot_in_seconds; // where one may take the other seat
    std::int64_t candidates{};            // in the same mode
    std::vector<QueueCandidate> items;    // the nearest to playing, first
};
BOOST_DESCRIBE_STRUCT(QueueExplanation, (),
                      (ticket, player, mode, rating, deviation, waiting_seconds, window, bot_in_seconds, candidates,
                       items))

} // namespace harvest::protocol
