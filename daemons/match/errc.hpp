// Refusals of the match queue; wire codes "match.<name>".
#pragma once

#include "common/base/result.hpp"

namespace harvest::match {

enum class MatchErrc {
    unknown_mode = 1,
    no_such_deck,
    bad_deck,       // not legal, or cards of it are not owned
    already_queued, // cancel first
    in_match,       // finish that one: match.status tells where it is
    not_queued,
    banned,      // from this mode
    not_played,  // it has not begun, or is over
    own_match,   // who sits in it does not watch it
    no_watching, // switched off
    no_rematch,  // of this match, or with this player
    not_over,    // play it first
    too_late,    // for a rematch
};

boost::system::error_code make_error_code(MatchErrc code);

} // namespace harvest::match

template <>
struct boost::system::is_error_code_enum<harvest::match::MatchErrc> : std::true_type {};
