#include "common/adapters/sql/numbered_cards.hpp"

#include "common/adapters/sql/numbering.hpp"

namespace harvest::sql {
namespace {

Result<void> keep_step(Connection& connection, const std::string& card, std::int64_t serial, std::int64_t step,
                       const LedgerAccount& owner, const std::string& reason, Millis now)
{
    const Result<Rows> kept = connection.execute(
        "INSERT INTO numbered_card_steps (card, number, step, owner, reason, at) VALUES ($1, $2, $3, $4, $5, $6)",
        {card, serial, step, owner, reason, now.count()});
    if (!kept) return kept.error();
    return {};
}

std::vector<NumberedCard> cards_in(const Rows& rows)
{
    std::vector<NumberedCard> cards;
    for (const Row& row : rows) cards.push_back({row.text(0), row.integer(1), Millis{row.integer(2)}});
    return cards;
}

} // namespace

std::string_view card_of(std::string_view asset)
{
    constexpr std::string_view prefix = "card.";
    return asset.starts_with(prefix) ? asset.substr(prefix.size()) : std::string_view();
}

Result<std::int64_t> make_numbered(Connection& connection, const std::string& card, const LedgerAccount& owner,
                                   const std::string& reason, Millis now)
{
    const Result<std::int64_t> before = take_number(connection, "serial." + card);
    if (!before) return before.error();
    const std::int64_t serial = *before + 1;
    const Result<Rows> made =
        connection.execute("INSERT INTO numbered_cards (card, number, owner, since, step) VALUES ($1, $2, $3, $4, 1)",
                           {card, serial, owner, now.count()});
    if (!made) return made.error();
    const Result<void> kept = keep_step(connection, card, serial, 1, owner, reason, now);
    if (!kept) return kept.error();
    return serial;
}

Result<std::vector<std::int64_t>> retire_numbered(Connection& connection, const std::string& card,
                                                  const LedgerAccount& owner, std::int64_t count,
                                                  const std::string& reason, Millis now)
{
    std::vector<std::int64_t> serials;
    if (count <= 0) return serials;
    const Result<Rows> rows = connection.execute("SELECT number, step FROM numbered_cards "
                                                 "WHERE owner = $1 AND card = $2 ORDER BY number DESC LIMIT $3",
                                                 {owner, card, count});
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
        const std::int64_t serial = row.integer(0), step = row.integer(1) + 1;
        const Result<std::int64_t> retired = change(connection,
                                                    "UPDATE numbered_cards SET owner = '', since = $4, step = $5 "
                                                    "WHERE card = $1 AND number = $2 AND owner = $3",
                                                    {card, serial, owner, now.count(), step});
        if (!retired) return retired.error();
        if (*retired == 0) return Errc::conflict;
        const Result<void> kept = keep_step(connection, card, serial, step, "", reason, now);
        if (!kept) return kept.error();
        serials.push_back(serial);
    }
    return serials;
}

Result<void> move_numbered(Connection& connection, const std::string& card, std::int64_t serial,
                           const LedgerAccount& from, const LedgerAccount& to, const std::string& reason, Millis now)
{
    const Result<Rows> moved = connection.execute("UPDATE numbered_cards SET owner = $4, since = $5, step = step + 1 "
                                                  "WHERE card = $1 AND number = $2 AND owner = $3 RETURNING step",
                                                  {card, serial, from, to, now.count()});
    if (!moved) return moved.error();
    if (moved->empty()) return Errc::failed_precondition;
    return keep_step(connection, card, serial, moved->front().integer(0), to, reason, now);
}

Result<std::int64_t> count_numbered(Connection& connection, const std::string& card, const LedgerAccount& owner)
{
    const Result<Rows> rows =
        connection.execute("SELECT count(*) FROM numbered_cards WHERE owner = $1 AND card = $2", {owner, card});
    if (!rows) return rows.error();
    return rows->front().integer(0);
}

Result<std::vector<NumberedCard>> read_numbered(Connection& connection, const LedgerAccount& owner)
{
    const Result<Rows> rows = connection.execute(
        "SELECT card, number, since FROM numbered_cards WHERE owner = $1 ORDER BY card, number", {owner});
    if (!rows) return rows.error();
    return cards_in(*rows);
}

Result<std::vector<NumberedCard>> read_numbered_before(Connection& connection, const LedgerAccount& owner, Millis until)
{
    const Result<Rows> rows = connection.execute(
        "SELECT s.card, s.number, s.at FROM numbered_card_steps AS s WHERE s.owner = $1 AND s.at < $2 AND NOT EXISTS "
        "(SELECT 1 FROM numbered_card_steps AS later WHERE later.card = s.card AND later.number = s.number "
        "AND later.step > s.step AND later.at < $2) ORDER BY s.card, s.number",
        {owner, until.count()});
    if (!rows) return rows.error();
    return cards_in(*rows);
}

} // namespace harvest::sql
