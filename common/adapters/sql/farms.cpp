#include "common/adapters/sql/farms.hpp"

#include "common/adapters/sql/idempotency.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/transfers.hpp"

#include <bit>

namespace harvest::sql {
namespace {

// Words of chance and bits use all 64 bits; columns are signed.
std::int64_t to_column(std::uint64_t word)
{
    return std::bit_cast<std::int64_t>(word);
}

Result<KeptFarm> read_farm(Connection& connection, const PlayerId& player)
{
    KeptFarm kept;
    kept.player = player;
    const Result<Rows> farm = connection.execute("SELECT version, size FROM farms WHERE player = $1", {player.value});
    if (!farm) return farm.error();
    if (farm->empty()) return kept;
    kept.version = farm->front().integer(0);
    kept.farm.size = farm->front().integer(1);
    const Result<Rows> plots = connection.execute(
        "SELECT plot, crop, planted_at, seed, composted, watered FROM farm_plots WHERE player = $1 ORDER BY plot",
        {player.value});
    if (!plots) return plots.error();
    for (const Row& row : *plots)
        kept.farm.plots.push_back({row.integer(0), row.text(1), Millis{row.integer(2)},
                                   std::bit_cast<std::uint64_t>(row.integer(3)), row.integer(4) != 0,
                                   std::bit_cast<std::uint64_t>(row.integer(5))});
    return kept;
}

Result<void> step_version(Connection& connection, const KeptFarm& next)
{
    const Result<std::int64_t> changed =
        next.version == 1
            ? change(connection,
                     "INSERT INTO farms (player, version, size) VALUES ($1, 1, $2) ON CONFLICT (player) DO NOTHING",
                     {next.player.value, next.farm.size})
            : change(connection, "UPDATE farms SET version = $2, size = $3 WHERE player = $1 AND version = $2 - 1",
                     {next.player.value, next.version, next.farm.size});
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::conflict;
    return {};
}

Result<void> put_plot(Connection& connection, const PlayerId& player, const game::farm::Plot& plot)
{
    const Result<Rows> put = connection.execute(
        "INSERT INTO farm_plots (player, plot, crop, planted_at, seed, composted, watered) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (player, plot) DO UPDATE SET crop = excluded.crop, "
        "planted_at = excluded.planted_at, seed = excluded.seed, composted = excluded.composted, "
        "watered = excluded.watered",
        {player.value, plot.number, plot.crop, plot.planted_at.count(), to_column(plot.seed),
         std::int64_t{plot.composted}, to_column(plot.watered)});
    if (!put) return put.error();
    return {};
}

Result<void> put_plots(Connection& connection, FarmChange& change)
{
    for (const std::int64_t number : change.plots) {
        if (const game::farm::Plot* plot = change.next.farm.find(number)) {
            if (const Result<void> put = put_plot(connection, change.next.player, *plot); !put) return put.error();
            continue;
        }
        const Result<Rows> cleared = connection.execute("DELETE FROM farm_plots WHERE player = $1 AND plot = $2",
                                                        {change.next.player.value, number});
        if (!cleared) return cleared.error();
    }
    return {};
}

Result<std::string> apply_farm_change(Connection& connection, FarmChange change)
{
    if (change.next.player.empty() || change.next.version < 1) return Errc::invalid_argument;
    const Result<std::optional<std::string>> before = find_reply(connection, change.record);
    if (!before) return before.error();
    if (*before) return **before;
    Result<void> step = step_version(connection, change.next);
    if (!step) return step.error();
    step = put_plots(connection, change);
    if (!step) return step.error();
    step = apply_transfers(connection, change.transfers, change.record.at);
    if (!step) return step.error();
    step = append_events(connection, change.events);
    if (!step) return step.error();
    step = keep_record(connection, change.record);
    if (!step) return step.error();
    return change.record.reply;
}

} // namespace

AsyncResult<FarmView> SqlFarms::view(PlayerId player, std::string key, Millis now, Deadline by)
{
    return read<FarmView>(
        database_,
        [player = std::move(player), key = std::move(key), now](Connection& connection) -> Result<FarmView> {
            FarmView view;
            Result<KeptFarm> kept = read_farm(connection, player);
            if (!kept) return kept.error();
            view.kept = std::move(*kept);
            Result<std::vector<Balance>> balances = read_balances(connection, player_account(player));
            if (!balances) return balances.error();
            view.balances = std::move(*balances);
            if (key.empty()) return view;
            Result<std::optional<IdempotencyRecord>> done = find_record(connection, player, key, now);
            if (!done) return done.error();
            view.done = std::move(*done);
            return view;
        },
        by);
}

AsyncResult<std::string> SqlFarms::change(FarmChange change, Deadline by)
{
    return write<std::string>(
        database_,
        [change = std::move(change)](Connection& connection) { return apply_farm_change(connection, change); }, by);
}

} // namespace harvest::sql
