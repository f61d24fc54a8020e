// What can be done about records that were set aside, without asking anybody.
#pragma once

#include "common/base/result.hpp"
#include "common/ports/records/event.hpp"
#include "common/protocol/events.hpp"

#include <map>
#include <set>
#include <string>

namespace harvest::cli::api {

enum class ParkedState { parked, dropped, redriven };

// A record in "<topic>.parked", and what became of it.
struct Parked {
    std::string aside; // that topic
    Event kept;        // as it stands there
    protocol::ParkedRecord record;
    ParkedState state = ParkedState::parked;
};

// Records by id, of those that are wanted. An event of the topic may come in any order, and more than once.
class ParkedRecords {
public:
    explicit ParkedRecords(std::set<std::string> wanted) : wanted_(std::move(wanted)) {}
    void take(const StoredEvent& stored);
    const std::map<std::string, Parked>& found() const { return found_; }

private:
    std::set<std::string> wanted_;
    std::map<std::string, Parked> found_;
    std::map<std::string, ParkedState> settled_;
};

// The event that puts a record back on its topic. An event keeps its attributes and gets the next redriven id, so that
// who has handled it leaves it out; a record that was none becomes one, its type `type` where it tells none.
// Errors: invalid_argument (it fits no schema), resource_exhausted (it came back `max_replays` times), why in `why`.
Result<Event> redriven_event(const Parked& parked, const std::string& type, std::int64_t max_replays, std::string& why);

// What tells in "<topic>.parked" that a record was dealt with; `event` empty: it was dropped.
Event settled_event(const std::string& record, const std::string& event, Millis now);

} // namespace harvest::cli::api
