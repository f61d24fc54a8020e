// The Accounts store. Names are unique without regard to ASCII case.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/accounts.hpp"

namespace harvest::sql {

class SqlAccounts final : public Accounts {
public:
    explicit SqlAccounts(Database& database) : database_(database) {}

    AsyncResult<void> create(NewAccount account, Deadline by) override;
    AsyncResult<Account> get(PlayerId player, Deadline by) override;
    AsyncResult<Account> find_by_name(std::string name, Deadline by) override;
    AsyncResult<Account> find_by_device(TokenHash secret, Deadline by) override;
    AsyncResult<std::vector<Account>> list(AccountFilter filter, Deadline by) override;
    AsyncResult<void> set_password(NewPassword password, std::vector<OutboxEvent> events, Deadline by) override;
    AsyncResult<void> rename(Renaming renaming, std::vector<OutboxEvent> events, Deadline by) override;
    AsyncResult<void> sanction(Imposing imposing, std::vector<OutboxEvent> events, Deadline by) override;
    AsyncResult<void> lift(Lifting lifting, std::vector<OutboxEvent> events, Deadline by) override;
    AsyncResult<std::vector<Sanction>> sanctions(PlayerId player, Millis now, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
