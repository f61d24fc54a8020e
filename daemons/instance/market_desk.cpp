#include "daemons/instance/market_desk.hpp"

#include "common/protocol/idempotency.hpp"
#include "daemons/instance/tries.hpp"

#include <algorithm>

namespace harvest::instance {

namespace economy = game::economy;
using economy::MarketErrc;

namespace {

constexpr std::size_t page = 50;
constexpr std::size_t told_at_most = 10'000; // that wait to be pushed

// The same action is safe to repeat: its key tells whether it was done.
bool worth_another_try(const Error& error)
{
    return error == Errc::conflict || error == Errc::in_doubt || error == Errc::already_exists;
}

} // namespace

MarketDesk::MarketDesk(std::string source, const GameContents& contents, Market& market, Accounts& accounts,
                       Clock& clock, Entropy& entropy)
    : source_(std::move(source)),
      contents_(contents),
      market_(market),
      accounts_(accounts),
      clock_(clock),
      entropy_(entropy)
{
}

MarketAsk MarketDesk::ask_of(PlayerId player, std::string key)
{
    MarketAsk ask;
    ask.player = std::move(player);
    ask.key = std::move(key);
    ask.source = source_;
    ask.now = clock_.now();
    ask.ids = {new_id<OrderId>(clock_, entropy_), new_id<TransferId>(clock_, entropy_),
               new_id<EventId>(clock_, entropy_)};
    return ask;
}

AsyncResult<std::string> MarketDesk::serve(RpcRequest request)
{
    Result<protocol::PlayerCall> call = protocol::decode<protocol::PlayerCall>(request.body);
    if (!call) co_return call.error();
    const std::string_view json = call->request.text;
    if (request.method == "market.orders") {
        Result<protocol::OrdersRequest> asked = protocol::decode<protocol::OrdersRequest>(json);
        if (!asked) co_return asked.error();
        co_return co_await orders(std::move(call->player), std::move(*asked), request.by);
    }
    if (request.method == "market.book") {
        Result<protocol::BookRequest> asked = protocol::decode<protocol::BookRequest>(json);
        if (!asked) co_return asked.error();
        co_return co_await book(std::move(*asked), request.by);
    }
    if (request.method == "market.trades") {
        Result<protocol::TradesRequest> asked = protocol::decode<protocol::TradesRequest>(json);
        if (!asked) co_return asked.error();
        co_return co_await trades(std::move(*asked), request.by);
    }
    co_return co_await act(std::move(*call), std::move(request.method), std::move(request.traceparent), request.by);
}

AsyncResult<std::string> MarketDesk::act(protocol::PlayerCall call, std::string method, std::string traceparent,
                                         Deadline by)
{
    const bool opens = method == "market.order";
    if (!opens && method != "market.cancel") co_return Errc::not_found;
    if (!call.key || !protocol::is_idempotency_key(*call.key)) co_return protocol::IdempotencyErrc::key_missing;
    MarketAsk ask = ask_of(std::move(call.player), std::move(*call.key));
    ask.traceparent = std::move(traceparent);
    if (opens) {
        Result<protocol::OrderRequest> asked = protocol::decode<protocol::OrderRequest>(call.request.text);
        if (!asked) co_return asked.error();
        co_return co_await open(std::move(*asked), std::move(ask), by);
    }
    Result<protocol::CancelRequest> asked = protocol::decode<protocol::CancelRequest>(call.request.text);
    if (!asked) co_return asked.error();
    co_return co_await cancel(std::move(*asked), std::move(ask), by);
}

AsyncResult<std::string> MarketDesk::open(protocol::OrderRequest request, MarketAsk ask, Deadline by)
{
    Result<OpenOrder> order = open_order(*contents_.now()->market, request, ask);
    if (!order) co_return order.error();
    const Result<std::vector<Sanction>> sanctions = co_await accounts_.sanctions(ask.player, ask.now, by);
    if (!sanctions) co_return sanctions.error();
    const auto bars = [](const Sanction& sanction) { return sanction.bans_from("market"); };
    if (std::ranges::any_of(*sanctions, bars)) order->refused = MarketErrc::banned;
    for (Tries tries(worth_another_try);;) {
        OpenOrder again = *order;
        Result<OrderOpened> opened = co_await market_.open_order(std::move(again), by);
        if (opened) {
            remember(std::move(opened->told));
            co_return std::move(opened->reply);
        }
        if (!tries.another_after(opened.error())) co_return tries.outcome(opened.error());
    }
}

// Beyond what there is room for, nobody is pushed to: their list has it.
void MarketDesk::remember(std::vector<OrderNotice> told)
{
    for (OrderNotice& each : told)
        if (told_.size() < told_at_most) told_.push_back(std::move(each));
}

AsyncResult<std::string> MarketDesk::cancel(protocol::CancelRequest request, MarketAsk ask, Deadline by)
{
    const CancelOrder order = cancel_order(request, ask);
    for (Tries tries(worth_another_try);;) {
        CancelOrder again = order;
        Result<std::string> reply = co_await market_.cancel_order(std::move(again), by);
        if (reply) co_return reply;
        if (!tries.another_after(reply.error())) co_return tries.outcome(reply.error());
    }
}

AsyncResult<std::string> MarketDesk::orders(PlayerId player, protocol::OrdersRequest request, Deadline by)
{
    OrderId cursor = request.cursor.value_or(OrderId{});
    const bool open_only = request.open.value_or(false);
    const Result<std::vector<MarketOrder>> mine =
        co_await market_.orders(std::move(player), open_only, std::move(cursor), page + 1, by);
    if (!mine) co_return mine.error();
    const protocol::OrderList list = order_list(*mine, page);
    co_return protocol::encode(list);
}

AsyncResult<std::string> MarketDesk::book(protocol::BookRequest request, Deadline by)
{
    const std::shared_ptr<const economy::Content> content = contents_.now()->market;
    const std::optional<economy::AssetClass> kind = content->class_of(request.asset);
    if (!kind) co_return MarketErrc::no_such_asset;
    const auto depth = static_cast<std::size_t>(content->rules().depth);
    const Millis now = clock_.now();
    const Result<BookView> view = co_await market_.book(request.asset, depth, now, by);
    if (!view) co_return view.error();
    const protocol::BookInfo info = book_info(std::move(request.asset), content->halted(*kind), *view, now);
    co_return protocol::encode(info);
}

AsyncResult<std::string> MarketDesk::trades(protocol::TradesRequest request, Deadline by)
{
    if (!contents_.now()->market->class_of(request.asset)) co_return MarketErrc::no_such_asset;
    const std::int64_t cursor = request.cursor ? request.cursor->units : 0;
    const Result<std::vector<MarketTrade>> made = co_await market_.trades(request.asset, cursor, page + 1, by);
    if (!made) co_return made.error();
    const Result<std::vector<Candle>> candles = co_await market_.candles(request.asset, clock_.now() - 24h, by);
    if (!candles) co_return candles.error();
    const protocol::TradeList list = trade_list(std::move(request.asset), *made, page, *candles);
    co_return protocol::encode(list);
}

AsyncResult<std::size_t> MarketDesk::sweep(Deadline by)
{
    ExpireOrders expire = expire_orders(swept_at_once, ask_of(PlayerId{}, std::string()));
    Result<OrdersExpired> expired = co_await market_.expire(std::move(expire), by);
    if (!expired) co_return expired.error();
    remember(std::move(expired->told));
    co_return expired->orders;
}

AsyncResult<std::size_t> MarketDesk::offer(Deadline by)
{
    const Millis day = clock_.now() - clock_.now() % Millis{24h};
    if (day == offered_) co_return 0;
    const std::shared_ptr<const game::GameData> data = contents_.now();
    const economy::Content& content = *data->market;
    std::size_t up = 0;
    for (const economy::Floor& floor : content.merchant().floors) {
        const game::farm::Crop* crop = data->farm->find(floor.id);
        std::vector<economy::Offer> offers;
        if (const std::optional<economy::Offer> buys = economy::merchant_buys(content, floor)) offers.push_back(*buys);
        if (crop != nullptr && content.merchant().seeds > 0) {
            const Result<std::vector<Candle>> hours = co_await market_.candles(crop->seed(), clock_.now() - 24h, by);
            if (!hours) co_return hours.error();
            std::int64_t volume = 0;
            for (const Candle& hour : *hours) volume += hour.volume;
            offers.push_back(economy::merchant_sells(content, *crop, volume));
        }
        for (economy::Offer& each : offers) {
            const Result<void> put = co_await put_up(content, std::move(each), day, by);
            if (!put) co_return put.error();
            ++up;
        }
    }
    offered_ = day;
    co_return up;
}

// One order a day and asset: the key is the day's, and another price under it is another instance's later look.
AsyncResult<void> MarketDesk::put_up(const economy::Content& content, economy::Offer offer, Millis day, Deadline by)
{
    const MarketAsk ask = ask_of(economy::merchant_id, to_rfc3339(day).substr(0, 10) + "." + offer.asset);
    const protocol::OrderRequest request{offer.asset, offer.side, {offer.price}, {offer.quantity}};
    Result<OpenOrder> order = open_order(content, request, ask);
    if (!order) co_return order.error();
    order->funded = true;
    order->order.expires_at = day + 24h;
    Result<OrderOpened> opened = co_await market_.open_order(std::move(*order), by);
    if (opened) remember(std::move(opened->told));
    if (opened || opened.error() == protocol::IdempotencyErrc::key_reused) co_return Result<void>();
    // What the rules say against it today is no fault of the store's.
    if (opened.error().category() == make_error_code(MarketErrc::halted).category()) co_return Result<void>();
    co_return opened.error();
}

} // namespace harvest::instance
