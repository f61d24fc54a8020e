// What the event log tells of players who have to go: their tickets are taken back at once. A ban that is not heard of
// here is found when a match is formed.
#include "common/base/id_time.hpp"
#include "daemons/match/match.hpp"

namespace harvest::match {

void MatchDaemon::handle_expulsion(const Expulsion& expulsion)
{
    const Seeker* waiting = queue_.of(expulsion.player);
    if (!waiting || made_at(waiting->ticket) > expulsion.at) return; // let in again since then
    if (expulsion.ban && !keeps_out(*expulsion.ban, waiting->mode)) return;
    send_away(waiting->ticket, expulsion.ban ? "banned" : "signed_out");
}

} // namespace harvest::match
