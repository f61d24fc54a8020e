// Why a change of an account is refused; each has a stable wire code "account.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class AccountErrc {
    rename_too_soon = 1, // the name was changed less than auth.rename_every ago
    bad_email,
    email_taken,  // another account's: told to who has shown to read its mail
    bad_token,    // a mailed one: unknown, used, or too old
    device_taken, // this device signs in to another account
    has_password, // change it, then
    has_totp,     // take it off first
    no_totp,      // none was begun, or, to take it off, none is there
};

boost::system::error_code make_error_code(AccountErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::AccountErrc> : std::true_type {};
