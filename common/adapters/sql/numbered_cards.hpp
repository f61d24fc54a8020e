// Serial numbers of cards, inside the caller's transaction. A serial has one row with its one owner, and a history.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/records/crafting.hpp"

namespace harvest::sql {

// Every copy is an asset "card.<id>"; a card's id, or "" for another asset.
std::string_view card_of(std::string_view asset);

// The next serial of the card, for the owner who has just received the copy.
Result<std::int64_t> make_numbered(Connection& connection, const std::string& card, const LedgerAccount& owner,
                                   const std::string& reason, Millis now);
// Retires the owner's `count` latest serials of the card: which.
Result<std::vector<std::int64_t>> retire_numbered(Connection& connection, const std::string& card,
                                                  const LedgerAccount& owner, std::int64_t count,
                                                  const std::string& reason, Millis now);
// From one owner to the next; the copy itself is moved by a transfer after it. Errors: failed_precondition (it is not
// `from`'s).
Result<void> move_numbered(Connection& connection, const std::string& card, std::int64_t serial,
                           const LedgerAccount& from, const LedgerAccount& to, const std::string& reason, Millis now);
Result<std::int64_t> count_numbered(Connection& connection, const std::string& card, const LedgerAccount& owner);
Result<std::vector<NumberedCard>> read_numbered(Connection& connection, const LedgerAccount& owner);
// From the histories of all serials: for operators, not for play.
Result<std::vector<NumberedCard>> read_numbered_before(Connection& connection, const LedgerAccount& owner,
                                                       Millis until);

} // namespace harvest::sql
