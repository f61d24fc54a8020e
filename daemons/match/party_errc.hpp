// Refusals about parties; wire codes "party.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::match {

enum class PartyErrc {
    already_in_one = 1, // leave it first
    not_in_one,
    no_such_party, // wrong code, not invited, or a block between the two
    full,
    not_leader,           // who alone invites
    not_a_friend,         // who alone is invited
    too_many_invitations, // of one party
};

boost::system::error_code make_error_code(PartyErrc code);

} // namespace harvest::match

template <>
struct boost::system::is_error_code_enum<harvest::match::PartyErrc> : std::true_type {};
