// /v1/market: what any instance answers for the player.
#include "common/protocol/market.hpp"
#include "daemons/gateway/ask_instance.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {
namespace {

template <class Request>
protocol::PlayerCall looking(const Call& call, const Request& request)
{
    protocol::PlayerCall asked;
    asked.player = call.who.player;
    asked.request.text = protocol::encode(request);
    return asked;
}

} // namespace

Task<HttpResponse> handle_market_order(Rpc& rpc, const Call& call)
{
    co_return co_await pass_action<protocol::OrderRequest>(rpc, "market.order", call);
}

Task<HttpResponse> handle_market_cancel(Rpc& rpc, const Call& call)
{
    const Result<OrderId> id = parse_id<OrderId>(call.id);
    if (!id) co_return problem(call, make_error_code(game::economy::MarketErrc::no_such_order));
    const protocol::CancelRequest request{*id};
    protocol::PlayerCall asked = looking(call, request);
    asked.key = std::string(call.request.header("idempotency-key"));
    co_return co_await ask_instance(rpc, "market.cancel", std::move(asked), call);
}

Task<HttpResponse> handle_market_orders(Rpc& rpc, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor", "state"});
    if (!query) co_return problem(call, query.error(), "query: cursor and state are known");
    const std::string &cursor = query->at(0), &state = query->at(1);
    protocol::OrdersRequest request;
    if (!cursor.empty()) {
        const Result<OrderId> id = parse_id<OrderId>(cursor);
        if (!id) co_return problem(call, id.error(), "query: cursor is not one of ours");
        request.cursor = *id;
    }
    if (!state.empty() && state != "open")
        co_return problem(call, make_error_code(Errc::invalid_argument), "query: state is not open");
    if (!state.empty()) request.open = true;
    protocol::PlayerCall asked = looking(call, request);
    co_return co_await ask_instance(rpc, "market.orders", std::move(asked), call);
}

Task<HttpResponse> handle_market_book(Rpc& rpc, const Call& call)
{
    const protocol::BookRequest request{std::string(call.id)};
    protocol::PlayerCall asked = looking(call, request);
    co_return co_await ask_instance(rpc, "market.book", std::move(asked), call);
}

Task<HttpResponse> handle_market_trades(Rpc& rpc, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor"});
    if (!query) co_return problem(call, query.error(), "query: cursor is known");
    protocol::TradesRequest request;
    request.asset = call.id;
    if (const std::string& cursor = query->at(0); !cursor.empty()) {
        if (!protocol::decode<protocol::Amount>('"' + cursor + '"'))
            co_return problem(call, make_error_code(Errc::invalid_argument), "query: cursor is not one of ours");
        request.cursor = *protocol::decode<protocol::Amount>('"' + cursor + '"');
    }
    protocol::PlayerCall asked = looking(call, request);
    co_return co_await ask_instance(rpc, "market.trades", std::move(asked), call);
}

} // namespace harvest::gateway
