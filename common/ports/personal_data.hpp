// All that the stores hold of one player, in one place: told to its owner, or taken away.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/account.hpp"
#include "common/ports/task.hpp"
#include "common/protocol/export.hpp"

namespace harvest {

// An account that goes. Its events and transfers have the ids that come after the first ones.
struct Erasure {
    PlayerId player;
    std::optional<std::string> password_hash; // that its owner was checked against; nobody asks an operator for one
    Millis at{};
    EventId first_event;
    TransferId first_transfer;
    std::string source, traceparent;
};

class PersonalData {
public:
    virtual ~PersonalData() = default;
    // One consistent look, `at_most` entries a list. Errors: not_found (also of a deleted account).
    virtual AsyncResult<protocol::AccountExport> collect(PlayerId player, std::size_t at_most, Millis now,
                                                         Deadline by) = 0;
    // One transaction with its events: sessions end, open orders give back their stake, what is personal goes, and
    // erased_name() stands for the name. The ledger, other players' matches and the event log stay as they are.
    // Again it changes nothing. Errors besides the stores' own: not_found, conflict (try again), failed_precondition
    // (another password by now).
    virtual AsyncResult<void> erase(Erasure erasure, Deadline by) = 0;
};

} // namespace harvest
