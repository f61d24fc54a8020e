// Reports as kept, with the evidence as it stood when they were made.
#pragma once

#include "common/ports/records/chat.hpp"
#include "common/protocol/reports.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace harvest {

struct Report {
    ReportId id;
    PlayerId reporter; // empty once that account is gone
    PlayerId reported; // of a message its author
    protocol::ReportReason reason{};
    std::string note;
    std::string channel; // of the message
    MessageId message;   // empty: the player is reported
    MatchId match;
    protocol::ReportState state{};
    Millis opened_at{};
    std::string moderator;                            // who took or closed it
    Millis moved_at{};                                // when that was
    std::optional<protocol::ReportOutcome> outcome{}; // once closed
    std::vector<ChatMessage> evidence{};              // in order; the message reported is the last
};

struct FiledReport {
    Report report;
    bool repeated{}; // it was open already
};

struct ReportFilter {
    std::optional<protocol::ReportState> state;
    std::string moderator; // empty: whoever
    PlayerId reported;     // empty: of all
    std::string after;     // report id: the cursor of the last page (newest first)
    std::size_t limit{50};
};

// As a moderator saw it.
struct ReportStanding {
    protocol::ReportState state{};
    std::string moderator;
};

// What a moderator does with a report.
struct ReportMove {
    ReportId report;
    protocol::ReportState to{}; // taken (also out of the hands of another, or a closed one again) or closed
    std::optional<protocol::ReportOutcome> outcome;
    std::string moderator;
    Millis at{};
    std::optional<ReportStanding> seen{}; // it is moved only if it still stands so
};

} // namespace harvest
