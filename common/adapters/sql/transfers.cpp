#include "common/adapters/sql/transfers.hpp"

#include "common/adapters/sql/numbered_cards.hpp"
#include "common/adapters/sql/numbering.hpp"

namespace harvest::sql {
namespace {

constexpr std::string_view mint = "mint";
constexpr std::int64_t most = std::int64_t{1} << 62; // of a balance, either way

bool valid(const Transfer& transfer)
{
    return !transfer.id.empty() && !transfer.asset.empty() && !transfer.debit.empty() && !transfer.credit.empty() &&
           transfer.debit != transfer.credit && transfer.amount > 0 && transfer.amount <= max_amount;
}

enum class Seen { no, yes };

// A numbered copy leaves its owner together with its serial only: what stays must cover the owner's serials.
Result<void> covers_serials(Connection& connection, const Transfer& transfer)
{
    const std::string card(card_of(transfer.asset));
    if (card.empty() || transfer.debit == mint) return {};
    const Result<std::int64_t> numbered = count_numbered(connection, card, transfer.debit);
    if (!numbered) return numbered.error();
    if (*numbered == 0) return {};
    const Result<Rows> left = connection.execute("SELECT amount FROM balances WHERE account = $1 AND asset = $2",
                                                 {transfer.debit, transfer.asset});
    if (!left) return left.error();
    if (left->empty() || left->front().integer(0) < *numbered) return Errc::failed_precondition;
    return {};
}

Result<void> same_as_before(Connection& connection, const Transfer& transfer)
{
    const Result<Rows> rows = connection.execute(
        "SELECT asset, debit, credit, amount, reason FROM transfers WHERE id = $1", {transfer.id.value});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::conflict;
    const Row& row = rows->front();
    const bool same = row.text(0) == transfer.asset && row.text(1) == transfer.debit &&
                      row.text(2) == transfer.credit && row.integer(3) == transfer.amount &&
                      row.text(4) == transfer.reason;
    if (!same) return Errc::conflict;
    return {};
}

Result<void> take(Connection& connection, const Transfer& transfer)
{
    Result<std::int64_t> changed{0};
    if (transfer.debit == mint)
        changed = change(connection,
                         "INSERT INTO balances (account, asset, amount) VALUES ($1, $2, $3) "
                         "ON CONFLICT (account, asset) DO UPDATE SET amount = balances.amount + $3 "
                         "WHERE balances.amount > $4",
                         {transfer.debit, transfer.asset, -transfer.amount, -most});
    else
        changed = change(connection,
                         "UPDATE balances SET amount = amount - $3 WHERE account = $1 AND asset = $2 AND amount >= $3",
                         {transfer.debit, transfer.asset, transfer.amount});
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::failed_precondition;
    return covers_serials(connection, transfer);
}

Result<void> give(Connection& connection, const Transfer& transfer)
{
    const Result<std::int64_t> changed = change(connection,
                                                "INSERT INTO balances (account, asset, amount) VALUES ($1, $2, $3) "
                                                "ON CONFLICT (account, asset) DO UPDATE SET "
                                                "amount = balances.amount + $3 WHERE balances.amount < $4",
                                                {transfer.credit, transfer.asset, transfer.amount, most});
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::failed_precondition;
    return {};
}

Result<Seen> keep(Connection& connection, const Transfer& transfer, Millis now)
{
    const std::size_t before = connection.mark();
    const Result<std::int64_t> seq = take_number(connection, "transfers");
    if (!seq) return seq.error();
    const Result<std::int64_t> kept =
        change(connection,
               "INSERT INTO transfers (seq, id, asset, debit, credit, amount, reason, at) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
               {*seq + 1, transfer.id.value, transfer.asset, transfer.debit, transfer.credit, transfer.amount,
                transfer.reason, now.count()});
    if (!kept) return kept.error();
    if (*kept == 1) return Seen::no;
    connection.undo_to(before);
    return Seen::yes;
}

Result<void> apply(Connection& connection, const Transfer& transfer, Millis now)
{
    if (!valid(transfer)) return Errc::invalid_argument;
    const Result<Seen> seen = keep(connection, transfer, now);
    if (!seen) return seen.error();
    if (*seen == Seen::yes) return same_as_before(connection, transfer);
    const Result<void> taken = take(connection, transfer);
    if (!taken) return taken.error();
    return give(connection, transfer);
}

} // namespace

Result<void> apply_transfers(Connection& connection, std::span<const Transfer> transfers, Millis now)
{
    for (const Transfer& transfer : transfers) {
        const Result<void> applied = apply(connection, transfer, now);
        if (!applied) return applied.error();
    }
    return {};
}

} // namespace harvest::sql
