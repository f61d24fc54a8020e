// Refusals of reports; each has a stable wire code "report.<name>" (harvest-protocol(7), Reports).
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class ReportErrc {
    self = 1,        // one's own message, or oneself
    no_such_player,  // or the account is gone
    no_such_message, // in that channel, or it was taken back
    no_such_match,   // in which that player sat, and that the reporter may see
    bad_note,        // over 500 characters, not UTF-8, or with control characters
};

boost::system::error_code make_error_code(ReportErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::ReportErrc> : std::true_type {};
