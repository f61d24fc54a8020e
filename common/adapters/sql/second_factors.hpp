// The SecondFactors store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/second_factors.hpp"

namespace harvest::sql {

class SqlSecondFactors final : public SecondFactors {
public:
    explicit SqlSecondFactors(Database& database) : database_(database) {}

    AsyncResult<SecondFactor> get(PlayerId player, Deadline by) override;
    AsyncResult<void> begin(PlayerId player, Bytes box, Deadline by) override;
    AsyncResult<void> confirm(PlayerId player, SecondFactor factor, std::vector<TokenHash> recovery,
                              Deadline by) override;
    AsyncResult<void> use_step(PlayerId player, std::int64_t step, Deadline by) override;
    AsyncResult<void> use_recovery(PlayerId player, TokenHash code, Deadline by) override;
    AsyncResult<void> drop(PlayerId player, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
