#include "common/protocol/leaderboard_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array leaderboard_rows{
    Refusal{LeaderboardErrc::no_such_season, "leaderboard.no_such_season", Errc::not_found,
            "there was no such season yet"},
    Refusal{LeaderboardErrc::no_seasons, "leaderboard.no_seasons", Errc::invalid_argument,
            "this board is not kept by season"},
};

const DomainTable leaderboard_table(0x6861727665737422, "leaderboard", leaderboard_rows);

} // namespace

boost::system::error_code make_error_code(LeaderboardErrc code)
{
    return {static_cast<int>(code), leaderboard_table};
}

} // namespace harvest::protocol
