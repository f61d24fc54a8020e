#include "daemons/connsrv/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::connsrv {
namespace {

constexpr std::array rows{
    Refusal{LiveErrc::unknown_op, "live.unknown_op", Errc::not_found, "there is no such op"},
    Refusal{LiveErrc::bad_message, "live.bad_message", Errc::invalid_argument, "the message is not valid"},
    Refusal{LiveErrc::too_big, "live.too_big", Errc::invalid_argument, "the message is too big"},
    Refusal{LiveErrc::busy, "live.busy", Errc::resource_exhausted, "too many requests wait for a reply"},
    Refusal{LiveErrc::hello_required, "session.hello_required", Errc::unauthenticated, "send session.hello first"},
    Refusal{LiveErrc::already_signed_in, "session.already_signed_in", Errc::failed_precondition,
            "this connection is signed in already"},
    Refusal{LiveErrc::wrong_protocol, "session.wrong_protocol", Errc::invalid_argument,
            "this server speaks harvest.v1"},
    Refusal{LiveErrc::cannot_resume, "session.cannot_resume", Errc::failed_precondition,
            "cannot be resumed: send session.hello"},
    Refusal{LiveErrc::not_joined, "chat.not_joined", Errc::failed_precondition, "join the channel first"},
};

const DomainTable table(0x6861727665737414, "connsrv", rows);

} // namespace

boost::system::error_code make_error_code(LiveErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::connsrv
