// Why signing in is refused; each has a stable wire code "auth.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class AuthErrc {
    bad_credentials = 1, // unknown name or wrong password: one answer for both
    banned,
    name_taken,
    bad_name,
    bad_password,      // one that cannot be set
    bad_device_secret, // not 32 bytes in base64url
    too_many_failures, // for this account or from this address: wait
    busy,              // too many logins at once: ask again in two seconds
    session_ended,     // the refresh token is unknown, used up, expired or revoked: sign in again
    no_password,       // a device account has none to change
    code_required,     // the password is right: once more, with a code of the app
    bad_code,          // wrong, or used before
};

boost::system::error_code make_error_code(AuthErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::AuthErrc> : std::true_type {};
