#include "common/adapters/sql/crafting.hpp"

#include "common/adapters/sql/idempotency.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/numbered_cards.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/transfers.hpp"
#include "common/game/crafting/actions.hpp"

namespace harvest::sql {
namespace {

using game::crafting::CraftErrc;

// An account that cannot pay is what the rules call `meaning`.
Result<void> move(Connection& connection, std::span<const Transfer> transfers, Millis at, CraftErrc meaning)
{
    const Result<void> applied = apply_transfers(connection, transfers, at);
    if (!applied && applied.error() == Errc::failed_precondition) return meaning;
    return applied;
}

// The end of both: event, reply, record.
template <class Order>
Result<std::string> tell(Connection& connection, Order order)
{
    order.event.event.data = protocol::encode(order.told);
    order.record.reply = protocol::encode(order.reply);
    const Result<void> told = append_event(connection, order.event.topic, order.event.event);
    if (!told) return told.error();
    const Result<void> kept = keep_record(connection, order.record);
    if (!kept) return kept.error();
    return std::move(order.record.reply);
}

Result<std::string> apply_craft(Connection& connection, CraftOrder order)
{
    if (order.reply.card.empty() || order.transfers.empty()) return Errc::invalid_argument;
    const Result<std::optional<std::string>> before = find_reply(connection, order.record);
    if (!before) return before.error();
    if (*before) return **before;
    const Result<void> moved = move(connection, order.transfers, order.record.at, CraftErrc::missing_ingredients);
    if (!moved) return moved.error();
    if (order.numbered) {
        const Result<std::int64_t> serial =
            make_numbered(connection, order.reply.card, player_account(order.record.player),
                          order.transfers.front().reason, order.record.at);
        if (!serial) return serial.error();
        order.reply.serial = order.told.serial = *serial;
    }
    return tell(connection, std::move(order));
}

// How many numbered copies must go, as the store has it now.
Result<std::int64_t> to_retire(Connection& connection, const Transfer& taken, const std::string& card)
{
    const Result<Rows> rows =
        connection.execute("SELECT amount FROM balances WHERE account = $1 AND asset = $2", {taken.debit, taken.asset});
    if (!rows) return rows.error();
    const std::int64_t copies = rows->empty() ? 0 : rows->front().integer(0);
    if (copies < taken.amount) return CraftErrc::not_owned;
    const Result<std::int64_t> numbered = count_numbered(connection, card, taken.debit);
    if (!numbered) return numbered.error();
    return game::crafting::numbered_to_retire(copies, *numbered, taken.amount);
}

Result<std::string> apply_dismantle(Connection& connection, DismantleOrder order)
{
    const std::string card(card_of(order.taken.asset));
    if (card.empty() || order.taken.amount < 1 || order.given.empty()) return Errc::invalid_argument;
    const Result<std::optional<std::string>> before = find_reply(connection, order.record);
    if (!before) return before.error();
    if (*before) return **before;
    // The gain goes first: from then on the ledger's sequence is ours, and no balance moves until we commit.
    const Result<void> gained = move(connection, order.given, order.record.at, CraftErrc::not_owned);
    if (!gained) return gained.error();
    const Result<std::int64_t> numbered = to_retire(connection, order.taken, card);
    if (!numbered) return numbered.error();
    const Result<std::vector<std::int64_t>> retired =
        retire_numbered(connection, card, order.taken.debit, *numbered, order.taken.reason, order.record.at);
    if (!retired) return retired.error();
    order.reply.retired = order.told.retired = *retired;
    const Result<void> taken = move(connection, {&order.taken, 1}, order.record.at, CraftErrc::not_owned);
    if (!taken) return taken.error();
    return tell(connection, std::move(order));
}

Result<std::vector<NumberedCardStep>> read_history(Connection& connection, const std::string& card, std::int64_t serial)
{
    const Result<Rows> rows = connection.execute(
        "SELECT owner, reason, at FROM numbered_card_steps WHERE card = $1 AND number = $2 ORDER BY step",
        {card, serial});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    std::vector<NumberedCardStep> steps;
    for (const Row& row : *rows) steps.push_back({row.text(0), row.text(1), Millis{row.integer(2)}});
    return steps;
}

} // namespace

AsyncResult<CraftView> SqlCrafting::view(PlayerId player, std::string key, Millis now, Deadline by)
{
    return read<CraftView>(
        database_,
        [player = std::move(player), key = std::move(key), now](Connection& connection) -> Result<CraftView> {
            CraftView view;
            Result<std::vector<Balance>> balances = read_balances(connection, player_account(player));
            if (!balances) return balances.error();
            view.balances = std::move(*balances);
            Result<std::vector<NumberedCard>> numbered = read_numbered(connection, player_account(player));
            if (!numbered) return numbered.error();
            view.numbered = std::move(*numbered);
            if (key.empty()) return view;
            Result<std::optional<IdempotencyRecord>> done = find_record(connection, player, key, now);
            if (!done) return done.error();
            view.done = std::move(*done);
            return view;
        },
        by);
}

AsyncResult<std::string> SqlCrafting::craft(CraftOrder order, Deadline by)
{
    return write<std::string>(
        database_, [order = std::move(order)](Connection& connection) { return apply_craft(connection, order); }, by);
}

AsyncResult<std::string> SqlCrafting::dismantle(DismantleOrder order, Deadline by)
{
    return write<std::string>(
        database_, [order = std::move(order)](Connection& connection) { return apply_dismantle(connection, order); },
        by);
}

AsyncResult<std::vector<NumberedCard>> SqlCrafting::numbered_before(PlayerId player, Millis until, Deadline by)
{
    return read<std::vector<NumberedCard>>(
        database_,
        [player = std::move(player), until](Connection& connection) {
            return read_numbered_before(connection, player_account(player), until);
        },
        by);
}

AsyncResult<std::vector<NumberedCardStep>> SqlCrafting::history(std::string card, std::int64_t serial, Deadline by)
{
    return read<std::vector<NumberedCardStep>>(
        database_,
        [card = std::move(card), serial](Connection& connection) { return read_history(connection, card, serial); },
        by);
}

} // namespace harvest::sql
