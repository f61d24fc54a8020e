#include "common/adapters/sql/leases.hpp"
#include "common/ports/lease.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;

namespace {

// Tells the store's clock what the time is; waits are by the real one.
class SetClock final : public Clock {
public:
    Millis now() const override { return now_; }
    Millis monotonic() const override { return real_.monotonic(); }
    AsyncResult<void> sleep_until(Deadline by) override { return real_.sleep_until(by); }
    void advance(Millis length) { now_ += length; }

private:
    system::SystemClock real_;
    Millis now_ = noon;
};

} // namespace

TEMPLATE_TEST_CASE("T11: a lease has one holder, and each change of hands raises its epoch", "[leases]", HARVEST_STORES)
{
    TestType stores;
    SetClock clock;
    sql::SqlLeases leases(*stores->database, clock);
    const Result<Lease> first = get(leases.acquire("relay", "one", 10s, stores.soon()));
    REQUIRE(first);
    CHECK(first->epoch == 1);
    CHECK(first->until == noon + 10s);
    CHECK(get(leases.acquire("relay", "two", 10s, stores.soon())).error() == Errc::conflict);
    CHECK(get(leases.acquire("sweep", "two", 10s, stores.soon()))->epoch == 1);

    clock.advance(9s);
    CHECK(get(leases.renew(*first, 10s, stores.soon()))->until == noon + 19s);
    clock.advance(9s);
    CHECK(get(leases.acquire("relay", "two", 10s, stores.soon())).error() == Errc::conflict);
    clock.advance(1s);
    const Result<Lease> second = get(leases.acquire("relay", "two", 10s, stores.soon()));
    REQUIRE(second);
    CHECK(second->epoch == 2);

    // The paused first one comes back: it can neither renew nor give away what is another's.
    CHECK(get(leases.renew(*first, 10s, stores.soon())).error() == Errc::conflict);
    REQUIRE(get(leases.release(*first, stores.soon())));
    CHECK(get(leases.acquire("relay", "one", 10s, stores.soon())).error() == Errc::conflict);
    const Lease old = *first;
    Result<void> fenced = get(stores->database->write(
        [old](sql::Connection& connection) { return sql::check_lease(connection, old); }, stores.soon()));
    CHECK(fenced.error() == Errc::conflict);
    const Lease current = *second;
    CHECK(get(stores->database->write(
        [current](sql::Connection& connection) { return sql::check_lease(connection, current); }, stores.soon())));

    // Its own from before a crash it has at once, under a new epoch; what is released anyone has.
    CHECK(get(leases.acquire("relay", "two", 10s, stores.soon()))->epoch == 3);
    CHECK(get(leases.renew(*second, 10s, stores.soon())).error() == Errc::conflict);
    REQUIRE(get(leases.release(Lease{"relay", "two", 3, {}}, stores.soon())));
    CHECK(get(leases.renew(Lease{"relay", "two", 3, {}}, 10s, stores.soon())).error() == Errc::conflict);
    CHECK(get(leases.acquire("relay", "one", 10s, stores.soon()))->epoch == 4);
    CHECK(get(leases.acquire("", "one", 10s, stores.soon())).error() == Errc::invalid_argument);
    CHECK(get(leases.acquire("relay", "", 10s, stores.soon())).error() == Errc::invalid_argument);
}
