#include "common/protocol/group_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array group_rows{
    Refusal{GroupErrc::no_such_group, "group.no_such_group", Errc::not_found, "there is no such group"},
    Refusal{GroupErrc::name_taken, "group.name_taken", Errc::already_exists, "a group has this name already"},
    Refusal{GroupErrc::bad_name, "group.bad_name", Errc::invalid_argument,
            "a name is 3 to 30 letters, digits, single spaces, - and '"},
    Refusal{GroupErrc::bad_about, "group.bad_about", Errc::invalid_argument,
            "the description is over 200 bytes or has control characters"},
    Refusal{GroupErrc::already_in_one, "group.already_in_one", Errc::already_exists,
            "you are in a group: leave it first"},
    Refusal{GroupErrc::not_a_member, "group.not_a_member", Errc::not_found, "not a member of a group"},
    Refusal{GroupErrc::not_allowed, "group.not_allowed", Errc::permission_denied, "not with your role in the group"},
    Refusal{GroupErrc::full, "group.full", Errc::failed_precondition, "the group is full"},
    Refusal{GroupErrc::not_invited, "group.not_invited", Errc::permission_denied,
            "this group is not open: you need an invitation"},
    Refusal{GroupErrc::already_a_member, "group.already_a_member", Errc::already_exists,
            "that player is in the group already"},
    Refusal{GroupErrc::inbox_full, "group.inbox_full", Errc::failed_precondition,
            "this player has too many open invitations"},
};

const DomainTable group_table(0x6861727665737417, "group", group_rows);

} // namespace

boost::system::error_code make_error_code(GroupErrc code)
{
    return {static_cast<int>(code), group_table};
}

} // namespace harvest::protocol
