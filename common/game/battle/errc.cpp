#include "common/game/battle/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::game::battle {
namespace {

constexpr std::array rows{
    Refusal{BattleErrc::not_your_turn, "battle.not_your_turn", Errc::failed_precondition,
            "it is the other seat's turn"},
    Refusal{BattleErrc::wrong_phase, "battle.wrong_phase", Errc::failed_precondition,
            "the match is not in the phase for this"},
    Refusal{BattleErrc::no_such_card, "battle.no_such_card", Errc::invalid_argument, "that card is not there"},
    Refusal{BattleErrc::bad_target, "battle.bad_target", Errc::invalid_argument, "that cannot be the target"},
    Refusal{BattleErrc::not_enough_sun, "battle.not_enough_sun", Errc::failed_precondition, "not enough sun"},
    Refusal{BattleErrc::row_full, "battle.row_full", Errc::failed_precondition, "the row is full"},
    Refusal{BattleErrc::bad_position, "battle.bad_position", Errc::invalid_argument, "the row has no such place"},
    Refusal{BattleErrc::cannot_attack, "battle.cannot_attack", Errc::failed_precondition,
            "this unit cannot attack now"},
    Refusal{BattleErrc::guard_first, "battle.guard_first", Errc::failed_precondition, "a guard must be attacked first"},
    Refusal{BattleErrc::power_used, "battle.power_used", Errc::failed_precondition, "the power was used this turn"},
    Refusal{BattleErrc::power_unusable, "battle.power_unusable", Errc::failed_precondition,
            "the power has nothing to act on"},
    Refusal{BattleErrc::choice_pending, "battle.choice_pending", Errc::failed_precondition,
            "first keep or bury the card that was looked at"},
    Refusal{BattleErrc::no_choice, "battle.no_choice", Errc::failed_precondition, "there is nothing to choose"},
    Refusal{BattleErrc::already_done, "battle.already_done", Errc::failed_precondition, "the mulligan is done"},
    Refusal{BattleErrc::bad_deck, "battle.bad_deck", Errc::invalid_argument, "the deck is not legal"},
    Refusal{BattleErrc::bad_content, "battle.bad_content", Errc::failed_precondition,
            "the match was played with other content"},
};

const DomainTable table(0x6861727665737402, "battle", rows);

} // namespace

boost::system::error_code make_error_code(BattleErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::game::battle
