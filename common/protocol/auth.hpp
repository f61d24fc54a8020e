// Bodies of /v1/auth/* and of the calls between daemons that stand behind them.
#pragma once

#include "common/protocol/auth_errc.hpp"
#include "common/protocol/json.hpp"

namespace harvest::protocol {

// POST /v1/auth/register: a name of 3–20 letters, digits, '_', '-' or '.', and a password of 8–128 bytes.
struct RegisterRequest {
    std::string name, password;
};
BOOST_DESCRIBE_STRUCT(RegisterRequest, (), (name, password))

// POST /v1/auth/login: with `code` if the account has an authenticator app; a recovery code will do.
struct LoginRequest {
    std::string name, password;
    std::optional<std::string> code{};
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (name, password, code))

// POST /v1/auth/device: `secret` is 256 random bits in base64url, made and kept by the client; the first use makes the
// account, with `name` if it is given and free.
struct DeviceRequest {
    std::string secret;
    std::optional<std::string> name{};
    std::optional<bool> bot{}; // a program that says so: left out of leaderboards and business figures
};
BOOST_DESCRIBE_STRUCT(DeviceRequest, (), (secret, name, bot))

// POST /v1/auth/refresh, /v1/auth/logout
struct RefreshRequest {
    std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token))

// POST /v1/auth/password (bearer)
struct PasswordRequest {
    std::string current, next;
    std::optional<std::string> code{};
};
BOOST_DESCRIBE_STRUCT(PasswordRequest, (), (current, next, code))

// PATCH /v1/account (bearer): another name.
struct RenameRequest {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(RenameRequest, (), (name))

// Of a session that there is: what PATCH /v1/account gives.
struct AccessToken {
    std::string access_token;
    std::string token_type{"Bearer"};
    std::int64_t expires_in_seconds{};
    PlayerId player;
    SessionId session;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(AccessToken, (), (access_token, token_type, expires_in_seconds, player, session, name))

struct TokenPair : AccessToken {
    std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(TokenPair, (AccessToken), (refresh_token))

// Rpc auth "register", "login", "device", "password", "rename": the request and what the gateway vouches for.
struct RegisterCall : RegisterRequest {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(RegisterCall, (RegisterRequest), (address))

struct LoginCall : LoginRequest {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(LoginCall, (LoginRequest), (address))

struct DeviceCall : DeviceRequest {
    std::string address;
};
BOOST_DESCRIBE_STRUCT(DeviceCall, (DeviceRequest), (address))

struct PasswordCall : PasswordRequest {
    PlayerId player;
    std::string address;
};
BOOST_DESCRIBE_STRUCT(PasswordCall, (PasswordRequest), (player, address))

struct RenameCall : RenameRequest {
    PlayerId player;
    SessionId session;
};
BOOST_DESCRIBE_STRUCT(RenameCall, (RenameRequest), (player, session))

// Rpc auth "sign_ticket": a place at one instance's table.
struct SignTicketRequest {
    PlayerId player;
    MatchId match;
    int seat{}; // 1 or 2; 0 watches
    std::string instance;
    std::optional<bool> judge; // watches without delay
};
BOOST_DESCRIBE_STRUCT(SignTicketRequest, (), (player, match, seat, instance, judge))

struct SignedTicket {
    std::string ticket;
};
BOOST_DESCRIBE_STRUCT(SignedTicket, (), (ticket))

} // namespace harvest::protocol
