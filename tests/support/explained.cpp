#include "tests/support/explained.hpp"

#include "common/protocol/player_fold.hpp"

#include <fmt/format.h>

namespace harvest::test {
namespace {

using protocol::Holdings;
using protocol::PlayerFold;

// By player.
std::map<std::string, Holdings> stored(sql::Connection& connection)
{
    std::map<std::string, Holdings> all;
    const auto add = [&](const char* sql, int sign) {
        const Result<sql::Rows> rows = connection.execute(sql);
        if (!rows) throw std::runtime_error("the store cannot be read");
        for (const sql::Row& row : *rows) {
            Holdings& holdings = all[row.text(0)];
            const std::pair what{row.text(1), row.text(2)};
            if ((holdings[what] += sign * row.integer(3)) == 0) holdings.erase(what);
        }
    };
    add("SELECT id, 'player', '', 0 FROM accounts", 1);
    add("SELECT substr(account, 8), 'player', asset, amount FROM balances WHERE account LIKE 'player:%'", 1);
    add("SELECT player, 'escrow', b.asset, b.amount FROM market_orders o JOIN balances b ON b.account = 'escrow:' || "
        "o.id",
        1);
    add("SELECT substr(owner, 8), 'serial', 'card.' || card || '#' || number, 1 FROM numbered_cards WHERE owner LIKE "
        "'player:%'",
        1);
    add("SELECT substr(credit, 8), 'player', asset, amount FROM transfers WHERE reason IN ('test', 'starter')", -1);
    return all;
}

Holdings folded(sql::Connection& connection, const std::string& player)
{
    const Result<sql::Rows> rows = connection.execute("SELECT id, type, time, data FROM events");
    if (!rows) throw std::runtime_error("the events cannot be read");
    PlayerFold fold{PlayerId{player}};
    for (int time = 0; time < 2; ++time) // delivered twice, they count once
        for (const sql::Row& row : *rows)
            if (!fold.apply(row.text(0), row.text(1), Millis{row.integer(2)}, row.text(3)))
                throw std::runtime_error("an event does not fit its type: " + row.text(3));
    if (fold.untold()) throw std::runtime_error(fold.untold()->type + " does not tell what it moved");
    return fold.holdings();
}

} // namespace

std::vector<std::string> unexplained(World& world)
{
    std::vector<std::string> lines;
    const auto look = [&lines](sql::Connection& connection) -> Result<void> {
        for (const auto& [player, store] : stored(connection)) {
            Holdings rest = folded(connection, player);
            for (const auto& [what, amount] : store) rest[what] -= amount;
            for (const auto& [what, amount] : rest)
                if (amount != 0) lines.push_back(fmt::format("{} {} {}: {}", player, what.first, what.second, amount));
        }
        return {};
    };
    if (!world.database->read_now(look)) lines.emplace_back("the store cannot be read");
    return lines;
}

} // namespace harvest::test
