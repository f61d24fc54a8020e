// The ledger recomputed from its history alone, apart from the code that wrote it: conservation, non-negativity at
// every step, each balance equal to the fold of its transfers, one owner for each numbered card, who has the copies,
// and in escrow the stakes of the open orders and nothing else.
#pragma once

#include "common/adapters/sql/database.hpp"

namespace harvest::sql {

struct AssetTotal {
    std::string asset;
    std::int64_t in_circulation{}; // what all accounts but the mint hold
    std::int64_t minted{};         // what the mint owes; conservation: the two are equal
};

struct LedgerReport {
    std::int64_t transfers{};
    std::int64_t balances{};
    std::int64_t numbered{}; // serials ever made
    std::vector<AssetTotal> assets;
    std::int64_t violations{};
    std::vector<std::string> examples; // of violations, for people; at most 100
    bool sound() const { return violations == 0; }
};

// In one read transaction. Errors: those of the connection.
Result<LedgerReport> check_ledger(Connection& connection);

} // namespace harvest::sql
