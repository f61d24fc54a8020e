#include "cli/bots/life/watching.hpp"

#include "common/protocol/spectate.hpp"

#include <iterator>

namespace harvest::bots {
namespace {

constexpr Millis visit = 3s;

} // namespace

Task<void> Watching::watch(LiveSession& gallery, const std::string& ticket)
{
    Observer& observer = client_.observer();
    Clock& clock = client_.world().clock;
    const Instant sent = std::chrono::steady_clock::now();
    std::string data = encode(protocol::SpectateRequest{ticket});
    const Result<protocol::RawJson> joined =
        co_await gallery.call("spectate.join", std::move(data), clock.after(call_time));
    if (!joined) {
        tell_undone(observer, "spectate.join", joined.error(), gallery.last_code());
        co_return;
    }
    observer.done("spectate.join", sent, sent);
    Instant seen = std::chrono::steady_clock::now();
    for (const Deadline until = clock.after(visit); clock.monotonic() < until.at;) {
        const Result<Push> push = co_await gallery.next_push(until);
        if (!push || push->op == "spectate.end") break;
        observer.done("spectate.update", seen, seen);
        seen = std::chrono::steady_clock::now();
    }
}

AsyncResult<void> Watching::step()
{
    if (town_.playing.empty()) co_return Result<void>{};
    const auto at = std::next(town_.playing.begin(), static_cast<long>(chance_.below(town_.playing.size())));
    std::string data = encode(protocol::WatchRequest{*at});
    const Result<std::string> text = co_await client_.live("match.watch", std::move(data));
    if (!text) co_return unless_cut(text.error());
    const auto place = protocol::decode<protocol::WatchReply>(*text, nullptr, protocol::Unknown::ignore);
    if (!place) co_return place.error();
    for (const protocol::EndpointInfo& endpoint : place->endpoints) {
        if (endpoint.transport != transport_) continue;
        LiveSession gallery(client_.world(), client_.observer(), transport_, local_address_);
        const Endpoint there{endpoint.transport, endpoint.host, endpoint.port, endpoint.fingerprint};
        const Result<void> up = co_await gallery.connect(there, client_.world().clock.after(call_time));
        if (!up) break; // the instance went away: so did the match
        co_await watch(gallery, place->ticket);
        gallery.close();
        break;
    }
    co_return Result<void>{};
}

} // namespace harvest::bots
