// The Seasons store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/seasons.hpp"

namespace harvest::sql {

class SqlSeasons final : public Seasons {
public:
    explicit SqlSeasons(Database& database) : database_(database) {}

    AsyncResult<Season> open(Deadline by) override;
    AsyncResult<Season> find(std::int64_t season, Deadline by) override;
    AsyncResult<std::vector<Season>> list(std::size_t limit, Deadline by) override;
    AsyncResult<void> begin(Lease lease, std::int64_t season, BoardRule board, Millis now, Deadline by) override;
    AsyncResult<std::vector<SeasonPlayer>> unsettled(std::int64_t season, std::size_t limit, Deadline by) override;
    AsyncResult<void> settle(Lease lease, std::int64_t season, std::vector<SeasonEnd> page, Millis now,
                             Deadline by) override;
    AsyncResult<void> close(Lease lease, std::int64_t season, BoardRule next, Millis now, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
