// Refusals about friends and blocks; each has a stable wire code "social.<name>" (harvest-game(7) §7).
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class SocialErrc {
    self = 1,       // one cannot be one's own friend, nor block oneself
    no_such_player, // nobody has this id or name
    already_friends,
    already_asked,     // the request is still open
    no_request,        // there is none of that player to accept
    blocked,           // by the one who asks: unblock first
    too_many_friends,  // of one's own
    friends_full,      // the other has as many as can be
    too_many_requests, // of one's own are open
    inbox_full,        // the other has as many open requests as can be
    too_many_blocks,
};

boost::system::error_code make_error_code(SocialErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::SocialErrc> : std::true_type {};
