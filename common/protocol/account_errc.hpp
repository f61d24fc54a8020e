// Why a change of an account is refused; each has a stable wire code "account.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class AccountErrc {
    rename_too_soon = 1, // the name was changed less than auth.rename_every ago
};

boost::system::error_code make_error_code(AccountErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::AccountErrc> : std::true_type {};
