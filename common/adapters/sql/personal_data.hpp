// The PersonalData store. export_rows.cpp tells, erasure.cpp takes away.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/personal_data.hpp"

namespace harvest::sql {

class SqlPersonalData final : public PersonalData {
public:
    explicit SqlPersonalData(Database& database) : database_(database) {}

    AsyncResult<protocol::AccountExport> collect(PlayerId player, std::size_t at_most, Millis now,
                                                 Deadline by) override;
    AsyncResult<void> erase(Erasure erasure, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
