#include "common/ports/records/changes.hpp"
#include "daemons/auth/handlers.hpp"
#include "daemons/auth/service.hpp"

namespace harvest::auth {

AsyncResult<Account> Newcomers::create(Account account, CallInfo call) const
{
    account.created_at = clock.now();
    NewAccount fresh = starter_account(account, *contents.now()->battle);
    for (Transfer& transfer : fresh.grants) transfer.id = new_id<TransferId>(clock, entropy);
    for (Deck& deck : fresh.decks) deck.id = new_id<DeckId>(clock, entropy);
    fresh.events.push_back(events.registered(account, changes_of(fresh.grants), call.traceparent));
    const Result<void> created = co_await accounts.create(std::move(fresh), call.by);
    if (!created) co_return created.error();
    (account.device_secret ? figures.registered_device : figures.registered_password).add();
    co_return account;
}

AsyncResult<TokenPair> handle_register(Accounts& accounts, Passwords& passwords, const Newcomers& newcomers,
                                       Issuer& issuer, protocol::RegisterCall request, CallInfo call)
{
    if (const Result<void> ok = check_name(request.name); !ok) co_return ok.error();
    if (const Result<void> ok = check_password(request.name, request.password); !ok) co_return ok.error();
    const Result<Account> taken = co_await accounts.find_by_name(request.name, call.by);
    if (taken) co_return protocol::AuthErrc::name_taken;
    if (taken.error() != Errc::not_found) co_return taken.error();

    Account account;
    account.id = new_id<PlayerId>(newcomers.clock, newcomers.entropy);
    account.name = request.name;
    Result<std::string> phc = co_await passwords.hash(std::move(request.password), call.by);
    if (!phc) co_return phc.error();
    account.password_hash = std::move(*phc);
    Result<Account> created = co_await newcomers.create(std::move(account), call);
    if (!created && created.error() == Errc::already_exists) co_return protocol::AuthErrc::name_taken;
    if (!created) co_return created.error();
    co_return after_a_change(co_await issuer.sign_in(std::move(*created), call.traceparent, call.by));
}

} // namespace harvest::auth
