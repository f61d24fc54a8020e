// Ways back into an account: its e-mail address, the tokens that are mailed to it, its device. Each call is one
// transaction, events included. An address is kept as written and found without regard to case. A token that is used,
// and a password that is changed, make every token of the player void: none may undo what came after it.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/account.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/task.hpp"

namespace harvest {

enum class MailPurpose { verify, reset };

// What a mailed token is good for, once; of the token itself only the hash is kept.
struct MailToken {
    TokenHash hash{};
    PlayerId player;
    MailPurpose purpose{};
    std::string email; // that it was sent to
    Millis expires_at{};
};

constexpr std::int64_t mail_tokens_at_most = 3; // of a player and purpose

class Credentials {
public:
    virtual ~Credentials() = default;
    // The address that the player has shown to be theirs. Errors: not_found.
    virtual AsyncResult<std::string> email(PlayerId player, Deadline by) = 0;
    // Whose address it is. Errors: not_found.
    virtual AsyncResult<PlayerId> find_by_email(std::string email, Deadline by) = 0;

    // Beside the newest of the player's tokens for that purpose that were sent to the same address; in place of the
    // others. Errors: not_found (no such account).
    virtual AsyncResult<void> put_token(MailToken token, Deadline by) = 0;
    // Errors: not_found (unknown, used or too old).
    virtual AsyncResult<MailToken> find_token(TokenHash hash, MailPurpose purpose, Millis now, Deadline by) = 0;
    // Uses the token up: its address is the player's. Errors: not_found, already_exists (another player's by now).
    virtual AsyncResult<void> verify_email(TokenHash hash, Millis now, Deadline by) = 0;
    // Uses the token up: another password, and every session ends. Errors: not_found.
    virtual AsyncResult<void> reset_password(TokenHash hash, std::string password_hash, Millis now,
                                             std::vector<OutboxEvent> events, Deadline by) = 0;

    // In place of the device that was known before. Errors: not_found, already_exists (another account's).
    virtual AsyncResult<void> set_device(PlayerId player, TokenHash secret, Deadline by) = 0;
    // Errors: not_found, failed_precondition (there is one).
    virtual AsyncResult<void> add_password(PlayerId player, std::string password_hash, Deadline by) = 0;
};

} // namespace harvest
