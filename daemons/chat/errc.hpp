// Why something is not said; wire codes "chat.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::chat {

enum class ChatErrc {
    no_such_channel = 1,
    not_a_member,
    muted,
    blocked, // one of the two has blocked the other
    too_fast,
    too_long,
    bad_text,        // empty, not UTF-8, or with control characters
    no_such_message, // or it was taken back
    not_yours,
    too_late, // to edit
    closed,   // the match is over for long enough
};

boost::system::error_code make_error_code(ChatErrc code);

} // namespace harvest::chat

template <>
struct boost::system::is_error_code_enum<harvest::chat::ChatErrc> : std::true_type {};
