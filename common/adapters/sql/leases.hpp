// Leases in the store, by the wall clock.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/lease.hpp"

namespace harvest::sql {

class SqlLeases final : public Leases {
public:
    SqlLeases(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    AsyncResult<Lease> acquire(std::string name, std::string holder, Millis length, Deadline by) override;
    AsyncResult<Lease> renew(Lease lease, Millis length, Deadline by) override;
    AsyncResult<void> release(Lease lease, Deadline by) override;

private:
    Database& database_;
    const Clock& clock_;
};

// Inside a transaction: nobody has taken the lease since. Errors: conflict.
Result<void> check_lease(Connection& connection, const Lease& lease);

} // namespace harvest::sql
