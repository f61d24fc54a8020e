// What a bot owns by what it has been told: things, cards as "card.<id>", and its orders with what is still in escrow.
#pragma once

#include "common/game/economy/book.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/market.hpp"

#include <map>
#include <set>
#include <string>

namespace harvest::bots {

using Holdings = std::map<std::string, std::int64_t, std::less<>>;

class Books {
public:
    explicit Books(game::economy::Rules market) : market_(market) {}

    bool open() const { return open_; }
    void begin(Holdings now);
    std::int64_t owned(std::string_view asset) const;
    const Holdings& holdings() const { return holdings_; }

    // The reply to an action that was done. Errors: invalid_argument (it cannot be read).
    Result<void> done(std::string_view op, std::string_view request, std::string_view reply);
    void gained(std::string_view asset, std::int64_t amount) { holdings_[std::string(asset)] += amount; }
    // How an order of this bot stands; what others made of it since it was last seen counts now.
    void seen(const protocol::OrderInfo& order);
    std::vector<OrderId> open_orders() const; // as last seen, the oldest first
    bool knows(const OrderId& order) const { return orders_.contains(order); }

    // The first asset that differs: "wheat: 12 by the server, 10 by what it has told"; "" if none. `but` are left out.
    std::string difference(const Holdings& now, const std::set<std::string>& but) const;

private:
    struct Order {
        std::int64_t left{}, earned{}; // of a sale: coins before the fee
        bool open{};
    };
    void moved(const std::vector<protocol::AssetAmount>& amounts, int sign);
    void placed(const protocol::OrderReply& reply);

    game::economy::Rules market_;
    bool open_ = false;
    Holdings holdings_;
    std::map<OrderId, Order> orders_; // ids are in the order of time
};

} // namespace harvest::bots
