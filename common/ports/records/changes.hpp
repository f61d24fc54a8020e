// The value that an event tells of (harvest-events(7), "Value"): its transaction's transfers, summed.
#pragma once

#include "common/ports/records/ledger.hpp"
#include "common/protocol/events.hpp"

#include <span>

namespace harvest {

// Never without a list: of transfers that cancel each other out, or of none, it is empty.
protocol::Changes changes_of(std::span<const Transfer> transfers);

} // namespace harvest
