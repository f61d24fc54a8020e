#include "daemons/instance/ticket_bars.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

constexpr Millis kept_for = 65min; // auth.ticket_life is an hour at most

} // namespace

void TicketBars::bar(const PlayerId& player, Millis until, Millis now)
{
    Millis& bar = players_[player.value];
    bar = std::max(bar, until);
    if (now > forgot_at_ + 1min) forget(now);
}

void TicketBars::forget(Millis now)
{
    forgot_at_ = now;
    std::erase_if(players_, [now](const auto& entry) { return entry.second + kept_for < now; });
}

bool TicketBars::bars(const PlayerId& player, Millis issued_at) const
{
    const auto found = players_.find(player.value);
    return found != players_.end() && issued_at <= found->second;
}

} // namespace harvest::instance
