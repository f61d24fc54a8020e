#include "common/protocol/account_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array account_rows{
    Refusal{AccountErrc::rename_too_soon, "account.rename_too_soon", Errc::failed_precondition,
            "the name was changed not long ago: wait"},
    Refusal{AccountErrc::bad_email, "account.bad_email", Errc::invalid_argument,
            "this is no e-mail address that letters can be sent to"},
    Refusal{AccountErrc::email_taken, "account.email_taken", Errc::already_exists,
            "this address belongs to another account"},
    Refusal{AccountErrc::bad_token, "account.bad_token", Errc::failed_precondition,
            "this code is unknown, used or too old: ask for another letter"},
    Refusal{AccountErrc::device_taken, "account.device_taken", Errc::already_exists,
            "this device signs in to another account"},
    Refusal{AccountErrc::has_password, "account.has_password", Errc::failed_precondition,
            "this account has a password: change it"},
    Refusal{AccountErrc::has_totp, "account.has_totp", Errc::failed_precondition,
            "this account has an authenticator app: take it off first"},
    Refusal{AccountErrc::no_totp, "account.no_totp", Errc::failed_precondition,
            "there is no authenticator app to confirm or take off"},
};

const DomainTable account_table(0x6861727665737419, "account", account_rows);

} // namespace

boost::system::error_code make_error_code(AccountErrc code)
{
    return {static_cast<int>(code), account_table};
}

} // namespace harvest::protocol
