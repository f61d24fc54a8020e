// chat.join, chat.leave, chat.send: membership is chat's to decide, what is said goes over the event log (keyed by
// channel), and comes back from there.
#include "common/protocol/chat.hpp"
#include "common/protocol/events.hpp"
#include "daemons/connsrv/connsrv.hpp"
#include "daemons/connsrv/forward.hpp"

namespace harvest::connsrv {
namespace {

constexpr std::size_t max_channels = 20, max_channel_name = 80, max_text_bytes = 2'000;

// The channel as kept: a direct one is named by both players, in order.
std::string kept_channel(const std::string& channel, const PlayerId& player)
{
    constexpr std::string_view direct = "dm:";
    if (!channel.starts_with(direct) || channel.find(':', direct.size()) != std::string::npos) return channel;
    const std::string other = channel.substr(direct.size());
    const bool first = player.value < other;
    return "dm:" + (first ? player.value : other) + ":" + (first ? other : player.value);
}

} // namespace

Task<Reply> Connsrv::handle_chat_join(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::ChatChannelRequest> data = read_data<protocol::ChatChannelRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const Live* before = roster_.find(caller.player, caller.session);
    if (before && before->channels.size() >= max_channels) co_return Errc::resource_exhausted;
    const protocol::PlayerChatRequest call{caller.player, std::move(*data)};
    std::string body = protocol::encode(call);
    const Result<std::string> joined = co_await ask(rpc_, "chat", "join", std::move(body), request, by);
    if (!joined) co_return joined.error();
    const auto reply = protocol::decode<protocol::ChatJoinReply>(*joined, nullptr, protocol::Unknown::ignore);
    if (!reply) co_return Errc::internal;
    if (Live* live = roster_.find(caller.player, caller.session)) roster_.join(*live, reply->channel);
    co_return Reply(*joined);
}

Reply Connsrv::handle_chat_leave(const Caller& caller, const protocol::LiveRequest& request)
{
    std::string why;
    const Result<protocol::ChatChannelRequest> data = read_data<protocol::ChatChannelRequest>(request, why);
    if (!data) return Reply(LiveErrc::bad_message, why);
    if (Live* live = roster_.find(caller.player, caller.session))
        roster_.leave(*live, kept_channel(data->channel, caller.player));
    return Reply(std::string("{}"));
}

Task<Reply> Connsrv::handle_chat_send(Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::ChatSendRequest> data = read_data<protocol::ChatSendRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    if (data->channel.size() > max_channel_name || data->text.empty() || data->text.size() > max_text_bytes)
        co_return Reply(LiveErrc::bad_message, "channel or text is out of range");
    const std::string channel = kept_channel(data->channel, caller.player);
    const Live* live = roster_.find(caller.player, caller.session);
    if (channel.starts_with("room:") && (!live || !live->channels.contains(channel))) co_return LiveErrc::not_joined;

    const MessageId message = new_id<MessageId>(clock_, entropy_);
    protocol::ChatWords words{std::move(caller.name), std::move(data->text)};
    Result<std::string> sealed = co_await seal_.close(caller.player, message, std::move(words), by);
    if (!sealed && sealed.error() == Errc::not_found) co_return Errc::unauthenticated; // the account was deleted
    if (!sealed) co_return sealed.error();
    const protocol::ChatSubmitted said{
        .message = message, .channel = channel, .author = std::move(caller.player), .sealed = std::move(*sealed)};
    Event event{.id = new_id<EventId>(clock_, entropy_),
                .type = std::string(protocol::event_type::chat_submitted),
                .source = id_,
                .subject = channel,
                .traceparent = request.traceparent.value_or(""),
                .time = clock_.now(),
                .data = protocol::encode(said)};
    std::vector<Event> events;
    events.push_back(std::move(event));
    const Result<void> kept = co_await log_.append(std::string(protocol::topic::chat), std::move(events), by);
    if (!kept) co_return kept.error();
    const protocol::ChatSendReply reply{said.message};
    co_return Reply(protocol::encode(reply));
}

} // namespace harvest::connsrv
