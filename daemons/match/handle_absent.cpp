// Rpc "absent": an instance waits for people who may never have heard of their match; they are told again.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/match.hpp"

namespace harvest::match {

AsyncResult<std::string> MatchDaemon::handle_absent(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::AbsentRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const Result<harvest::Match> match = co_await matches_.get(call->match, by);
    if (!match) co_return match.error();
    if (match->state != MatchState::playing) co_return std::string("{}");
    const Result<Allocation> home = co_await allocator_.allocate(match->id, by);
    if (!home) co_return home.error();
    for (const int seat : call->seats) {
        const bool person = (seat == 1 || seat == 2) && match->seats[static_cast<std::size_t>(seat - 1)].bot.empty();
        if (person) co_await announce_to(*match, static_cast<std::size_t>(seat - 1), *home);
    }
    co_return std::string("{}");
}

} // namespace harvest::match
