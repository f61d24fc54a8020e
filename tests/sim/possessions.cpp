#include "tests/sim/possessions.hpp"

#include "common/adapters/sql/ledger_check.hpp"
#include "tests/support/catch_result.hpp"

namespace harvest::test {

Task<std::int64_t> held(World& world, PlayerId player, std::string asset)
{
    const Result<std::vector<Balance>> balances = co_await world.ledger->balances(player_account(player), world.soon());
    REQUIRE(balances);
    for (const Balance& balance : *balances)
        if (balance.asset == asset) co_return balance.amount;
    co_return 0;
}

void give(World& world, const Player& player, const std::string& asset, std::int64_t amount)
{
    world.play([&]() -> Task<void> {
        std::vector<Transfer> grant{{world.id<TransferId>(), asset, "mint", player_account(player.id), amount, "test"}};
        std::vector<OutboxEvent> none;
        REQUIRE(co_await world.ledger->transfer(std::move(grant), world.clock.now(), std::move(none), world.soon()));
    });
}

bool sound(World& world)
{
    bool is_sound = false;
    const auto look = [&is_sound](sql::Connection& connection) -> Result<void> {
        const Result<sql::LedgerReport> report = sql::check_ledger(connection);
        is_sound = report && report->sound();
        return {};
    };
    return world.database->read_now(look) && is_sound;
}

} // namespace harvest::test
