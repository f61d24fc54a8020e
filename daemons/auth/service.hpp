// What auth decides, without ports: names, passwords, refresh tokens, bans, what a new account begins with.
#pragma once

#include "common/game/battle/content.hpp"
#include "common/ports/accounts.hpp"
#include "common/ports/records/session.hpp"
#include "common/protocol/auth_errc.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace harvest::auth {

// 3 to 20 of a-z A-Z 0-9 _ - . beginning with a letter or digit: ASCII only, so that no two names look alike by
// normalization, and neither as a deleted account nor as a bot of the house ("bot-0001") is called. Errors: bad_name.
Result<void> check_name(std::string_view name);
// Could anybody who signs in have that name? Names like those of the house were free once.
bool plausible_name(std::string_view name);
// 8 to 128 bytes of UTF-8 as they come, without control characters, not the name itself. Errors: bad_password.
Result<void> check_password(std::string_view name, std::string_view password);
// Could anybody have that password? What could not is refused without looking.
bool plausible_password(std::string_view password);
// Names are the same without regard to case.
std::string name_key(std::string_view name);
// For a device account that brings none: "farmer-3r6w1xyz".
std::string generated_name(const PlayerId& player);
// local@domain in ASCII without quotes or comments, at most 254 bytes. Errors: account.bad_email.
Result<void> check_email(std::string_view email);
// 32 bytes in base64url. Errors: bad_device_secret.
Result<void> check_device_secret(std::string_view secret);

// Reuse revokes the family; a lost reply is forgiven for `grace`.
enum class RefreshDecision { refuse, rotate, repeat, revoke_family };
RefreshDecision decide_refresh(const Session& session, const TokenHash& presented, Millis now, Millis grace);

// Session and generation that a refresh token names; whether it is genuine only the signer knows.
struct RefreshName {
    SessionId session;
    std::int64_t generation{};
};
std::optional<RefreshName> read_refresh_token(std::string_view token);

bool is_banned(std::span<const Sanction> in_force);

// Two starter decks with their cards, 100 coins, 20 wheat seeds (harvest-game(7) §1). The ids of decks and transfers
// are the caller's to fill in.
NewAccount starter_account(Account account, const game::battle::Content& content);

} // namespace harvest::auth
