#include "common/game/economy/errc.hpp"

#include <array>
#include <string>

namespace harvest::game::economy {

namespace {

struct Row {
    MarketErrc code;
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{MarketErrc::no_such_asset, "market.no_such_asset", Errc::not_found, "the market has no book of that asset"},
    Row{MarketErrc::bad_price, "market.bad_price", Errc::invalid_argument, "the price is out of bounds"},
    Row{MarketErrc::bad_quantity, "market.bad_quantity", Errc::invalid_argument, "the quantity is out of bounds"},
    Row{MarketErrc::too_large, "market.too_large", Errc::invalid_argument, "price times quantity is out of bounds"},
    Row{MarketErrc::halted, "market.halted", Errc::failed_precondition, "trade in assets of that class is halted"},
    Row{MarketErrc::too_many_orders, "market.too_many_orders", Errc::failed_precondition,
        "as many orders are open as may be"},
    Row{MarketErrc::no_coin, "market.no_coin", Errc::failed_precondition, "not enough coins"},
    Row{MarketErrc::no_goods, "market.no_goods", Errc::failed_precondition, "not enough of the asset"},
    Row{MarketErrc::self_trade, "market.self_trade", Errc::failed_precondition, "the order would meet one's own"},
    Row{MarketErrc::no_such_order, "market.no_such_order", Errc::not_found, "one has no such order"},
    Row{MarketErrc::order_closed, "market.order_closed", Errc::failed_precondition, "the order is no longer open"},
};

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737420) {}
    const char* name() const noexcept override { return "market"; }
    std::string message(int value) const override { return std::string(known(value) ? row(value).message : "unknown"); }
    std::string_view wire_code(int value) const noexcept override { return known(value) ? row(value).wire_code : ""; }
    boost::system::error_condition default_error_condition(int value) const noexcept override
    {
        return {static_cast<int>(known(value) ? row(value).meaning : Errc::internal), errc_category()};
    }

private:
    static bool known(int value) { return value >= 1 && static_cast<std::size_t>(value) <= rows.size(); }
    static const Row& row(int value) { return rows[static_cast<std::size_t>(value - 1)]; }
};

const Category category; // from the start, so that from_wire_code() knows it

} // namespace

boost::system::error_code make_error_code(MarketErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::game::economy
