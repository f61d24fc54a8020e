#include "common/protocol/social_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array social_rows{
    Refusal{SocialErrc::self, "social.self", Errc::invalid_argument, "this is your own account"},
    Refusal{SocialErrc::no_such_player, "social.no_such_player", Errc::not_found, "there is no such player"},
    Refusal{SocialErrc::already_friends, "social.already_friends", Errc::already_exists, "you are friends already"},
    Refusal{SocialErrc::already_asked, "social.already_asked", Errc::already_exists, "your request is still open"},
    Refusal{SocialErrc::no_request, "social.no_request", Errc::not_found, "this player has no open request to you"},
    Refusal{SocialErrc::blocked, "social.blocked", Errc::failed_precondition,
            "you have blocked this player: unblock first"},
    Refusal{SocialErrc::too_many_friends, "social.too_many_friends", Errc::failed_precondition,
            "you have as many friends as one can have"},
    Refusal{SocialErrc::friends_full, "social.friends_full", Errc::failed_precondition,
            "this player has as many friends as one can have"},
    Refusal{SocialErrc::too_many_requests, "social.too_many_requests", Errc::failed_precondition,
            "too many of your requests are open"},
    Refusal{SocialErrc::inbox_full, "social.inbox_full", Errc::failed_precondition,
            "this player has too many open requests"},
    Refusal{SocialErrc::too_many_blocks, "social.too_many_blocks", Errc::failed_precondition,
            "you have blocked as many players as one can"},
};

const DomainTable social_table(0x6861727665737415, "social", social_rows);

} // namespace

boost::system::error_code make_error_code(SocialErrc code)
{
    return {static_cast<int>(code), social_table};
}

} // namespace harvest::protocol
