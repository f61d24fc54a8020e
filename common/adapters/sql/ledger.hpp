// The Ledger store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/ledger.hpp"

namespace harvest::sql {

class SqlLedger final : public Ledger {
public:
    explicit SqlLedger(Database& database) : database_(database) {}

    AsyncResult<void> transfer(std::vector<Transfer> transfers, Millis now, std::vector<OutboxEvent> events,
                               Deadline by) override;
    AsyncResult<std::vector<Balance>> balances(LedgerAccount account, Deadline by) override;
    AsyncResult<std::vector<LedgerEntry>> history(LedgerAccount account, std::int64_t after_seq, std::size_t limit,
                                                  Deadline by) override;

private:
    Database& database_;
};

// Inside a transaction: what the account holds, by asset.
Result<std::vector<Balance>> read_balances(Connection& connection, const LedgerAccount& account);

} // namespace harvest::sql
