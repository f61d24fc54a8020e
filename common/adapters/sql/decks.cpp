#include "common/adapters/sql/decks.hpp"

#include "common/adapters/sql/living.hpp"

namespace harvest::sql {
namespace {

Deck to_deck(const Row& row)
{
    return {DeckId{row.text(0)}, PlayerId{row.text(1)},  row.text(2),
            row.text(3),         split_ids(row.text(4)), row.integer(5)};
}

Result<void> insert_deck(Connection& connection, const Deck& deck, const std::string& cards)
{
    const Result<void> living = check_living(connection, deck.player);
    if (!living) return living.error();
    const Result<Rows> count = connection.execute("SELECT count(*) FROM decks WHERE player = $1", {deck.player.value});
    if (!count) return count.error();
    if (count->front().integer(0) >= max_decks) return Errc::resource_exhausted;
    const Result<std::int64_t> made =
        change(connection,
               "INSERT INTO decks (id, player, name, farmer, cards, version) VALUES ($1, $2, $3, $4, $5, 1) "
               "ON CONFLICT (id) DO NOTHING",
               {deck.id.value, deck.player.value, deck.name, deck.farmer, cards});
    if (!made) return made.error();
    if (*made == 0) return Errc::conflict;
    return {};
}

} // namespace

Result<std::string> join_ids(const std::vector<std::string>& ids)
{
    std::string text;
    for (const std::string& id : ids) {
        if (id.empty() || id.find('\n') != std::string::npos) return Errc::invalid_argument;
        if (!text.empty()) text += '\n';
        text += id;
    }
    return text;
}

std::vector<std::string> split_ids(const std::string& text)
{
    std::vector<std::string> ids;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        ids.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return ids;
}

Result<void> put_deck(Connection& connection, const Deck& deck)
{
    if (deck.id.empty() || deck.player.empty() || deck.version < 1) return Errc::invalid_argument;
    const Result<std::string> cards = join_ids(deck.cards);
    if (!cards) return cards.error();
    if (deck.version == 1) return insert_deck(connection, deck, *cards);
    const Result<std::int64_t> changed =
        change(connection,
               "UPDATE decks SET name = $3, farmer = $4, cards = $5, version = $6 "
               "WHERE id = $1 AND player = $2 AND version = $6 - 1",
               {deck.id.value, deck.player.value, deck.name, deck.farmer, *cards, deck.version});
    if (!changed) return changed.error();
    if (*changed == 0) return Errc::conflict;
    return {};
}

AsyncResult<std::vector<Deck>> SqlDecks::list(PlayerId player, Deadline by)
{
    return read<std::vector<Deck>>(
        database_,
        [player = std::move(player)](Connection& connection) -> Result<std::vector<Deck>> {
            const Result<Rows> rows = connection.execute(
                "SELECT id, player, name, farmer, cards, version FROM decks WHERE player = $1 ORDER BY id",
                {player.value});
            if (!rows) return rows.error();
            std::vector<Deck> decks;
            for (const Row& row : *rows) decks.push_back(to_deck(row));
            return decks;
        },
        by);
}

AsyncResult<Deck> SqlDecks::get(PlayerId player, DeckId deck, Deadline by)
{
    return read<Deck>(
        database_,
        [player = std::move(player), deck = std::move(deck)](Connection& connection) -> Result<Deck> {
            const Result<Rows> rows = connection.execute(
                "SELECT id, player, name, farmer, cards, version FROM decks WHERE id = $1 AND player = $2",
                {deck.value, player.value});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            return to_deck(rows->front());
        },
        by);
}

AsyncResult<void> SqlDecks::put(Deck deck, Deadline by)
{
    return database_.write([deck = std::move(deck)](Connection& connection) { return put_deck(connection, deck); }, by);
}

AsyncResult<void> SqlDecks::remove(PlayerId player, DeckId deck, Deadline by)
{
    return database_.write(
        [player = std::move(player), deck = std::move(deck)](Connection& connection) -> Result<void> {
            const Result<std::int64_t> removed =
                change(connection, "DELETE FROM decks WHERE id = $1 AND player = $2", {deck.value, player.value});
            if (!removed) return removed.error();
            if (*removed == 0) return Errc::not_found;
            return {};
        },
        by);
}

} // namespace harvest::sql
