// What the store says that a player holds, now or before a point in time: the other side of `admin replay --player`.
#include "cli/api/admin_api.hpp"
#include "common/protocol/player_fold.hpp"

#include <fmt/format.h>

#include <set>

namespace harvest::cli::api {
namespace {

using protocol::Holdings;
constexpr std::size_t entries_at_once = 1'000, orders_at_once = 200;

void add(Holdings& holdings, const std::string& place, const std::string& asset, std::int64_t amount)
{
    const std::pair what{place, asset};
    if ((holdings[what] += amount) == 0) holdings.erase(what);
}

void add_serials(const std::vector<NumberedCard>& cards, Holdings& holdings)
{
    for (const NumberedCard& card : cards)
        add(holdings, "serial", fmt::format("card.{}#{}", card.card, card.serial), 1);
}

AsyncResult<void> add_balances(const World& world, LedgerAccount account, std::string place, Deadline by,
                               Holdings& holdings)
{
    const auto balances = co_await world.ledger.balances(account, by);
    if (!balances) co_return balances.error();
    for (const Balance& balance : *balances) add(holdings, place, balance.asset, balance.amount);
    co_return Result<void>{};
}

// Balances, the escrow of open orders, and serials, as the tables have them.
AsyncResult<Holdings> holdings_now(const World& world, PlayerId player, Deadline by)
{
    Holdings holdings;
    Result<void> step = co_await add_balances(world, player_account(player), "player", by, holdings);
    if (!step) co_return step.error();
    OrderId cursor;
    for (std::size_t got = orders_at_once; got == orders_at_once;) {
        const auto orders = co_await world.market->orders(player, true, cursor, orders_at_once, by);
        if (!orders) co_return orders.error();
        got = orders->size();
        for (const MarketOrder& order : *orders) {
            step = co_await add_balances(world, escrow_account(order.id), "escrow", by, holdings);
            if (!step) co_return step.error();
            cursor = order.id;
        }
    }
    const Result<CraftView> view = co_await world.crafting->view(player, "", world.clock.now(), by);
    if (!view) co_return view.error();
    add_serials(view->numbered, holdings);
    co_return holdings;
}

// The sum of an account's transfers before `until`. `escrows`: the orders' accounts that it paid into.
AsyncResult<void> add_history(const World& world, LedgerAccount account, std::string place, Millis until, Deadline by,
                              Holdings& holdings, std::set<LedgerAccount>& escrows)
{
    std::int64_t after = 0;
    for (std::size_t got = entries_at_once; got == entries_at_once;) {
        const auto entries = co_await world.ledger.history(account, after, entries_at_once, by);
        if (!entries) co_return entries.error();
        got = entries->size();
        for (const LedgerEntry& entry : *entries) {
            after = entry.seq;
            if (entry.at >= until) continue;
            const Transfer& moved = entry.transfer;
            const bool out = moved.debit == account;
            add(holdings, place, moved.asset, out ? -moved.amount : moved.amount);
            if (out && moved.credit.starts_with("escrow:")) escrows.insert(moved.credit);
        }
    }
    co_return Result<void>{};
}

// The histories of the ledger and of the serials.
AsyncResult<Holdings> holdings_before(const World& world, PlayerId player, Millis until, Deadline by)
{
    Holdings holdings;
    std::set<LedgerAccount> escrows, none;
    Result<void> step = co_await add_history(world, player_account(player), "player", until, by, holdings, escrows);
    if (!step) co_return step.error();
    for (const LedgerAccount& escrow : escrows) {
        step = co_await add_history(world, escrow, "escrow", until, by, holdings, none);
        if (!step) co_return step.error();
    }
    const auto numbered = co_await world.crafting->numbered_before(player, until, by);
    if (!numbered) co_return numbered.error();
    add_serials(*numbered, holdings);
    co_return holdings;
}

} // namespace

// ?until=: before that time, from the histories instead of the tables of today.
AsyncResult<std::string> get_holdings(const World& world, Call& call)
{
    std::string who = call.path[0];
    const Result<Account> account = co_await find_player(world, std::move(who), call);
    if (!account) co_return account.error();
    const Millis now = world.clock.now();
    const std::string text = call.query("until");
    const Result<Millis> until = text.empty() ? Result<Millis>(now) : parse_rfc3339(text);
    if (!until || *until > now) {
        call.why = fmt::format("'{}' is no time in the past", text);
        co_return Errc::invalid_argument;
    }
    PlayerId player = account->id;
    const Deadline by = call.by;
    Result<Holdings> holdings = Holdings();
    if (text.empty())
        holdings = co_await holdings_now(world, std::move(player), by);
    else
        holdings = co_await holdings_before(world, std::move(player), *until, by);
    if (!holdings) co_return holdings.error();
    PlayerHoldings body{account->id, account->name, to_rfc3339(now), {}};
    for (const auto& [what, amount] : *holdings) body.holdings.push_back({what.first, what.second, {amount}});
    std::string out = object_body("PlayerHoldings", body);
    co_return out;
}

} // namespace harvest::cli::api
