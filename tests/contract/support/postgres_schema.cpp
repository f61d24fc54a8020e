#include "common/adapters/postgres/connection.hpp"
#include "tests/contract/support/stores.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace harvest::test {
namespace {

std::string dsn()
{
    const char* value = std::getenv("HARVEST_TEST_POSTGRES");
    if (!value || !*value)
        throw std::runtime_error("HARVEST_TEST_POSTGRES is not set: run `scripts/services up postgres`, then "
                                 "`eval \"$(scripts/services env)\"`");
    return value;
}

} // namespace

PostgresSchema::PostgresSchema()
{
    static std::atomic<int> count{0};
    name_ = fmt::format("test_{}_{}", ::getpid(), ++count);
}

PostgresSchema::~PostgresSchema()
{
    try {
        const system::SystemClock clock;
        const postgres::Target target = postgres::make_target(dsn(), name_, {10s, 10s}, 3s);
        postgres::PostgresConnection connection(target, clock);
        if (!connection.run("DROP SCHEMA IF EXISTS " + name_ + " CASCADE")) WARN(connection.last_message());
    }
    catch (const std::exception& error) {
        WARN(error.what());
    }
}

postgres::Options PostgresSchema::options() const
{
    postgres::Options options;
    options.dsn = dsn();
    options.schema = name_;
    return options;
}

} // namespace harvest::test
