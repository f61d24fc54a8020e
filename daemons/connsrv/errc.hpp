// Refusals of the connection server itself; wire codes "live.<name>" for the envelope, "session.<name>" for signing in.
#pragma once

#include "common/base/result.hpp"

namespace harvest::connsrv {

enum class LiveErrc {
    unknown_op = 1,
    bad_message,    // not JSON, not the envelope, or data of another shape
    too_big,        // over the limit for one message
    busy,           // too many requests without a reply yet
    hello_required, // anything before session.hello or session.resume
    already_signed_in,
    wrong_protocol, // not harvest.v1
    cannot_resume,  // too late, another's, or pushes are missing: say hello
    not_joined,     // chat.join that channel first
};

boost::system::error_code make_error_code(LiveErrc code);

} // namespace harvest::connsrv

template <>
struct boost::system::is_error_code_enum<harvest::connsrv::LiveErrc> : std::true_type {};
