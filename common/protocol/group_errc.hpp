// Refusals about groups; each has a stable wire code "group.<name>" (harvest-game(7) §7).
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class GroupErrc {
    no_such_group = 1,
    name_taken, // without regard to case
    bad_name,   // not 3 to 30 letters, digits, spaces, - and '
    bad_about,  // over 200 bytes, or with control characters
    already_in_one,
    not_a_member, // of any group, or of that one
    not_allowed,  // with one's role
    full,
    not_invited, // and it is not open
    already_a_member,
    inbox_full, // the other has as many invitations as can be
};

boost::system::error_code make_error_code(GroupErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::GroupErrc> : std::true_type {};
