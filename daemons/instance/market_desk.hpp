// Answers the Rpc methods "market.*", ends orders whose time has passed and keeps the merchant's offers up
// (harvest-game(7) §3). Holds no book in memory: any instance answers for every asset.
#pragma once

#include "common/game/economy/merchant.hpp"
#include "common/ports/accounts.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/market.hpp"
#include "common/ports/rpc.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/instance/market_service.hpp"

#include <memory>
#include <utility>

namespace harvest::instance {

class MarketDesk {
public:
    // `source` ("instance-0") names this daemon in events.
    MarketDesk(std::string source, const GameContents& contents, Market& market, Accounts& accounts, Clock& clock,
               Entropy& entropy);

    static bool answers(std::string_view method) { return method.starts_with("market."); }
    // Errors: not_found (no such method), invalid_argument, MarketErrc, IdempotencyErrc, those of the stores.
    AsyncResult<std::string> serve(RpcRequest request);

    static constexpr std::size_t swept_at_once = 100;
    // Ends at most that many orders: how many.
    AsyncResult<std::size_t> sweep(Deadline by);
    // Puts up the merchant's offers of the day, which every instance may try: how many; none once they have been.
    AsyncResult<std::size_t> offer(Deadline by);

    // What owners of orders are to be told, each once. It is lost with the process; the store keeps it for them.
    std::vector<OrderNotice> take_told() { return std::exchange(told_, {}); }

private:
    AsyncResult<std::string> act(protocol::PlayerCall call, std::string method, std::string traceparent, Deadline by);
    AsyncResult<std::string> open(protocol::OrderRequest request, MarketAsk ask, Deadline by);
    AsyncResult<std::string> cancel(protocol::CancelRequest request, MarketAsk ask, Deadline by);
    AsyncResult<std::string> orders(PlayerId player, protocol::OrdersRequest request, Deadline by);
    AsyncResult<std::string> book(protocol::BookRequest request, Deadline by);
    AsyncResult<std::string> trades(protocol::TradesRequest request, Deadline by);
    AsyncResult<void> put_up(const game::economy::Content& content, game::economy::Offer offer, Millis day,
                             Deadline by);
    MarketAsk ask_of(PlayerId player, std::string key);
    void remember(std::vector<OrderNotice> told);

    std::string source_;
    const GameContents& contents_;
    Market& market_;
    Accounts& accounts_;
    Clock& clock_;
    Entropy& entropy_;
    Millis offered_{}; // the day whose offers are up
    std::vector<OrderNotice> told_;
};

} // namespace harvest::instance
