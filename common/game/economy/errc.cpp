#include "common/game/economy/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::game::economy {
namespace {

constexpr std::array rows{
    Refusal{MarketErrc::no_such_asset, "market.no_such_asset", Errc::not_found, "the market has no book of that asset"},
    Refusal{MarketErrc::bad_price, "market.bad_price", Errc::invalid_argument, "the price is out of bounds"},
    Refusal{MarketErrc::bad_quantity, "market.bad_quantity", Errc::invalid_argument, "the quantity is out of bounds"},
    Refusal{MarketErrc::too_large, "market.too_large", Errc::invalid_argument, "price times quantity is out of bounds"},
    Refusal{MarketErrc::halted, "market.halted", Errc::failed_precondition, "trade in assets of that class is halted"},
    Refusal{MarketErrc::too_many_orders, "market.too_many_orders", Errc::failed_precondition,
            "as many orders are open as may be"},
    Refusal{MarketErrc::no_coin, "market.no_coin", Errc::failed_precondition, "not enough coins"},
    Refusal{MarketErrc::no_goods, "market.no_goods", Errc::failed_precondition, "not enough of the asset"},
    Refusal{MarketErrc::self_trade, "market.self_trade", Errc::failed_precondition, "the order would meet one's own"},
    Refusal{MarketErrc::no_such_order, "market.no_such_order", Errc::not_found, "one has no such order"},
    Refusal{MarketErrc::order_closed, "market.order_closed", Errc::failed_precondition, "the order is no longer open"},
    Refusal{MarketErrc::bad_serial, "market.bad_serial", Errc::invalid_argument,
            "a serial number goes with one copy of a card to sell"},
    Refusal{MarketErrc::no_such_serial, "market.no_such_serial", Errc::failed_precondition,
            "one does not have that number of the card"},
    Refusal{MarketErrc::banned, "market.banned", Errc::permission_denied, "banned from the market"},
};

const DomainTable table(0x6861727665737420, "market", rows);

} // namespace

boost::system::error_code make_error_code(MarketErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::game::economy
