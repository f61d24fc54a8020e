// Players who have to go, as harvest.user tells it: all of their sessions ended at once, or they were banned.
#pragma once

#include "common/ports/event_log.hpp"
#include "common/ports/records/account.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace harvest {

struct Expulsion {
    PlayerId player;
    std::optional<std::string> ban; // its scope; none: the sessions alone ended
    Millis at{};
    // Of whatever the player plays: a ban from one mode or from the market ends no session.
    bool from_everything() const { return !ban || keeps_out_of_everything(*ban); }
};

// Nothing for any other event, and where one session ended alone.
std::optional<Expulsion> expulsion_in(const Event& event);

// A reader of everybody's, from now on: what came before is for look_back().
std::shared_ptr<EventReader> read_expulsions(EventLog& log);
// Tells of each one until it is cancelled; perhaps more than once.
Task<void> follow_expulsions(std::shared_ptr<EventReader> reader, Clock& clock,
                             std::function<void(const Expulsion&)> tell);

} // namespace harvest
