#include "daemons/instance/ticket_bars.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

constexpr Millis kept_for = std::chrono::hours{25}; // auth.ticket_life is a day at most

} // namespace

void TicketBars::bar(const PlayerId& player, Millis at, bool banned, Millis now)
{
    Bar& bar = players_[player.value];
    bar.until = std::max(bar.until, at);
    if (banned) bar.banned = std::max(bar.banned.value_or(at), at);
    if (now > forgot_at_ + 1min) forget(now);
}

void TicketBars::forget(Millis now)
{
    forgot_at_ = now;
    std::erase_if(players_, [now](const auto& entry) { return entry.second.until + kept_for < now; });
}

bool TicketBars::bars(const PlayerId& player, Millis issued_at) const
{
    const auto found = players_.find(player.value);
    return found != players_.end() && issued_at <= found->second.until;
}

bool TicketBars::banned_since(const PlayerId& player, Millis begun) const
{
    const auto found = players_.find(player.value);
    return found != players_.end() && found->second.banned >= begun;
}

} // namespace harvest::instance
