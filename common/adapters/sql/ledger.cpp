#include "common/adapters/sql/ledger.hpp"

#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/transfers.hpp"

namespace harvest::sql {

Result<std::vector<Balance>> read_balances(Connection& connection, const LedgerAccount& account)
{
    const Result<Rows> rows = connection.execute(
        "SELECT asset, amount FROM balances WHERE account = $1 AND amount <> 0 ORDER BY asset", {account});
    if (!rows) return rows.error();
    std::vector<Balance> balances;
    for (const Row& row : *rows) balances.push_back({row.text(0), row.integer(1)});
    return balances;
}

AsyncResult<void> SqlLedger::transfer(std::vector<Transfer> transfers, Millis now, std::vector<OutboxEvent> events,
                                      Deadline by)
{
    return database_.write(
        [transfers = std::move(transfers), now, events = std::move(events)](Connection& connection) -> Result<void> {
            const Result<void> applied = apply_transfers(connection, transfers, now);
            if (!applied) return applied.error();
            return append_events(connection, events);
        },
        by);
}

AsyncResult<std::vector<Balance>> SqlLedger::balances(LedgerAccount account, Deadline by)
{
    return read<std::vector<Balance>>(
        database_,
        [account = std::move(account)](Connection& connection) { return read_balances(connection, account); }, by);
}

AsyncResult<std::vector<LedgerEntry>> SqlLedger::history(LedgerAccount account, std::int64_t after_seq,
                                                         std::size_t limit, Deadline by)
{
    return read<std::vector<LedgerEntry>>(
        database_,
        [account = std::move(account), after_seq, limit](Connection& connection) -> Result<std::vector<LedgerEntry>> {
            // Both halves end early on their own index; a transfer is in one of them only, as debit <> credit.
            const Result<Rows> rows = connection.execute(
                "SELECT seq, id, asset, debit, credit, amount, reason, at FROM ("
                "SELECT * FROM (SELECT * FROM transfers WHERE debit = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS d "
                "UNION ALL "
                "SELECT * FROM (SELECT * FROM transfers WHERE credit = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS c"
                ") AS both_sides ORDER BY seq LIMIT $3",
                {account, after_seq, static_cast<std::int64_t>(limit)});
            if (!rows) return rows.error();
            std::vector<LedgerEntry> entries;
            for (const Row& row : *rows) {
                LedgerEntry entry;
                entry.seq = row.integer(0);
                entry.transfer = {TransferId{row.text(1)}, row.text(2), row.text(3), row.text(4),
                                  row.integer(5),          row.text(6)};
                entry.at = Millis{row.integer(7)};
                entries.push_back(std::move(entry));
            }
            return entries;
        },
        by);
}

} // namespace harvest::sql
