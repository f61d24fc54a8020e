#include "daemons/connsrv/forward.hpp"

#include "common/game/crafting/errc.hpp"
#include "common/protocol/chat.hpp"
#include "common/protocol/crafting.hpp"
#include "common/protocol/farm.hpp"
#include "common/protocol/idempotency.hpp"
#include "common/protocol/market.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/reports.hpp"
#include "common/protocol/spectate.hpp"

namespace harvest::connsrv {
namespace {

// What an instance is asked for the player; a question carries no key.
std::string player_call(Caller caller, protocol::LiveRequest& request, bool action)
{
    protocol::PlayerCall call;
    call.player = std::move(caller.player);
    if (action) call.key = std::move(request.key);
    call.request = std::move(request.data);
    return protocol::encode(call);
}

// `Call` is what chat takes: the player, and the request as the client sends it.
template <class Call>
Task<Reply> forward_chat(Rpc& rpc, std::string method, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<decltype(Call::request)> data = read_data<decltype(Call::request)>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const Call call{std::move(caller.player), std::move(*data)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "chat", std::move(method), std::move(body), request, by));
}

} // namespace

AsyncResult<std::string> ask(Rpc& rpc, std::string daemon, std::string method, std::string body,
                             const protocol::LiveRequest& request, Deadline by)
{
    RpcRequest call{.daemon = std::move(daemon),
                    .id = {},
                    .method = std::move(method),
                    .body = std::move(body),
                    .traceparent = request.traceparent.value_or(""),
                    .by = by};
    return rpc.call(std::move(call));
}

Task<Reply> forward_match_queue(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::QueueRequest> data = read_data<protocol::QueueRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerQueueRequest call{std::move(caller.player), std::move(*data)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "match", "queue", std::move(body), request, by));
}

Task<Reply> forward_match(Rpc& rpc, std::string method, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    if (!read_data<protocol::Nothing>(request, why)) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerRequest call{std::move(caller.player)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "match", std::move(method), std::move(body), request, by));
}

Task<Reply> forward_match_watch(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::WatchRequest> data = read_data<protocol::WatchRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerWatchRequest call{std::move(caller.player), std::move(data->match)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "match", "watch", std::move(body), request, by));
}

Task<Reply> forward_match_rematch(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::RematchRequest> data = read_data<protocol::RematchRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerRematchRequest call{std::move(caller.player), std::move(*data)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "match", "rematch", std::move(body), request, by));
}

Task<Reply> forward_party(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string method = request.op;
    return forward_match(rpc, std::move(method), std::move(caller), std::move(request), by);
}

Task<Reply> forward_party_invite(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::PartyInviteRequest> data = read_data<protocol::PartyInviteRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerPartyInviteRequest call{std::move(caller.player), std::move(*data)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "match", "party.invite", std::move(body), request, by));
}

Task<Reply> forward_farm(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    const bool reads = request.op == "farm.plant" ? read_data<protocol::PlantRequest>(request, why).has_value()
                       : request.op == "farm.water" || request.op == "farm.harvest"
                           ? read_data<protocol::PlotsRequest>(request, why).has_value()
                           : read_data<protocol::Nothing>(request, why).has_value();
    if (!reads) co_return Reply(LiveErrc::bad_message, why);
    const bool action = request.op != "farm.get";
    if (action && !protocol::is_idempotency_key(request.key.value_or("")))
        co_return Reply(make_error_code(protocol::IdempotencyErrc::key_missing));
    std::string body = player_call(std::move(caller), request, action);
    std::string method = request.op;
    co_return from_result(co_await ask(rpc, "instance", std::move(method), std::move(body), request, by));
}

Task<Reply> forward_market(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    const bool reads = request.op == "market.order"    ? read_data<protocol::OrderRequest>(request, why).has_value()
                       : request.op == "market.cancel" ? read_data<protocol::CancelRequest>(request, why).has_value()
                                                       : read_data<protocol::BookRequest>(request, why).has_value();
    if (!reads) co_return Reply(LiveErrc::bad_message, why);
    const bool action = request.op != "market.book";
    if (action && !protocol::is_idempotency_key(request.key.value_or("")))
        co_return Reply(make_error_code(protocol::IdempotencyErrc::key_missing));
    std::string body = player_call(std::move(caller), request, action);
    std::string method = request.op;
    co_return from_result(co_await ask(rpc, "instance", std::move(method), std::move(body), request, by));
}

Task<Reply> forward_craft(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    const bool reads = request.op == "craft.make" ? read_data<protocol::CraftRequest>(request, why).has_value()
                                                  : read_data<protocol::DismantleRequest>(request, why).has_value();
    if (!reads) co_return Reply(LiveErrc::bad_message, why);
    if (!protocol::is_idempotency_key(request.key.value_or("")))
        co_return Reply(make_error_code(protocol::IdempotencyErrc::key_missing));
    std::string body = player_call(std::move(caller), request, true);
    std::string method = request.op;
    const Result<std::string> text = co_await ask(rpc, "instance", std::move(method), std::move(body), request, by);
    if (!text) co_return Reply(text.error());
    Result<protocol::CraftAnswer> answer = protocol::decode<protocol::CraftAnswer>(*text);
    if (!answer || (!answer->done && !answer->missing)) co_return Errc::internal;
    if (answer->missing)
        co_return Reply(make_error_code(game::crafting::CraftErrc::missing_ingredients),
                        "missing: " + protocol::text_of(*answer->missing));
    co_return Reply(std::move(answer->done->text));
}

Task<Reply> forward_chat_history(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    return forward_chat<protocol::PlayerHistoryRequest>(rpc, "history", std::move(caller), std::move(request), by);
}

Task<Reply> forward_chat_edit(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    return forward_chat<protocol::PlayerEditRequest>(rpc, "edit", std::move(caller), std::move(request), by);
}

Task<Reply> forward_chat_delete(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    return forward_chat<protocol::PlayerDeleteRequest>(rpc, "delete", std::move(caller), std::move(request), by);
}

Task<Reply> forward_chat_read(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    return forward_chat<protocol::PlayerReadRequest>(rpc, "read", std::move(caller), std::move(request), by);
}

Task<Reply> forward_chat_unread(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    if (!read_data<protocol::Nothing>(request, why)) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerRequest call{std::move(caller.player)};
    std::string body = protocol::encode(call);
    co_return from_result(co_await ask(rpc, "chat", "unread", std::move(body), request, by));
}

Task<Reply> forward_report(Rpc& rpc, Caller caller, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::ReportRequest> data = read_data<protocol::ReportRequest>(request, why);
    if (!data) co_return Reply(LiveErrc::bad_message, why);
    const protocol::PlayerReportRequest call{std::move(caller.player), std::move(*data)};
    std::string body = protocol::encode(call);
    const Result<std::string> answer = co_await ask(rpc, "chat", "report", std::move(body), request, by);
    if (!answer) co_return answer.error();
    const auto filed = protocol::decode<protocol::PlayerReportReply>(*answer, nullptr, protocol::Unknown::ignore);
    if (!filed) co_return Errc::internal;
    co_return Reply(protocol::encode(filed->report));
}

} // namespace harvest::connsrv
