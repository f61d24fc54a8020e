// /v1/craft: what any instance answers for the player.
#include "common/game/crafting/errc.hpp"
#include "common/protocol/crafting.hpp"
#include "common/protocol/idempotency.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {
namespace {

// Passes the action on, its body as `Body` so that faults are told by member; its key comes from the header.
template <class Body>
Task<HttpResponse> pass_craft(Rpc& rpc, std::string method, const Call& call)
{
    std::string why;
    const Result<Body> body = read_body<Body>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    protocol::PlayerCall asked;
    asked.player = call.who.player;
    asked.key = std::string(call.request.header("idempotency-key"));
    asked.request.text = protocol::encode(*body);
    if (!protocol::is_idempotency_key(*asked.key))
        co_return problem(call, make_error_code(protocol::IdempotencyErrc::key_missing), "header Idempotency-Key");
    RpcRequest request;
    request.daemon = "instance";
    request.method = std::move(method);
    request.body = protocol::encode(asked);
    request.traceparent = call.trace.traceparent;
    request.by = call.by;
    const Result<std::string> text = co_await rpc.call(std::move(request));
    if (!text) co_return problem(call, text.error());
    Result<protocol::CraftAnswer> answer = protocol::decode<protocol::CraftAnswer>(*text);
    if (!answer) co_return problem(call, make_error_code(Errc::internal));
    if (answer->missing) co_return missing_problem(call, std::move(*answer->missing));
    if (!answer->done) co_return problem(call, make_error_code(Errc::internal));
    co_return json_reply(200, std::move(answer->done->text));
}

} // namespace

Task<HttpResponse> handle_craft(Rpc& rpc, const Call& call)
{
    co_return co_await pass_craft<protocol::CraftRequest>(rpc, "craft.make", call);
}

Task<HttpResponse> handle_craft_dismantle(Rpc& rpc, const Call& call)
{
    co_return co_await pass_craft<protocol::DismantleRequest>(rpc, "craft.dismantle", call);
}

} // namespace harvest::gateway
