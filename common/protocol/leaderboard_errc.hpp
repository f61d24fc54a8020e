// Refusals of leaderboards; each has a stable wire code "leaderboard.<name>" (harvest-protocol(7), Progress).
#pragma once

#include "common/base/result.hpp"

namespace harvest::protocol {

enum class LeaderboardErrc {
    no_such_season = 1, // or it has not begun
    no_seasons,         // of this board
};

boost::system::error_code make_error_code(LeaderboardErrc code);

} // namespace harvest::protocol

template <>
struct boost::system::is_error_code_enum<harvest::protocol::LeaderboardErrc> : std::true_type {};
