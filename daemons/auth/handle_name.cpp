#include "daemons/auth/handlers.hpp"

namespace harvest::auth {

AsyncResult<protocol::NameReply> handle_name(Accounts& accounts, protocol::NameRequest request, Deadline by)
{
    Result<Account> account = co_await accounts.get(std::move(request.player), by);
    if (!account) co_return account.error();
    if (account->deleted_at > Millis{0}) co_return Errc::not_found;
    co_return protocol::NameReply{std::move(account->name)};
}

} // namespace harvest::auth
