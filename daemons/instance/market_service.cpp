#include "daemons/instance/market_service.hpp"

#include "common/ports/records/changes.hpp"

namespace harvest::instance {

namespace economy = game::economy;

namespace {

std::string name_of(auto value)
{
    return boost::describe::enum_to_string(value, "unknown");
}

// Numbers the events of one action.
class Events {
public:
    explicit Events(const MarketAsk& ask) : ask_(ask) {}
    template <class Data>
    void put(std::string_view type, const PlayerId& subject, const Data& data)
    {
        OutboxEvent out;
        out.topic = protocol::topic::game;
        out.event = {nth_id(ask_.ids.event, list_.size()),
                     std::string(type),
                     ask_.source,
                     subject.value,
                     ask_.traceparent,
                     ask_.now,
                     protocol::encode(data)};
        list_.push_back(std::move(out));
    }
    std::vector<OutboxEvent> take() { return std::move(list_); }

private:
    const MarketAsk& ask_;
    std::vector<OutboxEvent> list_;
};

std::vector<protocol::AssetAmount> amounts(const std::vector<economy::Item>& items)
{
    std::vector<protocol::AssetAmount> out;
    out.reserve(items.size());
    for (const economy::Item& item : items) out.push_back({item.asset, {item.amount}});
    return out;
}

protocol::MarketTraded traded(const MarketOrder& order, const economy::Fill& fill)
{
    const bool buys = order.side == economy::Side::buy;
    protocol::MarketTraded event;
    event.asset = order.asset;
    event.buyer = buys ? order.owner : fill.maker.owner;
    event.seller = buys ? fill.maker.owner : order.owner;
    event.maker = fill.maker.id;
    event.taker = order.id;
    event.price.units = fill.maker.price;
    event.quantity.units = fill.quantity;
    event.fee.units = fill.fee;
    event.changes = changes_of(fill_transfers(order, fill, {}));
    event.serial = serial_of(economy::seller_of(order, fill));
    return event;
}

protocol::MarketClosed closed(const MarketOrder& order)
{
    const std::vector<Transfer> back{return_transfer(order, {})};
    return {order.owner,      order.id,        order.asset, name_of(order.state), amounts({economy::stake_of(order)}),
            changes_of(back), serial_of(order)};
}

Told tell_opened(const economy::Placement& placement, std::vector<Transfer> moved, const MarketAsk& ask)
{
    const MarketOrder& order = placement.order;
    protocol::OrderReply reply{to_rfc3339(ask.now), order_info(order), {}, amounts(returned_items(placement))};
    Events events(ask);
    for (const economy::Fill& fill : placement.fills) {
        reply.fills.push_back(
            {{fill.maker.price}, {fill.quantity}, {fill.fee}, serial_of(economy::seller_of(order, fill))});
        events.put(protocol::event_type::market_traded, fill.maker.owner, traded(order, fill));
    }
    for (Transfer& each : returned_transfers(placement, {})) moved.push_back(std::move(each));
    const protocol::MarketOpened opened{order.owner,       order.id,         order.asset,  name_of(order.side),
                                        {order.price},     {order.quantity}, {order.left}, name_of(order.state),
                                        changes_of(moved), serial_of(order)};
    events.put(protocol::event_type::market_opened, order.owner, opened);
    return {protocol::encode(reply), events.take()};
}

Told tell_cancelled(const MarketOrder& order, const MarketAsk& ask)
{
    const protocol::OrderReply reply{to_rfc3339(ask.now), order_info(order), {}, amounts({economy::stake_of(order)})};
    Events events(ask);
    events.put(protocol::event_type::market_closed, order.owner, closed(order));
    return {protocol::encode(reply), events.take()};
}

IdempotencyRecord record_of(const MarketAsk& ask, std::string request)
{
    return {ask.player, ask.key, std::move(request), std::string(), ask.now};
}

// What the content of today says against an order; of one that was taken under yesterday's it says nothing.
Error refusal(const economy::Content& content, const protocol::OrderRequest& request)
{
    const std::optional<economy::AssetClass> kind = content.class_of(request.asset);
    if (!kind) return economy::MarketErrc::no_such_asset;
    const Result<void> numbers = economy::check_numbers(content.rules(), request.price.units, request.quantity.units);
    if (!numbers) return numbers.error();
    if (content.halted(*kind)) return economy::MarketErrc::halted;
    return {};
}

} // namespace

Result<OpenOrder> open_order(const economy::Content& content, const protocol::OrderRequest& request,
                             const MarketAsk& ask)
{
    OpenOrder open;
    open.order.id = ask.ids.order;
    open.order.owner = ask.player;
    open.order.asset = request.asset;
    open.order.side = request.side;
    open.order.price = request.price.units;
    open.order.quantity = open.order.left = request.quantity.units;
    if (request.serial) {
        open.order.serial = *request.serial;
        const Result<void> serial = *request.serial == 0 ? economy::MarketErrc::bad_serial : check_serial(open.order);
        if (!serial) return serial.error();
    }
    open.order.opened_at = ask.now;
    open.order.expires_at = ask.now + content.rules().lifetime;
    open.rules = content.rules();
    open.refused = refusal(content, request);
    open.record = record_of(ask, "market.order " + protocol::encode(request));
    open.first_transfer = ask.ids.transfer;
    open.tell = [ask](const economy::Placement& placement, const std::vector<Transfer>& stake) {
        return tell_opened(placement, stake, ask);
    };
    return open;
}

CancelOrder cancel_order(const protocol::CancelRequest& request, const MarketAsk& ask)
{
    CancelOrder cancel;
    cancel.order = request.order;
    cancel.record = record_of(ask, "market.cancel " + protocol::encode(request));
    cancel.first_transfer = ask.ids.transfer;
    cancel.tell = [ask](const MarketOrder& order) { return tell_cancelled(order, ask); };
    return cancel;
}

ExpireOrders expire_orders(std::size_t limit, const MarketAsk& ask)
{
    ExpireOrders expire;
    expire.now = ask.now;
    expire.limit = limit;
    expire.first_transfer = ask.ids.transfer;
    expire.tell = [ask](const std::vector<MarketOrder>& orders) {
        Events events(ask);
        for (const MarketOrder& order : orders)
            events.put(protocol::event_type::market_closed, order.owner, closed(order));
        return events.take();
    };
    return expire;
}

protocol::OrderList order_list(const std::vector<MarketOrder>& orders, std::size_t page)
{
    protocol::OrderList list;
    for (std::size_t i = 0; i < orders.size() && i < page; ++i) list.items.push_back(order_info(orders[i]));
    if (orders.size() > page) list.next_cursor = list.items.back().id;
    return list;
}

protocol::BookInfo book_info(std::string asset, bool halted, const BookView& book, Millis now)
{
    protocol::BookInfo info{to_rfc3339(now), std::move(asset), halted, {}, {}};
    for (const BookLevel& level : book.bids) info.bids.push_back({{level.price}, {level.quantity}, level.orders});
    for (const BookLevel& level : book.asks) info.asks.push_back({{level.price}, {level.quantity}, level.orders});
    return info;
}

protocol::TradeList trade_list(std::string asset, const std::vector<MarketTrade>& trades, std::size_t page,
                               const std::vector<Candle>& candles)
{
    protocol::TradeList list;
    list.asset = std::move(asset);
    for (std::size_t i = 0; i < trades.size() && i < page; ++i)
        list.items.push_back({{trades[i].price}, {trades[i].quantity}, trades[i].taker, to_rfc3339(trades[i].at)});
    if (trades.size() > page) list.next_cursor = protocol::Amount{trades[page - 1].seq};
    for (const Candle& candle : candles)
        list.candles.push_back({to_rfc3339(candle.from),
                                {candle.open},
                                {candle.high},
                                {candle.low},
                                {candle.close},
                                {candle.volume},
                                candle.trades});
    return list;
}

} // namespace harvest::instance
