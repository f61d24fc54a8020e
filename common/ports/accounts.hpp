// Accounts and sanctions. Each call is one transaction, events included, and ends by its deadline.
// Errors of all stores: not_found, already_exists, conflict, unavailable, timed_out, in_doubt, resource_exhausted.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/account.hpp"
#include "common/ports/records/deck.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/ports/task.hpp"

namespace harvest {

// Everything that a new player begins with, in one transaction.
struct NewAccount {
    Account account;
    std::vector<Transfer> grants;
    std::vector<Deck> decks;
    std::vector<OutboxEvent> events;
};

struct Renaming {
    PlayerId player;
    std::string name;
    Millis at{}, not_since{}; // refused if the name was changed after `not_since`
};

struct NewPassword {
    PlayerId player;
    std::string before, now; // hashes: the one that was checked, and the one from now on
};

struct Imposing {
    Sanction sanction;
    bool if_alone{};      // only where no other of its kind is in force when it begins
    bool ends_sessions{}; // all of the player's, in the same transaction
};

struct Lifting {
    PlayerId player;
    std::string kind;
    std::vector<AuditId> seen = {}; // only where these, and no others, are in force at `now`; empty: whatever is
    Millis now{};
};

struct AccountFilter {
    std::string name_prefix;
    bool bots{true};
    std::string after; // player id: the cursor of the last page
    std::size_t limit{50};
};

class Accounts {
public:
    virtual ~Accounts() = default;
    // A deleted account is found by its id alone, and nothing but its sanctions changes any more.
    virtual AsyncResult<void> create(NewAccount account, Deadline by) = 0;
    virtual AsyncResult<Account> get(PlayerId player, Deadline by) = 0;
    virtual AsyncResult<Account> find_by_name(std::string name, Deadline by) = 0;
    virtual AsyncResult<Account> find_by_device(TokenHash secret, Deadline by) = 0;
    virtual AsyncResult<std::vector<Account>> list(AccountFilter filter, Deadline by) = 0;
    // Every session of the player ends with it. Errors besides the stores' own: conflict (there is another password by
    // now).
    virtual AsyncResult<void> set_password(NewPassword password, std::vector<OutboxEvent> events, Deadline by) = 0;

    // Errors besides the stores' own: already_exists (the name), conflict (renamed after `not_since`).
    virtual AsyncResult<void> rename(Renaming renaming, std::vector<OutboxEvent> events, Deadline by) = 0;

    // Errors besides the stores' own: conflict (there are others, or not those that were seen).
    virtual AsyncResult<void> sanction(Imposing imposing, std::vector<OutboxEvent> events, Deadline by) = 0;
    virtual AsyncResult<void> lift(Lifting lifting, std::vector<OutboxEvent> events, Deadline by) = 0;
    // Those in force at `now`.
    virtual AsyncResult<std::vector<Sanction>> sanctions(PlayerId player, Millis now, Deadline by) = 0;
};

} // namespace harvest
