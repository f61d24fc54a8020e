// The Credentials store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/credentials.hpp"

namespace harvest::sql {

// A step of a transaction: another password, every letter void, every session ended. Errors: not_found.
Result<void> replace_password(Connection& connection, const PlayerId& player, const std::string& password_hash,
                              const std::vector<OutboxEvent>& events);

class SqlCredentials final : public Credentials {
public:
    explicit SqlCredentials(Database& database) : database_(database) {}

    AsyncResult<std::string> email(PlayerId player, Deadline by) override;
    AsyncResult<PlayerId> find_by_email(std::string email, Deadline by) override;
    AsyncResult<void> put_token(MailToken token, Deadline by) override;
    AsyncResult<MailToken> find_token(TokenHash hash, MailPurpose purpose, Millis now, Deadline by) override;
    AsyncResult<void> verify_email(TokenHash hash, Millis now, Deadline by) override;
    AsyncResult<void> reset_password(TokenHash hash, std::string password_hash, Millis now,
                                     std::vector<OutboxEvent> events, Deadline by) override;
    AsyncResult<void> set_device(PlayerId player, TokenHash secret, Deadline by) override;
    AsyncResult<void> add_password(PlayerId player, std::string password_hash, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
