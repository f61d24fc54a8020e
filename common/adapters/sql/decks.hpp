// The Decks store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/decks.hpp"

namespace harvest::sql {

inline constexpr std::int64_t max_decks = 20; // of a player

class SqlDecks final : public Decks {
public:
    explicit SqlDecks(Database& database) : database_(database) {}

    AsyncResult<std::vector<Deck>> list(PlayerId player, Deadline by) override;
    AsyncResult<Deck> get(PlayerId player, DeckId deck, Deadline by) override;
    AsyncResult<void> put(Deck deck, Deadline by) override;
    AsyncResult<void> remove(PlayerId player, DeckId deck, Deadline by) override;

private:
    Database& database_;
};

// Inside a transaction: a new deck, or the next version of an old one.
Result<void> put_deck(Connection& connection, const Deck& deck);

// Lists of content ids as they are kept: joined by newlines. Errors: invalid_argument (an id is empty or has one).
Result<std::string> join_ids(const std::vector<std::string>& ids);
std::vector<std::string> split_ids(const std::string& text);

} // namespace harvest::sql
