// What auth answers over Rpc, one call a file. Each handler names the ports it uses; errors beyond those given are the
// stores' own.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/credentials.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/personal_data.hpp"
#include "common/ports/security_trail.hpp"
#include "common/ports/sessions.hpp"
#include "common/ports/tokens.hpp"
#include "common/protocol/auth.hpp"
#include "common/protocol/credentials.hpp"
#include "common/protocol/names.hpp"
#include "daemons/auth/figures.hpp"
#include "daemons/auth/guess_limits.hpp"
#include "daemons/auth/issuer.hpp"
#include "daemons/auth/letters.hpp"
#include "daemons/auth/owner_check.hpp"
#include "daemons/auth/passwords.hpp"
#include "daemons/game_contents.hpp"

namespace harvest::auth {

using protocol::TokenPair;

// What a call brings along.
struct CallInfo {
    std::string traceparent;
    Deadline by;
};

// Makes accounts with what they begin with; register and the first device login share it.
struct Newcomers {
    Accounts& accounts;
    const GameContents& contents;
    const Clock& clock;
    Entropy& entropy;
    UserEvents& events;
    const Figures& figures;
    // Gives the account as stored. Errors: already_exists (name or device).
    AsyncResult<Account> create(Account account, CallInfo call) const;
};

// The session of a refresh token of any generation. Errors: session_ended (unknown or not ours).
AsyncResult<Session> find_session(Sessions& sessions, TokenSigner& signer, std::string token, Deadline by);

// Errors: bad_name, bad_password, name_taken, busy.
AsyncResult<TokenPair> handle_register(Accounts& accounts, Passwords& passwords, const Newcomers& newcomers,
                                       Issuer& issuer, protocol::RegisterCall request, CallInfo call);

// Errors: bad_credentials, code_required, bad_code, banned, too_many_failures, busy. Unknown names cost what known ones
// do.
AsyncResult<TokenPair> handle_login(Accounts& accounts, OwnerCheck& owner, Issuer& issuer, protocol::LoginCall request,
                                    CallInfo call);

// Errors: bad_device_secret, bad_name, name_taken, banned.
AsyncResult<TokenPair> handle_device(Accounts& accounts, const TokenSigner& signer, const Newcomers& newcomers,
                                     Issuer& issuer, protocol::DeviceCall request, CallInfo call);

// Errors: session_ended, banned.
AsyncResult<TokenPair> handle_refresh(const Config& config, Accounts& accounts, Sessions& sessions, TokenSigner& signer,
                                      const Clock& clock, Issuer& issuer, UserEvents& events, const Figures& figures,
                                      SecurityTrail& trail, protocol::RefreshRequest request, CallInfo call);

// Ends the session of that token; one that is unknown has ended already (RFC 7009 §2.2).
AsyncResult<protocol::Nothing> handle_logout(Sessions& sessions, TokenSigner& signer, UserEvents& events,
                                             protocol::RefreshRequest request, CallInfo call);

// Ends every session of the player and gives a new one. Errors: bad_credentials, code_required, bad_code,
// bad_password, no_password, too_many_failures, busy, not_found.
AsyncResult<TokenPair> handle_password(Accounts& accounts, Passwords& passwords, OwnerCheck& owner, Issuer& issuer,
                                       UserEvents& events, protocol::PasswordCall request, CallInfo call);

// Gives an access token that carries the new name; others do from their next refresh on. Errors: bad_name,
// name_taken, account.rename_too_soon, session_ended, unauthenticated (the token that asked is older than it may be).
AsyncResult<protocol::AccessToken> handle_rename(const Config& config, Accounts& accounts, Sessions& sessions,
                                                 const Clock& clock, Issuer& issuer, UserEvents& events,
                                                 protocol::RenameCall request, CallInfo call);

// Deletes the account. Errors: bad_credentials, too_many_failures, busy.
AsyncResult<protocol::Nothing> handle_forget(Accounts& accounts, PersonalData& personal, OwnerCheck& owner,
                                             const Clock& clock, Entropy& entropy, const UserEvents& events,
                                             SecurityTrail& trail, protocol::OwnerCall request, CallInfo call);

// Sends a letter to the address, whose token makes it the account's. Errors: account.bad_email, bad_credentials,
// too_many_failures, busy, resource_exhausted (too many letters).
AsyncResult<protocol::Nothing> handle_email(Accounts& accounts, OwnerCheck& owner, Letters& letters,
                                            protocol::EmailCall request, CallInfo call);
// Errors: account.bad_token, account.email_taken.
AsyncResult<protocol::Nothing> handle_confirm_email(Credentials& credentials, const TokenSigner& signer,
                                                    const Clock& clock, protocol::ConfirmCall request, CallInfo call);

// Sends a letter to the address of the account, if there are both. Nobody is told.
Task<void> handle_ask_reset(Accounts& accounts, Credentials& credentials, Letters& letters,
                            protocol::AskResetCall request, CallInfo call);
// Sets the password and ends every session. Errors: account.bad_token, bad_password, busy.
AsyncResult<protocol::Nothing> handle_reset(Accounts& accounts, Credentials& credentials, Passwords& passwords,
                                            UserEvents& events, const TokenSigner& signer, SecurityTrail& trail,
                                            const Clock& clock, protocol::ResetCall request, CallInfo call);

// Errors: bad_device_secret, bad_credentials, too_many_failures, busy, account.device_taken.
AsyncResult<protocol::Nothing> handle_link_device(Accounts& accounts, Credentials& credentials, OwnerCheck& owner,
                                                  const TokenSigner& signer, protocol::LinkDeviceCall request,
                                                  CallInfo call);
// Errors: account.has_password, bad_password, bad_credentials, busy.
AsyncResult<protocol::Nothing> handle_link_password(Accounts& accounts, Credentials& credentials, Passwords& passwords,
                                                    OwnerCheck& owner, protocol::LinkPasswordCall request,
                                                    CallInfo call);

// A key for the app, which counts once it is confirmed. Errors: account.has_totp, no_password, OwnerCheck's.
AsyncResult<protocol::TotpKey> handle_totp(Accounts& accounts, SecondFactors& factors, OwnerCheck& owner,
                                           OneTimeCodes& codes, protocol::OwnerCall request, CallInfo call);
// Errors: account.no_totp, account.has_totp, bad_code.
AsyncResult<protocol::RecoveryCodes> handle_confirm_totp(SecondFactors& factors, OneTimeCodes& codes,
                                                         const TokenSigner& signer, const Clock& clock,
                                                         Entropy& entropy, protocol::CodeCall request, CallInfo call);
// Errors: account.no_totp, OwnerCheck's.
AsyncResult<protocol::Nothing> handle_drop_totp(Accounts& accounts, SecondFactors& factors, OwnerCheck& owner,
                                                protocol::OwnerCall request, CallInfo call);

// For the connection server, of a player who was renamed. Errors: not_found.
AsyncResult<protocol::NameReply> handle_name(Accounts& accounts, protocol::NameRequest request, Deadline by);

// A place at one instance's table, for the match daemon. Errors: invalid_argument.
Result<protocol::SignedTicket> handle_sign_ticket(const Config& config, TokenSigner& signer, const Clock& clock,
                                                  const protocol::SignTicketRequest& request);

} // namespace harvest::auth
