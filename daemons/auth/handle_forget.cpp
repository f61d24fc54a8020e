#include "daemons/auth/handlers.hpp"

namespace harvest::auth {

AsyncResult<protocol::Nothing> handle_forget(Accounts& accounts, PersonalData& personal, OwnerCheck& owner,
                                             const Clock& clock, Entropy& entropy, const UserEvents& events,
                                             SecurityTrail& trail, protocol::OwnerCall request, CallInfo call)
{
    const Result<Account> account = co_await accounts.get(request.player, call.by);
    if (!account) co_return account.error();
    if (account->deleted_at > Millis{0}) co_return protocol::Nothing(); // the token will be refused in a moment
    protocol::OwnerProof proof{request.password, request.secret, request.code};
    const Result<void> theirs = co_await owner.check(*account, std::move(proof), request.address, call.by);
    if (!theirs) co_return theirs.error();
    Erasure erasure;
    erasure.player = account->id;
    erasure.password_hash = account->password_hash;
    erasure.at = clock.now();
    erasure.first_event = new_id<EventId>(clock, entropy);
    erasure.first_transfer = new_id<TransferId>(clock, entropy);
    erasure.source = events.source();
    erasure.traceparent = call.traceparent;
    const Result<void> erased = co_await personal.erase(std::move(erasure), call.by);
    if (!erased && erased.error() == Errc::failed_precondition) co_return protocol::AuthErrc::bad_credentials;
    if (!erased) co_return erased.error();
    trail.note({"account.deleted", account->id.value, request.address});
    co_return protocol::Nothing();
}

} // namespace harvest::auth
