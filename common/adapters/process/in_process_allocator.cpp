#include "common/adapters/process/in_process_allocator.hpp"

#include "common/protocol/matchmaking.hpp"

#include <algorithm>

namespace harvest::process {

InProcessAllocator::InProcessAllocator(Rpc& rpc, Presence& presence, Clock& clock, std::size_t remembered)
    : rpc_(rpc),
      presence_(presence),
      clock_(clock),
      remembered_(remembered)
{
}

// Instances to ask, best first: the match's home, then by free places less what was given out since they told.
AsyncResult<std::vector<std::string>> InProcessAllocator::candidates(const MatchId& match, Deadline by)
{
    const Result<std::vector<DaemonPresence>> daemons = co_await presence_.daemons(by);
    if (!daemons) co_return daemons.error();
    std::vector<std::pair<std::int64_t, std::string>> free;
    for (const DaemonPresence& each : *daemons) {
        if (each.daemon != "instance" || each.state != "ready") continue;
        const auto told = each.load.find("free");
        const std::int64_t places = told == each.load.end() ? 0 : told->second;
        if (std::exchange(announced_[each.id], places) != places) since_[each.id] = 0;
        const auto home = homes_.find(match.value);
        const bool at_home = home != homes_.end() && home->second == each.id;
        // One that seems full is asked last: only itself knows.
        free.emplace_back(at_home ? INT64_MIN : since_[each.id] - places, each.id);
    }
    std::sort(free.begin(), free.end());
    std::vector<std::string> names;
    names.reserve(free.size());
    for (const auto& [rank, name] : free) names.push_back(name);
    co_return names;
}

AsyncResult<Allocation> InProcessAllocator::ask(std::string instance, MatchId match, Deadline by)
{
    RpcRequest request;
    request.daemon = "instance";
    request.id = instance;
    request.method = "host";
    request.body = protocol::encode(protocol::HostRequest{std::move(match)});
    request.by = by;
    const Result<std::string> answer = co_await rpc_.call(std::move(request));
    if (!answer) co_return answer.error();
    auto reply = protocol::decode<protocol::HostReply>(*answer, nullptr, protocol::Unknown::ignore);
    if (!reply) co_return Errc::internal;
    Allocation allocation;
    allocation.instance = std::move(reply->instance);
    for (protocol::EndpointInfo& each : reply->endpoints)
        allocation.endpoints.push_back(
            {std::move(each.transport), std::move(each.host), each.port, std::move(each.fingerprint)});
    co_return allocation;
}

void InProcessAllocator::remember(const MatchId& match, const std::string& instance)
{
    if (std::exchange(homes_[match.value], instance) == instance) return;
    ++since_[instance];
    if (homes_.size() > remembered_) homes_.erase(homes_.begin());
}

AsyncResult<Allocation> InProcessAllocator::allocate(MatchId match, Deadline by)
{
    const Result<std::vector<std::string>> asked = co_await candidates(match, by);
    if (!asked) co_return asked.error();
    Error last = Errc::unavailable;
    for (const std::string& instance : *asked) {
        if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
        Result<Allocation> given = co_await ask(instance, match, by);
        if (given) {
            remember(match, instance);
            co_return given;
        }
        last = given.error();
        // A lost answer may have been a yes: only this instance may be asked again, or the match would have two homes.
        if (last == Errc::in_doubt) {
            homes_[match.value] = instance;
            co_return last;
        }
        const Errc kind = classify(last);
        // failed_precondition: it lacks the match's content or key, which another one may have.
        const bool try_next = kind == Errc::unavailable || kind == Errc::resource_exhausted || kind == Errc::conflict ||
                              kind == Errc::canceled || kind == Errc::timed_out || kind == Errc::failed_precondition;
        if (!try_next) co_return last;
    }
    co_return classify(last) == Errc::resource_exhausted ? make_error_code(Errc::unavailable) : last;
}

} // namespace harvest::process
