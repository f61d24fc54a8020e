#include "common/game/battle/errc.hpp"

#include <array>
#include <string>

namespace harvest::game::battle {

namespace {

struct Row {
    BattleErrc code;
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{BattleErrc::not_your_turn, "battle.not_your_turn", Errc::failed_precondition, "it is the other seat's turn"},
    Row{BattleErrc::wrong_phase, "battle.wrong_phase", Errc::failed_precondition,
        "the match is not in the phase for this"},
    Row{BattleErrc::no_such_card, "battle.no_such_card", Errc::invalid_argument, "that card is not there"},
    Row{BattleErrc::bad_target, "battle.bad_target", Errc::invalid_argument, "that cannot be the target"},
    Row{BattleErrc::not_enough_sun, "battle.not_enough_sun", Errc::failed_precondition, "not enough sun"},
    Row{BattleErrc::row_full, "battle.row_full", Errc::failed_precondition, "the row is full"},
    Row{BattleErrc::bad_position, "battle.bad_position", Errc::invalid_argument, "the row has no such place"},
    Row{BattleErrc::cannot_attack, "battle.cannot_attack", Errc::failed_precondition, "this unit cannot attack now"},
    Row{BattleErrc::guard_first, "battle.guard_first", Errc::failed_precondition, "a guard must be attacked first"},
    Row{BattleErrc::power_used, "battle.power_used", Errc::failed_precondition, "the power was used this turn"},
    Row{BattleErrc::power_unusable, "battle.power_unusable", Errc::failed_precondition,
        "the power has nothing to act on"},
    Row{BattleErrc::choice_pending, "battle.choice_pending", Errc::failed_precondition,
        "first keep or bury the card that was looked at"},
    Row{BattleErrc::no_choice, "battle.no_choice", Errc::failed_precondition, "there is nothing to choose"},
    Row{BattleErrc::already_done, "battle.already_done", Errc::failed_precondition, "the mulligan is done"},
    Row{BattleErrc::bad_deck, "battle.bad_deck", Errc::invalid_argument, "the deck is not legal"},
    Row{BattleErrc::bad_content, "battle.bad_content", Errc::failed_precondition,
        "the match was played with other content"},
};

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737402) {}
    const char* name() const noexcept override { return "battle"; }
    std::string message(int value) const override { return std::string(known(value) ? row(value).message : "unknown"); }
    std::string_view wire_code(int value) const noexcept override { return known(value) ? row(value).wire_code : ""; }
    boost::system::error_condition default_error_condition(int value) const noexcept override
    {
        return {static_cast<int>(known(value) ? row(value).meaning : Errc::internal), errc_category()};
    }

private:
    static bool known(int value) { return value >= 1 && static_cast<std::size_t>(value) <= rows.size(); }
    static const Row& row(int value) { return rows[static_cast<std::size_t>(value - 1)]; }
};

const Category category; // from the start, so that from_wire_code() knows it

} // namespace

boost::system::error_code make_error_code(BattleErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::game::battle
