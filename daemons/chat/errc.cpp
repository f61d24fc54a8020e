#include "daemons/chat/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::chat {
namespace {

constexpr std::array rows{
    Refusal{ChatErrc::no_such_channel, "chat.no_such_channel", Errc::not_found, "there is no such channel"},
    Refusal{ChatErrc::not_a_member, "chat.not_a_member", Errc::permission_denied, "not a member of that channel"},
    Refusal{ChatErrc::muted, "chat.muted", Errc::permission_denied, "muted for now"},
    Refusal{ChatErrc::blocked, "chat.blocked", Errc::permission_denied, "not possible with this player"},
    Refusal{ChatErrc::too_fast, "chat.too_fast", Errc::resource_exhausted, "too many messages: wait a little"},
    Refusal{ChatErrc::too_long, "chat.too_long", Errc::invalid_argument, "a message has at most 500 characters"},
    Refusal{ChatErrc::bad_text, "chat.bad_text", Errc::invalid_argument,
            "the text is empty or has characters that are not allowed"},
    Refusal{ChatErrc::no_such_message, "chat.no_such_message", Errc::not_found, "there is no such message here"},
    Refusal{ChatErrc::not_yours, "chat.not_yours", Errc::permission_denied, "that message is somebody else's"},
    Refusal{ChatErrc::too_late, "chat.too_late", Errc::failed_precondition, "too late to edit that message"},
    Refusal{ChatErrc::closed, "chat.closed", Errc::failed_precondition, "this match is over and its chat closed"},
};

const DomainTable table(0x6861727665737412, "chat", rows);

} // namespace

boost::system::error_code make_error_code(ChatErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::chat
