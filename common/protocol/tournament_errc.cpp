#include "common/protocol/tournament_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array tournament_rows{
    Refusal{TournamentErrc::no_such_tournament, "tournament.no_such_tournament", Errc::not_found,
            "there is no such tournament"},
    Refusal{TournamentErrc::not_open, "tournament.not_open", Errc::failed_precondition,
            "the tournament takes nobody in any more"},
    Refusal{TournamentErrc::full, "tournament.full", Errc::failed_precondition, "the tournament is full"},
    Refusal{TournamentErrc::not_entered, "tournament.not_entered", Errc::not_found,
            "the player is not in that tournament"},
    Refusal{TournamentErrc::too_few, "tournament.too_few", Errc::failed_precondition,
            "the tournament has too few players"},
    Refusal{TournamentErrc::not_running, "tournament.not_running", Errc::failed_precondition,
            "the tournament is not being played"},
    Refusal{TournamentErrc::over, "tournament.over", Errc::failed_precondition, "the tournament is over"},
    Refusal{TournamentErrc::no_such_pairing, "tournament.no_such_pairing", Errc::not_found,
            "two players do not sit at that table of that round"},
    Refusal{TournamentErrc::round_over, "tournament.round_over", Errc::failed_precondition,
            "others have been paired by the result of that round"},
    Refusal{TournamentErrc::no_draw, "tournament.no_draw", Errc::invalid_argument, "elimination knows no draw"},
    Refusal{TournamentErrc::no_such_template, "tournament.no_such_template", Errc::not_found,
            "there is no such template of tournaments"},
};

const DomainTable tournament_table(0x6861727665737426, "tournament", tournament_rows);

} // namespace

boost::system::error_code make_error_code(TournamentErrc code)
{
    return {static_cast<int>(code), tournament_table};
}

} // namespace harvest::protocol
