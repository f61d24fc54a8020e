// Why the market refuses; each has a stable wire code "market.<name>". A refusal changes nothing.
#pragma once

#include "common/base/result.hpp"

namespace harvest::game::economy {

enum class MarketErrc {
    no_such_asset = 1, // or one that is not traded, as coins
    bad_price,
    bad_quantity,
    too_large, // price times quantity
    halted,    // the asset's class, for now
    too_many_orders,
    no_coin,
    no_goods,
    self_trade, // the first order that it would meet is the player's own
    no_such_order,
    order_closed,   // filled, cancelled or expired before
    bad_serial,     // it goes with one copy of a card to sell
    no_such_serial, // the player does not have that number
    banned,         // from the market, or from all
};

boost::system::error_code make_error_code(MarketErrc code);

} // namespace harvest::game::economy

template <>
struct boost::system::is_error_code_enum<harvest::game::economy::MarketErrc> : std::true_type {};
