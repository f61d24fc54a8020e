// Why the rules refuse a command; each has a stable wire code "battle.<name>". A refusal changes nothing.
#pragma once

#include "common/base/result.hpp"

namespace harvest::game::battle {

enum class BattleErrc {
    not_your_turn = 1,
    wrong_phase,  // mulligan after it, play before it, anything after the end
    no_such_card, // not in hand, not on the row
    bad_target,   // none given, not allowed by the card, or gone
    not_enough_sun,
    row_full,
    bad_position,
    cannot_attack, // just played, attacked already, or has no attack
    guard_first,   // a guard stands before that target
    power_used,
    power_unusable, // nothing for it to do
    choice_pending, // answer the look at the top card first
    no_choice,      // nothing was looked at
    already_done,   // the mulligan
    bad_deck,
    bad_content, // the record names other content
};

boost::system::error_code make_error_code(BattleErrc code);

} // namespace harvest::game::battle

template <>
struct boost::system::is_error_code_enum<harvest::game::battle::BattleErrc> : std::true_type {};
