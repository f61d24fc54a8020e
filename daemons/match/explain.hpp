// Why a ticket waits: what the matcher holds against each other ticket of its mode, and until when.
#pragma once

#include "common/protocol/queue_explain.hpp"
#include "daemons/match/service.hpp"

namespace harvest::match {

// Times of the monotonic clock. Who fits is paired in the next cycle, unless closer ones take one of the two away.
protocol::QueueCandidate explain_pair(const Seeker& who, const Seeker& other, const Rules& rules, Millis now);

// All of them in `waiting` but those of other modes; at most `most` of them are told.
protocol::QueueExplanation explain(const Seeker& who, const std::vector<const Seeker*>& waiting, const Rules& rules,
                                   Millis now, std::size_t most);

} // namespace harvest::match
