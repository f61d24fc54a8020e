// Rpc "explain": why a ticket waits.
#include "daemons/match/errc.hpp"
#include "daemons/match/explain.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

constexpr std::size_t candidates_told = 50;

} // namespace

Result<std::string> MatchDaemon::handle_explain(const std::string& body)
{
    const auto call = protocol::decode<protocol::ExplainRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) return call.error();
    const Seeker* seeker = queue_.find(call->ticket);
    if (!seeker) return MatchErrc::not_queued;
    const Millis now = clock_.monotonic();
    protocol::QueueExplanation out = explain(*seeker, queue_.all(), queue_.rules(), now, candidates_told);
    const bool bots = seeker->bots && std::ranges::find(config_.bot_modes, seeker->mode) != config_.bot_modes.end();
    if (bots && seeker->mode != protocol::challenge_mode)
        out.bot_in_seconds =
            static_cast<double>(std::max(Millis{0}, seeker->since + config_.bot_after - now).count()) / 1000;
    return protocol::encode(out);
}

} // namespace harvest::match
