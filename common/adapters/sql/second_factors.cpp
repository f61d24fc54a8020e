#include "common/adapters/sql/second_factors.hpp"

namespace harvest::sql {
namespace {

Result<void> begin_factor(Connection& connection, const PlayerId& player, const Bytes& box)
{
    const Result<Rows> account =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at = 0", {player.value});
    if (!account) return account.error();
    if (account->empty()) return Errc::not_found;
    const Result<std::int64_t> put =
        change(connection,
               "INSERT INTO second_factors (player, box, confirmed_at, last_step) VALUES ($1, $2, 0, 0) "
               "ON CONFLICT (player) DO UPDATE SET box = excluded.box WHERE second_factors.confirmed_at = 0",
               {player.value, ByteView(box)});
    if (!put) return put.error();
    if (*put == 0) return Errc::already_exists;
    return {};
}

Result<void> confirm_factor(Connection& connection, const PlayerId& player, const SecondFactor& factor,
                            const std::vector<TokenHash>& recovery)
{
    const Result<std::int64_t> confirmed =
        change(connection,
               "UPDATE second_factors SET confirmed_at = $3, last_step = $4 "
               "WHERE player = $1 AND box = $2 AND confirmed_at = 0",
               {player.value, ByteView(factor.box), factor.confirmed_at.count(), factor.last_step});
    if (!confirmed) return confirmed.error();
    if (*confirmed == 0) return Errc::failed_precondition;
    for (const TokenHash& code : recovery) {
        const Result<Rows> put = connection.execute("INSERT INTO recovery_codes (player, hash) VALUES ($1, $2)",
                                                    {player.value, ByteView(code)});
        if (!put) return put.error();
    }
    return {};
}

Result<void> one_changed(const Result<std::int64_t>& changed)
{
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::not_found;
    return {};
}

Result<void> drop_factor(Connection& connection, const PlayerId& player)
{
    const Result<Rows> dropped = connection.execute("DELETE FROM recovery_codes WHERE player = $1", {player.value});
    if (!dropped) return dropped.error();
    return one_changed(change(connection, "DELETE FROM second_factors WHERE player = $1", {player.value}));
}

} // namespace

AsyncResult<SecondFactor> SqlSecondFactors::get(PlayerId player, Deadline by)
{
    return read<SecondFactor>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<SecondFactor> {
            const Result<Rows> rows = connection.execute(
                "SELECT box, confirmed_at, last_step FROM second_factors WHERE player = $1", {player.value});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            const Row& row = rows->front();
            return SecondFactor{row.blob(0), Millis{row.integer(1)}, row.integer(2)};
        },
        by);
}

AsyncResult<void> SqlSecondFactors::begin(PlayerId player, Bytes box, Deadline by)
{
    return database_.write([player = std::move(player), box = std::move(box)](
                               Connection& connection) { return begin_factor(connection, player, box); },
                           by);
}

AsyncResult<void> SqlSecondFactors::confirm(PlayerId player, SecondFactor factor, std::vector<TokenHash> recovery,
                                            Deadline by)
{
    return database_.write([player = std::move(player), factor = std::move(factor), recovery = std::move(recovery)](
                               Connection& connection) { return confirm_factor(connection, player, factor, recovery); },
                           by);
}

AsyncResult<void> SqlSecondFactors::use_step(PlayerId player, std::int64_t step, Deadline by)
{
    return database_.write(
        [player = std::move(player), step](Connection& connection) {
            return one_changed(change(connection,
                                      "UPDATE second_factors SET last_step = $2 "
                                      "WHERE player = $1 AND confirmed_at > 0 AND last_step < $2",
                                      {player.value, step}));
        },
        by);
}

AsyncResult<void> SqlSecondFactors::use_recovery(PlayerId player, TokenHash code, Deadline by)
{
    return database_.write(
        [player = std::move(player), code](Connection& connection) {
            return one_changed(change(connection, "DELETE FROM recovery_codes WHERE player = $1 AND hash = $2",
                                      {player.value, ByteView(code)}));
        },
        by);
}

AsyncResult<void> SqlSecondFactors::drop(PlayerId player, Deadline by)
{
    return database_.write(
        [player = std::move(player)](Connection& connection) { return drop_factor(connection, player); }, by);
}

} // namespace harvest::sql
