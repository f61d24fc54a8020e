#include "daemons/gateway/revocations.hpp"

#include "common/base/id_time.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/expulsions.hpp"

#include <algorithm>

namespace harvest::gateway {
namespace {

using namespace protocol;

constexpr Millis margin = 2min; // clocks of other machines

} // namespace

void Revocations::learn(const Event& event, Millis now)
{
    if (event.time + token_life_ + margin < now) return;
    if (event.type == event_type::session_revoked) {
        const Result<SessionRevoked> data = decode<SessionRevoked>(event.data, nullptr, Unknown::ignore);
        if (!data) return;
        // Who was deleted begins no session any more; one that was on its way ends with the others.
        const Millis until = data->reason == "deleted" ? event.time + token_life_ : event.time;
        if (data->session)
            sessions_[data->session->value] = event.time;
        else
            players_[data->player.value] = std::max(players_[data->player.value], until);
    } else if (event.type == event_type::user_sanctioned) {
        const std::optional<Expulsion> banned = expulsion_in(event);
        if (!banned || !banned->from_everything()) return;
        players_[banned->player.value] = std::max(players_[banned->player.value], event.time);
    }
    if (now > forgot_at_ + 1min) forget(now);
}

void Revocations::forget(Millis now)
{
    forgot_at_ = now;
    const auto old = [this, now](const auto& entry) { return entry.second + token_life_ + margin < now; };
    std::erase_if(sessions_, old);
    std::erase_if(players_, old);
}

bool Revocations::revoked(const AccessClaims& claims) const
{
    if (!sessions_.empty() && sessions_.contains(claims.session.value)) return true;
    if (players_.empty()) return false;
    const auto player = players_.find(claims.player.value);
    return player != players_.end() && made_at(claims.session) <= player->second;
}

} // namespace harvest::gateway
