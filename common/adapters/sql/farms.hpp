// The Farms store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/farms.hpp"

namespace harvest::sql {

class SqlFarms final : public Farms {
public:
    explicit SqlFarms(Database& database) : database_(database) {}

    AsyncResult<FarmView> view(PlayerId player, std::string key, Millis now, Deadline by) override;
    AsyncResult<std::string> change(FarmChange change, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
