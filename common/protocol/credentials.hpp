// Bodies of the calls that change how one gets into an account, and of those behind them.
#pragma once

#include "common/protocol/account_errc.hpp"
#include "common/protocol/auth_errc.hpp"
#include "common/protocol/json.hpp"

namespace harvest::protocol {

// The password, with a code if the account has an authenticator app; or the device secret where there is no password.
// DELETE /v1/account, PUT and DELETE /v1/account/totp have this alone.
struct OwnerProof {
    std::optional<std::string> password, secret, code;
};
BOOST_DESCRIBE_STRUCT(OwnerProof, (), (password, secret, code))

// PUT /v1/account/email: a letter goes there, and with its token the address becomes the account's.
struct EmailRequest : OwnerProof {
    std::string email;
};
BOOST_DESCRIBE_STRUCT(EmailRequest, (OwnerProof), (email))

// PUT /v1/account/device: `device` is the secret of one more way in, in place of the one that was known before.
struct LinkDeviceRequest : OwnerProof {
    std::string device;
};
BOOST_DESCRIBE_STRUCT(LinkDeviceRequest, (OwnerProof), (device))

// PUT /v1/account/password: the first one of a device account.
struct LinkPasswordRequest : OwnerProof {
    std::string next;
};
BOOST_DESCRIBE_STRUCT(LinkPasswordRequest, (OwnerProof), (next))

// POST /v1/auth/email/confirm: the token of the letter.
struct ConfirmRequest {
    std::string token;
};
BOOST_DESCRIBE_STRUCT(ConfirmRequest, (), (token))

// POST /v1/auth/password/reset: one of both.
struct AskResetRequest {
    std::optional<std::string> name, email;
};
BOOST_DESCRIBE_STRUCT(AskResetRequest, (), (name, email))

// POST /v1/auth/password/reset/confirm
struct ResetRequest {
    std::string token, password;
};
BOOST_DESCRIBE_STRUCT(ResetRequest, (), (token, password))

// PUT /v1/account/totp: the key of an authenticator app, in base32 and as the URI that apps read.
struct TotpKey {
    std::string secret, uri;
};
BOOST_DESCRIBE_STRUCT(TotpKey, (), (secret, uri))

// POST /v1/account/totp/confirm: a code that the app shows.
struct CodeRequest {
    std::string code;
};
BOOST_DESCRIBE_STRUCT(CodeRequest, (), (code))

struct RecoveryCodes {
    std::vector<std::string> recovery_codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (recovery_codes))

// Rpc auth "forget", "totp", "drop_totp", "confirm_totp", "email", "link_device", "link_password": the request and
// whose it is.
struct OwnerCall : OwnerProof {
    PlayerId player;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(OwnerCall, (OwnerProof), (player, address))

struct CodeCall : CodeRequest {
    PlayerId player;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(CodeCall, (CodeRequest), (player, address))

struct EmailCall : EmailRequest {
    PlayerId player;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(EmailCall, (EmailRequest), (player, address))

struct LinkDeviceCall : LinkDeviceRequest {
    PlayerId player;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(LinkDeviceCall, (LinkDeviceRequest), (player, address))

struct LinkPasswordCall : LinkPasswordRequest {
    PlayerId player;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(LinkPasswordCall, (LinkPasswordRequest), (player, address))

// Rpc auth "confirm_email", "ask_reset", "reset"
struct ConfirmCall : ConfirmRequest {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(ConfirmCall, (ConfirmRequest), (address))

struct AskResetCall : AskResetRequest {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(AskResetCall, (AskResetRequest), (address))

struct ResetCall : ResetRequest {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(ResetCall, (ResetRequest), (address))

} // namespace harvest::protocol
