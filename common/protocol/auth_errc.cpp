#include "common/protocol/auth_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array auth_rows{
    Refusal{AuthErrc::bad_credentials, "auth.bad_credentials", Errc::unauthenticated, "name or password is wrong"},
    Refusal{AuthErrc::banned, "auth.banned", Errc::permission_denied, "this account is banned"},
    Refusal{AuthErrc::name_taken, "auth.name_taken", Errc::already_exists, "this name is taken"},
    Refusal{AuthErrc::bad_name, "auth.bad_name", Errc::invalid_argument,
            "a name has 3 to 20 letters a-z, digits, '_', '-' or '.', begins with a letter or digit, and is neither "
            "\"deleted-…\" nor \"bot-\" with four digits"},
    Refusal{AuthErrc::bad_password, "auth.bad_password", Errc::invalid_argument,
            "a password has 8 to 128 bytes, no control characters, and is not the name"},
    Refusal{AuthErrc::bad_device_secret, "auth.bad_device_secret", Errc::invalid_argument,
            "a device secret is 32 random bytes in base64url"},
    Refusal{AuthErrc::too_many_failures, "auth.too_many_failures", Errc::resource_exhausted,
            "too many failed attempts: wait"},
    Refusal{AuthErrc::busy, "auth.busy", Errc::unavailable, "too many people sign in at once: try again"},
    Refusal{AuthErrc::session_ended, "auth.session_ended", Errc::unauthenticated, "sign in again"},
    Refusal{AuthErrc::no_password, "auth.no_password", Errc::failed_precondition, "this account has no password"},
    Refusal{AuthErrc::code_required, "auth.code_required", Errc::unauthenticated,
            "a code of the authenticator app is wanted too"},
    Refusal{AuthErrc::bad_code, "auth.bad_code", Errc::unauthenticated, "this code is wrong or used"},
};

const DomainTable auth_table(0x6861727665737410, "auth", auth_rows);

} // namespace

boost::system::error_code make_error_code(AuthErrc code)
{
    return {static_cast<int>(code), auth_table};
}

} // namespace harvest::protocol
