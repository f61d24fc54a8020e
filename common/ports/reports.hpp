// What players report to moderators. The evidence is copied in the transaction of the report, so that no later edit or
// deletion takes it away; it goes with the accounts that it is of (PersonalData::erase).
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/report.hpp"
#include "common/ports/task.hpp"

#include <vector>

namespace harvest {

class Reports {
public:
    virtual ~Reports() = default;
    // Of a message (whose author becomes the reported) with at most `before` earlier ones of its channel, or of a
    // player. One report of the same by the same reporter is open at a time: a second gives the first.
    // Errors: report.self, no_such_player, no_such_message; not_found (the reporter's account was deleted).
    virtual AsyncResult<FiledReport> file(Report report, std::size_t before, Deadline by) = 0;
    // Errors: not_found.
    virtual AsyncResult<Report> get(ReportId report, Deadline by) = 0;
    // Newest first, without evidence.
    virtual AsyncResult<std::vector<Report>> list(ReportFilter filter, Deadline by) = 0;
    // Gives the report as it is then. Errors: not_found, failed_precondition (it is so already), conflict (it stands
    // otherwise than was seen; or to be opened again, while its reporter has another one of the same open).
    virtual AsyncResult<Report> move(ReportMove move, Deadline by) = 0;
    // Drops at most `limit` reports that were closed before `until`, with their evidence, the oldest first: how many.
    virtual AsyncResult<std::size_t> drop_closed(Millis until, std::size_t limit, Deadline by) = 0;
};

} // namespace harvest
