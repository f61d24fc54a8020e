#include "daemons/match/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::match {
namespace {

constexpr std::array match_rows{
    Refusal{MatchErrc::unknown_mode, "match.unknown_mode", Errc::invalid_argument, "there is no such mode"},
    Refusal{MatchErrc::no_such_deck, "match.no_such_deck", Errc::not_found, "there is no such deck"},
    Refusal{MatchErrc::bad_deck, "match.bad_deck", Errc::failed_precondition,
            "the deck is not legal, or cards of it are not owned"},
    Refusal{MatchErrc::already_queued, "match.already_queued", Errc::already_exists, "in the queue already"},
    Refusal{MatchErrc::in_match, "match.in_match", Errc::failed_precondition, "in a match already: ask match.status"},
    Refusal{MatchErrc::not_queued, "match.not_queued", Errc::not_found, "not in the queue"},
    Refusal{MatchErrc::banned, "match.banned", Errc::permission_denied, "banned from this mode"},
    Refusal{MatchErrc::not_played, "match.not_played", Errc::failed_precondition, "that match is not being played"},
    Refusal{MatchErrc::own_match, "match.own_match", Errc::failed_precondition,
            "a match that one plays in cannot be watched"},
    Refusal{MatchErrc::no_watching, "match.no_watching", Errc::permission_denied, "matches cannot be watched here"},
    Refusal{MatchErrc::no_rematch, "match.no_rematch", Errc::failed_precondition, "there is no rematch of that match"},
    Refusal{MatchErrc::not_over, "match.not_over", Errc::failed_precondition, "that match is not over yet"},
    Refusal{MatchErrc::too_late, "match.too_late", Errc::failed_precondition, "too late for a rematch"},
};

const DomainTable match_table(0x6861727665737411, "match", match_rows);

} // namespace

boost::system::error_code make_error_code(MatchErrc code)
{
    return {static_cast<int>(code), match_table};
}

} // namespace harvest::match
