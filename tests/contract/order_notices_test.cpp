// Notifications of resting orders: kept in the transaction of what they tell, one an order, of nobody else.
#include "tests/contract/support/market.hpp"
#include "tests/contract/support/social.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

template <class Stores>
struct Square {
    Stores stores;
    const PlayerId seller = person(stores, "Seller"), buyer = person(stores, "Buyer");

    Square()
    {
        give(stores, seller, "wheat", 100);
        give(stores, buyer, "coin", 1'000);
    }
    std::vector<OrderNotice> told(OpenOrder open)
    {
        Result<OrderOpened> opened = get(stores->market.open_order(std::move(open), stores.soon()));
        REQUIRE(opened);
        return std::move(opened->told);
    }
    std::vector<OrderNotice> told_of_end(Millis now)
    {
        ExpireOrders all;
        all.now = now;
        all.limit = 10;
        all.first_transfer = stores.template id<TransferId>();
        all.tell = [](const std::vector<MarketOrder>&) { return std::vector<OutboxEvent>(); };
        return get(stores->market.expire(std::move(all), stores.soon())).value().told;
    }
    NotificationPage list(const PlayerId& player)
    {
        return get(stores->social.notifications(player, 0, 50, stores.soon())).value();
    }
};

} // namespace

TEMPLATE_TEST_CASE("The owner of a resting order is told of each fill once, and one entry of it is kept", "[market]",
                   HARVEST_STORES)
{
    Square<TestType> square;
    auto& stores = square.stores;
    OpenOrder sale = opening(stores, square.seller, Side::sell, 3, 10);
    CHECK(square.told(sale).empty()); // met nothing
    OpenOrder purchase = opening(stores, square.buyer, Side::buy, 5, 4);
    const std::vector<OrderNotice> first = square.told(purchase);
    REQUIRE(first.size() == 1);
    CHECK(first[0].player == square.seller);
    CHECK(first[0].notification.kind == "order_filled");
    CHECK(first[0].notification.about == square.seller); // whoever bought is not named
    CHECK(first[0].notification.name == "Seller");
    CHECK(first[0].notification.order == look(stores, square.seller, sale.order.id));
    CHECK(first[0].notification.order->left == 6);
    CHECK(square.told(purchase).empty()); // the same request again
    stores.reopen();
    CHECK(square.told(purchase).empty());
    CHECK(square.list(square.seller).items.size() == 1);
    REQUIRE(get(stores->social.read_notifications(square.seller, 1, stores.soon())));
    CHECK(square.list(square.seller).unread == 0);

    const std::vector<OrderNotice> second = square.told(opening(stores, square.buyer, Side::buy, 3, 6));
    REQUIRE(second.size() == 1);
    CHECK(second[0].notification.order->state == OrderState::filled);
    const NotificationPage kept = square.list(square.seller);
    REQUIRE(kept.items.size() == 1); // instead of the one before
    CHECK(kept.unread == 1);
    CHECK(kept.items[0].number == 2);
    CHECK(kept.items[0].order == second[0].notification.order);
    CHECK(square.list(square.buyer).items.empty()); // a taker has its reply
    check_sound(stores);
}

TEMPLATE_TEST_CASE("Of all orders that one meets, each owner is told of theirs", "[market]", HARVEST_STORES)
{
    Square<TestType> square;
    auto& stores = square.stores;
    const PlayerId other = person(stores, "Other"), stranger{"p_without_account"};
    for (const PlayerId& player : {other, stranger}) give(stores, player, "wheat", 5);
    placed(stores, square.seller, Side::sell, 2, 1);
    placed(stores, other, Side::sell, 2, 1);
    placed(stores, stranger, Side::sell, 2, 1); // as the merchant: nobody to tell
    placed(stores, square.seller, Side::sell, 4, 1);
    placed(stores, other, Side::sell, 9, 1); // not met
    std::map<PlayerId, int> told;
    for (const OrderNotice& each : square.told(opening(stores, square.buyer, Side::buy, 4, 10))) ++told[each.player];
    CHECK(told == std::map<PlayerId, int>{{square.seller, 2}, {other, 1}});
    CHECK(square.list(square.seller).items.size() == 2);
    CHECK(square.list(other).items.size() == 1);
}

TEMPLATE_TEST_CASE("An order that has expired is told once; one that its owner cancels, or whose rest met the own, not",
                   "[market]", HARVEST_STORES)
{
    Square<TestType> square;
    auto& stores = square.stores;
    const OrderId sale = placed(stores, square.seller, Side::sell, 3, 10);
    const OrderId other = placed(stores, square.seller, Side::sell, 4, 10);
    REQUIRE(cancel(stores, square.seller, other, "c"));
    CHECK(square.told_of_end(noon + week - 1ms).empty());
    const std::vector<OrderNotice> ended = square.told_of_end(noon + week);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].notification.kind == "order_expired");
    CHECK(ended[0].notification.order == look(stores, square.seller, sale));
    CHECK(square.told_of_end(noon + week).empty());
    const NotificationPage kept = square.list(square.seller);
    REQUIRE(kept.items.size() == 1);
    CHECK(kept.items[0].kind == "order_expired");

    // The rest of a taker ends at the own order, of which its reply tells; the resting one stays as it is.
    give(stores, square.seller, "coin", 100);
    const OrderId own = placed(stores, square.seller, Side::sell, 3, 5);
    give(stores, square.buyer, "wheat", 1);
    placed(stores, square.buyer, Side::sell, 2, 1);
    const std::vector<OrderNotice> met = square.told(opening(stores, square.seller, Side::buy, 3, 2));
    REQUIRE(met.size() == 1);
    CHECK(met[0].player == square.buyer);
    CHECK(look(stores, square.seller, own).state == OrderState::open);
    CHECK(square.list(square.seller).items.size() == 1);
}
