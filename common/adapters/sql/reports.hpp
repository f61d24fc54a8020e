// The Reports store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/reports.hpp"

namespace harvest::sql {

class SqlReports final : public Reports {
public:
    explicit SqlReports(Database& database) : database_(database) {}

    AsyncResult<FiledReport> file(Report report, std::size_t before, Deadline by) override;
    AsyncResult<Report> get(ReportId report, Deadline by) override;
    AsyncResult<std::vector<Report>> list(ReportFilter filter, Deadline by) override;
    AsyncResult<Report> move(ReportMove move, Deadline by) override;
    AsyncResult<std::size_t> drop_closed(Millis until, std::size_t limit, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
