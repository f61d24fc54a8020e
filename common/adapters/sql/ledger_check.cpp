#include "common/adapters/sql/ledger_check.hpp"

#include <fmt/format.h>

#include <map>
#include <unordered_map>

namespace harvest::sql {
namespace {

constexpr std::int64_t checked_at_once = 20'000;
constexpr std::size_t max_examples = 100;

// One account's holding of one asset, keyed "account\0asset".
using Holdings = std::unordered_map<std::string, std::int64_t>;

std::string holding(std::string_view account, std::string_view asset)
{
    std::string key(account);
    key += '\0';
    key += asset;
    return key;
}

std::string_view account_of(std::string_view key)
{
    return key.substr(0, key.find('\0'));
}

std::string_view asset_of(std::string_view key)
{
    return key.substr(key.find('\0') + 1);
}

void blame(LedgerReport& report, std::string what)
{
    ++report.violations;
    if (report.examples.size() < max_examples) report.examples.push_back(std::move(what));
}

void fold(LedgerReport& report, Holdings& holdings, const Row& row)
{
    const std::int64_t seq = row.integer(0);
    const std::string& id = row.text(1);
    const std::string& asset = row.text(2);
    const std::string& debit = row.text(3);
    const std::string& credit = row.text(4);
    const std::int64_t amount = row.integer(5);
    ++report.transfers;
    if (amount <= 0) blame(report, fmt::format("transfer {} moves {} of {}", id, amount, asset));
    if (debit == credit) blame(report, fmt::format("transfer {} goes from {} to itself", id, debit));
    std::int64_t& from = holdings[holding(debit, asset)];
    if (__builtin_sub_overflow(from, amount, &from)) blame(report, fmt::format("{} overflows at {}", debit, seq));
    if (from < 0 && debit != "mint")
        blame(report, fmt::format("{} fell to {} of {} by transfer {}", debit, from, asset, id));
    std::int64_t& to = holdings[holding(credit, asset)];
    if (__builtin_add_overflow(to, amount, &to)) blame(report, fmt::format("{} overflows at {}", credit, seq));
}

Result<void> fold_history(Connection& connection, LedgerReport& report, Holdings& holdings)
{
    for (std::int64_t after = 0;;) {
        const Result<Rows> rows = connection.execute(
            "SELECT seq, id, asset, debit, credit, amount FROM transfers WHERE seq > $1 ORDER BY seq LIMIT $2",
            {after, checked_at_once});
        if (!rows) return rows.error();
        for (const Row& row : *rows) fold(report, holdings, row);
        if (rows->empty()) return {};
        after = rows->rows.back().integer(0);
    }
}

Result<void> compare_balances(Connection& connection, LedgerReport& report, Holdings holdings)
{
    const Result<Rows> rows = connection.execute("SELECT account, asset, amount FROM balances");
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
        ++report.balances;
        const auto found = holdings.find(holding(row.text(0), row.text(1)));
        const std::int64_t expected = found == holdings.end() ? 0 : found->second;
        if (row.integer(2) != expected)
            blame(report, fmt::format("{} holds {} of {}, its history gives {}", row.text(0), row.integer(2),
                                      row.text(1), expected));
        if (row.integer(2) < 0 && row.text(0) != "mint")
            blame(report, fmt::format("{} holds {} of {}", row.text(0), row.integer(2), row.text(1)));
        if (found != holdings.end()) holdings.erase(found);
    }
    for (const auto& [key, amount] : holdings)
        if (amount != 0)
            blame(report,
                  fmt::format("{} has no balance of {}, its history gives {}", account_of(key), asset_of(key), amount));
    return {};
}

Result<void> sum_assets(Connection& connection, LedgerReport& report)
{
    const Result<Rows> rows = connection.execute("SELECT account, asset, amount FROM balances");
    if (!rows) return rows.error();
    std::map<std::string, AssetTotal> totals;
    for (const Row& row : *rows) {
        AssetTotal& total = totals[row.text(1)];
        total.asset = row.text(1);
        if (row.text(0) == "mint")
            total.minted -= row.integer(2);
        else
            total.in_circulation += row.integer(2);
    }
    for (auto& [asset, total] : totals) {
        if (total.in_circulation != total.minted)
            blame(report, fmt::format("{} of {} are held, {} were minted", total.in_circulation, asset, total.minted));
        report.assets.push_back(std::move(total));
    }
    return {};
}

// The serial whose history is being read, up to its step.
struct SerialSoFar {
    std::string card;
    std::int64_t number{}, step{};
    bool retired{};
};

void fold_step(LedgerReport& report, SerialSoFar& serial, const Row& row)
{
    const std::string what = fmt::format("{} number {}", row.text(0), row.integer(1));
    if (row.text(0) != serial.card || row.integer(1) != serial.number) {
        const std::int64_t expected = row.text(0) == serial.card ? serial.number + 1 : 1;
        if (row.integer(1) != expected) blame(report, fmt::format("{} comes where {} should", what, expected));
        serial = {row.text(0), row.integer(1), 0, false};
        ++report.numbered;
    }
    if (row.integer(2) != serial.step + 1)
        blame(report, fmt::format("{} lacks step {} of its history", what, serial.step + 1));
    if (serial.retired) blame(report, fmt::format("{} came back after it was retired", what));
    serial.step = row.integer(2);
    const std::string& owner = row.text(3);
    serial.retired = owner.empty();
    if (row.is_null(4))
        blame(report, fmt::format("{} has a history and no owner's row", what));
    else if (row.integer(5) < serial.step || (row.integer(5) == serial.step && row.text(4) != owner))
        blame(report, fmt::format("{} belongs to \"{}\", its history says \"{}\"", what, row.text(4), owner));
}

// Each serial has the owner that its history gives, none is doubled, lost or back from retirement.
Result<void> check_serials(Connection& connection, LedgerReport& report)
{
    for (SerialSoFar serial;;) {
        const Result<Rows> rows = connection.execute(
            "SELECT s.card, s.number, s.step, s.owner, n.owner, n.step FROM numbered_card_steps AS s "
            "LEFT JOIN numbered_cards AS n ON n.card = s.card AND n.number = s.number "
            "WHERE (s.card, s.number, s.step) > ($1, $2, $3) ORDER BY s.card, s.number, s.step LIMIT $4",
            {serial.card, serial.number, serial.step, checked_at_once});
        if (!rows) return rows.error();
        for (const Row& row : *rows) fold_step(report, serial, row);
        if (rows->empty()) return {};
    }
}

// Every live serial is one of its owner's copies.
Result<void> check_owners(Connection& connection, LedgerReport& report)
{
    const Result<Rows> lost = connection.execute(
        "SELECT n.card, n.number, n.step FROM numbered_cards AS n WHERE NOT EXISTS (SELECT 1 FROM numbered_card_steps "
        "AS s WHERE s.card = n.card AND s.number = n.number AND s.step = n.step)");
    if (!lost) return lost.error();
    for (const Row& row : *lost)
        blame(report,
              fmt::format("{} number {} lacks step {} of its history", row.text(0), row.integer(1), row.integer(2)));
    const Result<Rows> rows =
        connection.execute("SELECT n.owner, n.card, count(*), coalesce(max(b.amount), 0) FROM numbered_cards AS n "
                           "LEFT JOIN balances AS b ON b.account = n.owner AND b.asset = 'card.' || n.card "
                           "WHERE n.owner <> '' GROUP BY n.owner, n.card");
    if (!rows) return rows.error();
    for (const Row& row : *rows)
        if (row.integer(2) > row.integer(3))
            blame(report, fmt::format("{} owns {} serials of {} and {} copies", row.text(0), row.integer(2),
                                      row.text(1), row.integer(3)));
    return {};
}

// What must stand in escrow for the orders that are open: the stake of each, and the serials for sale, each as
// "account\0asset" and its number.
struct Stakes {
    Holdings goods, serials;
};

void add_stake(LedgerReport& report, Stakes& stakes, const Row& row)
{
    const std::string account = "escrow:" + row.text(0);
    const bool buys = row.integer(2) == 0;
    std::int64_t amount = row.integer(4);
    if (buys && __builtin_mul_overflow(amount, row.integer(3), &amount))
        blame(report, fmt::format("order {} overflows its stake", row.text(0)));
    stakes.goods[holding(account, buys ? "coin" : row.text(1))] = amount;
    if (row.integer(5) != 0) stakes.serials[holding(account, row.text(1))] = row.integer(5);
}

Result<Stakes> stakes_of_orders(Connection& connection, LedgerReport& report)
{
    Stakes stakes;
    for (std::string after;;) {
        const Result<Rows> rows =
            connection.execute("SELECT id, asset, side, price, remaining, card_number FROM market_orders "
                               "WHERE state = 0 AND id > $1 ORDER BY id LIMIT $2",
                               {after, checked_at_once});
        if (!rows) return rows.error();
        for (const Row& row : *rows) add_stake(report, stakes, row);
        if (rows->empty()) return stakes;
        after = rows->rows.back().text(0);
    }
}

// Escrow holds what the open orders have staked, no less and nothing else.
Result<void> check_escrow(Connection& connection, LedgerReport& report, Holdings goods)
{
    for (std::string account, asset;;) {
        const Result<Rows> rows = connection.execute(
            "SELECT account, asset, amount FROM balances WHERE account >= 'escrow:' AND account < 'escrow;' "
            "AND (account, asset) > ($1, $2) ORDER BY account, asset LIMIT $3",
            {account, asset, checked_at_once});
        if (!rows) return rows.error();
        for (const Row& row : *rows) {
            const auto found = goods.find(holding(row.text(0), row.text(1)));
            const std::int64_t staked = found == goods.end() ? 0 : found->second;
            if (row.integer(2) != staked)
                blame(report, fmt::format("{} holds {} of {}, the stake of its open order is {}", row.text(0),
                                          row.integer(2), row.text(1), staked));
            if (found != goods.end()) goods.erase(found);
        }
        if (rows->empty()) break;
        account = rows->rows.back().text(0);
        asset = rows->rows.back().text(1);
    }
    for (const auto& [key, staked] : goods)
        if (staked != 0)
            blame(report, fmt::format("{} holds nothing of {}, the stake of its open order is {}", account_of(key),
                                      asset_of(key), staked));
    return {};
}

// A serial in escrow is the one that the order there sells.
Result<void> check_serials_in_escrow(Connection& connection, LedgerReport& report, Holdings for_sale)
{
    std::string card;
    for (std::int64_t number = 0;;) {
        const Result<Rows> rows = connection.execute(
            "SELECT card, number, owner FROM numbered_cards WHERE owner >= 'escrow:' AND owner < 'escrow;' "
            "AND (card, number) > ($1, $2) ORDER BY card, number LIMIT $3",
            {card, number, checked_at_once});
        if (!rows) return rows.error();
        for (const Row& row : *rows) {
            const auto found = for_sale.find(holding(row.text(2), "card." + row.text(0)));
            if (found == for_sale.end() || found->second != row.integer(1))
                blame(report, fmt::format("{} number {} belongs to {}, no open order there sells it", row.text(0),
                                          row.integer(1), row.text(2)));
            else
                for_sale.erase(found);
        }
        if (rows->empty()) break;
        card = rows->rows.back().text(0);
        number = rows->rows.back().integer(1);
    }
    for (const auto& [key, number] : for_sale)
        blame(report,
              fmt::format("{} sells {} number {} and does not have it", account_of(key), asset_of(key), number));
    return {};
}

} // namespace

Result<LedgerReport> check_ledger(Connection& connection)
{
    LedgerReport report;
    Holdings holdings;
    Result<void> step = fold_history(connection, report, holdings);
    if (!step) return step.error();
    step = compare_balances(connection, report, std::move(holdings));
    if (!step) return step.error();
    step = sum_assets(connection, report);
    if (!step) return step.error();
    step = check_serials(connection, report);
    if (!step) return step.error();
    step = check_owners(connection, report);
    if (!step) return step.error();
    Result<Stakes> stakes = stakes_of_orders(connection, report);
    if (!stakes) return stakes.error();
    step = check_escrow(connection, report, std::move(stakes->goods));
    if (!step) return step.error();
    step = check_serials_in_escrow(connection, report, std::move(stakes->serials));
    if (!step) return step.error();
    return report;
}

} // namespace harvest::sql
