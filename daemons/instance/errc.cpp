#include "daemons/instance/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::instance {
namespace {

constexpr std::array rows{
    Refusal{InstanceErrc::not_joined, "battle.not_joined", Errc::unauthenticated,
            "send battle.join with a ticket first"},
    Refusal{InstanceErrc::already_joined, "battle.already_joined", Errc::failed_precondition,
            "this link has joined a match already"},
    Refusal{InstanceErrc::not_here, "battle.not_here", Errc::not_found,
            "that match is not on this instance: ask match.status"},
    Refusal{InstanceErrc::not_started, "battle.not_started", Errc::failed_precondition, "the cards are not dealt yet"},
    Refusal{InstanceErrc::nonces_fixed, "battle.nonces_fixed", Errc::failed_precondition,
            "this seat's nonce is fixed already"},
    Refusal{InstanceErrc::cannot_resume, "battle.cannot_resume", Errc::failed_precondition,
            "those updates are gone: join without last_seq"},
    Refusal{InstanceErrc::moved, "battle.moved", Errc::canceled, "the match goes on elsewhere: ask match.status"},
    Refusal{InstanceErrc::gallery_full, "spectate.full", Errc::resource_exhausted, "as many watch this match as may"},
    Refusal{InstanceErrc::only_watching, "spectate.only_watching", Errc::permission_denied,
            "this link watches: it has no seat"},
    Refusal{InstanceErrc::too_big, "live.too_big", Errc::invalid_argument, "the message is too big"},
};

const DomainTable table(0x6861727665737403, "instance", rows);

} // namespace

boost::system::error_code make_error_code(InstanceErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::instance
