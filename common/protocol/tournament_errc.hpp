// Refusals of tournaments; each has a stable wire code "tournament.<name>" (harvest-protocol(7), Tournaments).
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class TournamentErrc {
    no_such_tournament = 1,
    not_open, // it has begun, or is over
    full,
    not_entered,
    too_few,         // players, to start it
    not_running,     // not begun, or over
    over,            // ended or cancelled
    no_such_pairing, // of that round and table, or it is a bye
    round_over,      // of elimination: others have been paired by its result
    no_draw,         // in elimination
    no_such_template,
};

boost::system::error_code make_error_code(TournamentErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::TournamentErrc> : std::true_type {};
