#include "cli/bots/life/trading.hpp"

#include <algorithm>

namespace harvest::bots {
namespace {

using game::economy::Side;

constexpr std::array<std::string_view, 6> wares{"wheat", "wheat", "carrot", "potato", "compost", "stardust"};
constexpr std::int64_t plenty = 12;     // of what more is sold
constexpr std::int64_t kept_coins = 30; // coins that are not spent here
constexpr std::size_t orders_open = 5;  // with more of them the oldest is taken back
constexpr Millis between_cancels = 250ms;

// What a bot asks of the book before it: a price that meets the best one there, or one of its own near it.
std::int64_t price_for(Side side, const protocol::BookInfo& book, Chance& chance)
{
    const std::vector<protocol::BookLevel>& others = side == Side::sell ? book.bids : book.asks;
    if (!others.empty() && others.front().price.units <= 4 && chance.happens(0.6)) return others.front().price.units;
    return chance.between(1, 3);
}

} // namespace

AsyncResult<protocol::BookInfo> Trading::look_at_book(std::string asset)
{
    Ask look;
    look.op = "market.book";
    look.data = encode(protocol::BookRequest{std::move(asset)});
    look.door = chance_.happens(0.5) ? Door::rest : Door::live;
    const Result<std::string> text = co_await client_.ask(std::move(look));
    if (!text) co_return text.error();
    co_return protocol::decode<protocol::BookInfo>(*text, nullptr, protocol::Unknown::ignore);
}

AsyncResult<void> Trading::order(const protocol::BookInfo& book)
{
    const std::int64_t held = deeds_.books().owned(book.asset), coins = deeds_.books().owned("coin") - kept_coins;
    const Side side = held > plenty ? Side::sell : Side::buy;
    const std::int64_t price = price_for(side, book, chance_);
    const std::int64_t most = side == Side::sell ? (held - plenty / 2) / 2 : std::min<std::int64_t>(8, coins / price);
    if (most < 1) co_return Result<void>{};
    protocol::OrderRequest request;
    request.asset = book.asset;
    request.side = side;
    request.price.units = price;
    request.quantity.units = chance_.between((most + 1) / 2, most);
    std::string data = encode(request);
    const Instant sent = std::chrono::steady_clock::now();
    const Result<std::string> done = co_await deeds_.act("market.order", std::move(data));
    if (!done) co_return unless_cut(done.error());
    const auto reply = protocol::decode<protocol::OrderReply>(*done, nullptr, protocol::Unknown::ignore);
    if (!reply) co_return reply.error();
    if (!reply->fills.empty()) client_.observer().done("market.fill", sent, sent);
    co_return Result<void>{};
}

AsyncResult<void> Trading::cancel(OrderId order)
{
    std::string data = encode(protocol::CancelRequest{order});
    const Result<std::string> done = co_await deeds_.act("market.cancel", std::move(data));
    if (done || is_cut(done.error())) co_return done ? Result<void>() : Result<void>(done.error());
    co_return co_await look_at_orders(false); // it was met meanwhile
}

AsyncResult<void> Trading::look_at_orders(bool all)
{
    std::string query;
    for (;;) {
        const Result<std::string> text = co_await client_.look("market.orders", "/v1/market/orders", query);
        if (!text) co_return text.error();
        const auto page = protocol::decode<protocol::OrderList>(*text, nullptr, protocol::Unknown::ignore);
        if (!page) co_return page.error();
        bool ours = false;
        for (const protocol::OrderInfo& each : page->items) {
            ours = ours || deeds_.books().knows(each.id);
            deeds_.books().seen(each);
        }
        if (!all || !ours || !page->next_cursor) co_return Result<void>{};
        query = "cursor=" + page->next_cursor->value;
    }
}

AsyncResult<void> Trading::clear()
{
    for (;;) {
        const Result<std::string> text = co_await client_.look("market.orders", "/v1/market/orders", "state=open");
        if (!text) co_return text.error();
        const auto page = protocol::decode<protocol::OrderList>(*text, nullptr, protocol::Unknown::ignore);
        if (!page) co_return page.error();
        if (page->items.empty()) co_return Result<void>{};
        for (const protocol::OrderInfo& each : page->items) {
            std::string data = encode(protocol::CancelRequest{each.id});
            const Result<std::string> done = co_await deeds_.act("market.cancel", std::move(data));
            if (!done && is_cut(done.error())) co_return done.error();
            const Result<void> slept =
                co_await client_.world().clock.sleep_until(client_.world().clock.after(between_cancels));
            if (!slept) co_return slept;
        }
    }
}

AsyncResult<void> Trading::step()
{
    const std::string asset(wares[chance_.below(wares.size())]);
    const Result<protocol::BookInfo> book = co_await look_at_book(asset);
    if (!book) co_return unless_cut(book.error());
    Result<void> ok = co_await order(*book);
    const std::vector<OrderId> open = deeds_.books().open_orders();
    if (ok && !open.empty() && (open.size() > orders_open || chance_.happens(0.4)))
        ok = co_await cancel(open[chance_.below(open.size())]);
    if (ok && chance_.happens(0.3)) ok = co_await look_at_orders(false);
    if (ok && chance_.happens(0.3)) {
        const Result<std::string> trades = co_await client_.look("market.trades", "/v1/market/trades/" + asset);
        if (!trades) co_return unless_cut(trades.error());
    }
    co_return ok;
}

} // namespace harvest::bots
