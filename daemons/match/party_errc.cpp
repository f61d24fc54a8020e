#include "daemons/match/party_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::match {
namespace {

constexpr std::array party_rows{
    Refusal{PartyErrc::already_in_one, "party.already_in_one", Errc::already_exists, "in a party already: leave it"},
    Refusal{PartyErrc::not_in_one, "party.not_in_one", Errc::failed_precondition, "not in a party"},
    Refusal{PartyErrc::no_such_party, "party.no_such_party", Errc::not_found, "there is no such party to join"},
    Refusal{PartyErrc::full, "party.full", Errc::failed_precondition, "the party is full"},
    Refusal{PartyErrc::not_leader, "party.not_leader", Errc::permission_denied, "only the leader invites"},
    Refusal{PartyErrc::not_a_friend, "party.not_a_friend", Errc::permission_denied, "only friends are invited"},
    Refusal{PartyErrc::too_many_invitations, "party.too_many_invitations", Errc::resource_exhausted,
            "the party has invited enough"},
};

const DomainTable party_table(0x6861727665737416, "party", party_rows);

} // namespace

boost::system::error_code make_error_code(PartyErrc code)
{
    return {static_cast<int>(code), party_table};
}

} // namespace harvest::match
