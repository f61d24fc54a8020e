#include "cli/bots/life/talking.hpp"

#include "common/protocol/chat.hpp"
#include "common/protocol/session.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

constexpr const char* lobby = "room:lobby";
constexpr std::array<const char*, 6> remarks{"anybody selling wheat?",   "moonberries take for ever",
                                             "who wants a match?",       "rain again, good for the farm",
                                             "the tinker is too strong", "first harvest of the day!"};
constexpr std::int64_t history_page = 20;

} // namespace

AsyncResult<void> Talking::join_lobby()
{
    std::string channel = encode(protocol::ChatChannelRequest{lobby});
    const Result<std::string> joined = co_await client_.live("chat.join", std::move(channel));
    if (!joined) co_return joined.error();
    co_return Result<void>{};
}

AsyncResult<void> Talking::say(std::string text)
{
    std::string data = encode(protocol::ChatSendRequest{lobby, std::move(text)});
    const Result<std::string> sent = co_await client_.live("chat.send", std::move(data));
    co_return sent ? Result<void>() : unless_cut(sent.error());
}

AsyncResult<void> Talking::say_to_friend()
{
    const std::vector<PlayerId>& known = friends_.known();
    if (known.empty()) co_return Result<void>{};
    const PlayerId& other = known[chance_.below(known.size())];
    std::string data = encode(protocol::ChatSendRequest{"dm:" + other.value, remarks[chance_.below(remarks.size())]});
    const Result<std::string> sent = co_await client_.live("chat.send", std::move(data), "chat.direct");
    co_return sent ? Result<void>() : unless_cut(sent.error());
}

AsyncResult<void> Talking::be_seen()
{
    constexpr std::array<const char*, 3> statuses{"online", "away", "busy"};
    std::string status = encode(protocol::PresenceSetRequest{statuses[chance_.below(statuses.size())]});
    const Result<std::string> set = co_await client_.live("presence.set", std::move(status));
    if (!set) co_return unless_cut(set.error());
    std::string whom = encode(protocol::PresenceSubscribeRequest{friends_.known()});
    const Result<std::string> watched = co_await client_.live("presence.subscribe", std::move(whom));
    co_return watched ? Result<void>() : unless_cut(watched.error());
}

AsyncResult<void> Talking::step()
{
    std::string remark = remarks[chance_.below(remarks.size())];
    Result<void> ok = co_await say(std::move(remark));
    if (ok) ok = co_await say_to_friend();
    if (ok && chance_.happens(0.4)) ok = co_await be_seen();
    if (!ok || !chance_.happens(0.4)) co_return ok;
    protocol::ChatHistoryRequest request;
    request.channel = lobby;
    request.limit = history_page;
    std::string data = encode(request);
    const Result<std::string> history = co_await client_.live("chat.history", std::move(data));
    co_return history ? Result<void>() : unless_cut(history.error());
}

} // namespace harvest::bots
