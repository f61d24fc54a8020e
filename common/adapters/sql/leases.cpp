#include "common/adapters/sql/leases.hpp"

namespace harvest::sql {

AsyncResult<Lease> SqlLeases::acquire(std::string name, std::string holder, Millis length, Deadline by)
{
    return write<Lease>(
        database_,
        [this, name = std::move(name), holder = std::move(holder), length](Connection& connection) -> Result<Lease> {
            if (name.empty() || holder.empty()) return Errc::invalid_argument;
            const Millis now = clock_.now();
            const Result<Rows> rows = connection.execute(
                "INSERT INTO leases (name, holder, epoch, until_at) VALUES ($1, $2, 1, $4) "
                "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1, "
                "until_at = excluded.until_at "
                "WHERE leases.holder = '' OR leases.holder = excluded.holder OR leases.until_at <= $3 RETURNING epoch",
                {name, holder, now.count(), (now + length).count()});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::conflict;
            return Lease{name, holder, rows->front().integer(0), now + length};
        },
        by);
}

AsyncResult<Lease> SqlLeases::renew(Lease lease, Millis length, Deadline by)
{
    return write<Lease>(
        database_,
        [this, lease = std::move(lease), length](Connection& connection) -> Result<Lease> {
            Lease renewed = lease;
            renewed.until = clock_.now() + length;
            const Result<std::int64_t> changed =
                change(connection, "UPDATE leases SET until_at = $4 WHERE name = $1 AND holder = $2 AND epoch = $3",
                       {lease.name, lease.holder, lease.epoch, renewed.until.count()});
            if (!changed) return changed.error();
            if (*changed == 0) return Errc::conflict;
            return renewed;
        },
        by);
}

AsyncResult<void> SqlLeases::release(Lease lease, Deadline by)
{
    return database_.write(
        [lease = std::move(lease)](Connection& connection) -> Result<void> {
            const Result<std::int64_t> changed =
                change(connection,
                       "UPDATE leases SET holder = '', until_at = 0 WHERE name = $1 AND holder = $2 AND epoch = $3",
                       {lease.name, lease.holder, lease.epoch});
            if (!changed) return changed.error();
            return {};
        },
        by);
}

Result<void> check_lease(Connection& connection, const Lease& lease)
{
    // Writing the row also locks it, where several connections write.
    const Result<std::int64_t> held =
        change(connection, "UPDATE leases SET epoch = epoch WHERE name = $1 AND holder = $2 AND epoch = $3",
               {lease.name, lease.holder, lease.epoch});
    if (!held) return held.error();
    if (*held == 0) return Errc::conflict;
    return {};
}

} // namespace harvest::sql
