// The book against a plain one: every unit is traded by itself, with the best order found by looking at all of them.
#include "common/game/economy/merchant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace harvest;
using namespace harvest::game::economy;

namespace {

Order order_of(int number, const std::string& owner, Side side, std::int64_t price, std::int64_t quantity)
{
    Order order;
    order.id = OrderId{"o_" + std::to_string(number)};
    order.owner = PlayerId{owner};
    order.asset = "wheat";
    order.side = side;
    order.price = price;
    order.quantity = order.left = quantity;
    order.seq = number;
    order.opened_at = Millis{number};
    return order;
}

// Keeps what rests, in the order in which it is met.
class Book {
public:
    explicit Book(Rules rules) : rules_(rules) {}

    Placement take(Order order)
    {
        std::vector<Order>& others = side(order.side == Side::buy ? Side::sell : Side::buy);
        Placement placement = place(rules_, std::move(order), others);
        for (std::size_t i = 0; i < placement.fills.size(); ++i) others[i] = placement.fills[i].maker;
        std::erase_if(others, [](const Order& each) { return each.state != OrderState::open; });
        if (placement.order.state == OrderState::open) rest(placement.order);
        return placement;
    }
    const std::vector<Order>& resting(Side which) { return side(which); }

private:
    std::vector<Order>& side(Side which) { return which == Side::buy ? bids_ : asks_; }
    void rest(const Order& order)
    {
        std::vector<Order>& mine = side(order.side);
        mine.insert(std::upper_bound(mine.begin(), mine.end(), order,
                                     [](const Order& left, const Order& right) {
                                         return left.side == Side::buy ? left.price > right.price
                                                                       : left.price < right.price;
                                     }),
                    order);
    }
    Rules rules_;
    std::vector<Order> bids_, asks_;
};

// For the test only.
class PlainBook {
public:
    struct Entry {
        std::string owner;
        bool buys{};
        std::int64_t price{}, left{}, sold_for{};
        bool open{};
    };

    // Gives each trade's (number of the maker, units, coins).
    std::vector<std::array<std::int64_t, 3>> take(int number, const Order& order)
    {
        entries_[number] = {order.owner.value, order.side == Side::buy, order.price, order.left, 0, true};
        Entry& mine = entries_[number];
        std::vector<std::array<std::int64_t, 3>> trades;
        while (mine.left > 0) {
            const int best = best_for(number);
            if (best < 0) break;
            Entry& other = entries_[best];
            if (other.owner == mine.owner) {
                mine.open = false;
                break;
            }
            if (trades.empty() || trades.back()[0] != best) trades.push_back({best, 0, 0});
            trades.back()[1] += 1;
            trades.back()[2] += other.price;
            (mine.buys ? other : mine).sold_for += other.price;
            --mine.left;
            if (--other.left == 0) other.open = false;
        }
        if (mine.left == 0) mine.open = false;
        return trades;
    }
    const Entry& entry(int number) { return entries_[number]; }
    std::size_t open() const
    {
        std::size_t count = 0;
        for (const auto& [number, entry] : entries_) count += entry.open ? 1 : 0;
        return count;
    }

private:
    int best_for(int number)
    {
        const Entry& mine = entries_[number];
        int best = -1;
        for (const auto& [other, entry] : entries_) {
            if (!entry.open || entry.buys == mine.buys || other == number) continue;
            if (mine.buys ? entry.price > mine.price : entry.price < mine.price) continue;
            const bool better =
                best < 0 || (mine.buys ? entry.price < entries_[best].price : entry.price > entries_[best].price);
            if (better) best = other; // numbers rise: the first of a price stays
        }
        return best;
    }
    std::map<int, Entry> entries_;
};

int number_of(const Order& order)
{
    return std::stoi(order.id.value.substr(2));
}

} // namespace

TEST_CASE("The book trades as a plain one does, unit by unit, and no coin is lost", "[market]")
{
    for (unsigned seed = 1; seed <= 200; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](unsigned bound) { return static_cast<int>(random() % bound); };
        Rules rules;
        rules.fills = 1'000;
        Book book(rules);
        PlainBook plain;
        std::map<int, std::int64_t> fees; // by the seller's order
        for (int number = 1; number <= 120; ++number) {
            const Order order = order_of(number, std::string(1, static_cast<char>('a' + below(5))),
                                         below(2) == 0 ? Side::buy : Side::sell, 1 + below(12), 1 + below(30));
            const Placement placement = book.take(order);
            const auto expected = plain.take(number, order);
            INFO("seed " << seed << " order " << number);
            REQUIRE(placement.fills.size() == expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const Fill& fill = placement.fills[i];
                CHECK(number_of(fill.maker) == expected[i][0]);
                CHECK(fill.quantity == expected[i][1]);
                CHECK(fill.coins == expected[i][2]);
                CHECK(fill.fee >= 0);
                CHECK(fill.fee <= fill.coins);
                CHECK(fill.maker.owner != order.owner);
                fees[order.side == Side::sell ? number : number_of(fill.maker)] += fill.fee;
            }
            CHECK(placement.order.left == plain.entry(number).left);
            CHECK((placement.order.state == OrderState::open) == plain.entry(number).open);
            // A buyer's stake: what was paid, what is back, and what still stands.
            std::int64_t paid = 0;
            for (const Fill& fill : placement.fills) paid += fill.coins;
            if (order.side == Side::buy)
                CHECK(stake_of(order).amount == paid + saved(placement) + stake_of(placement.order).amount);
            else
                CHECK(saved(placement) == 0);
        }
        CHECK(book.resting(Side::buy).size() + book.resting(Side::sell).size() == plain.open());
        if (!book.resting(Side::buy).empty() && !book.resting(Side::sell).empty())
            CHECK(book.resting(Side::buy).front().price < book.resting(Side::sell).front().price);
        for (const auto& [number, fee] : fees) CHECK(fee == (2 * plain.entry(number).sold_for + 99) / 100);
    }
}

TEST_CASE("Earlier comes first at a price, and the maker's price is paid", "[market]")
{
    Book book{Rules{}};
    book.take(order_of(1, "ada", Side::sell, 5, 10));
    book.take(order_of(2, "bob", Side::sell, 4, 3));
    book.take(order_of(3, "cid", Side::sell, 5, 10));
    const Placement placement = book.take(order_of(4, "dot", Side::buy, 7, 15));
    REQUIRE(placement.fills.size() == 3);
    CHECK(number_of(placement.fills[0].maker) == 2);
    CHECK(placement.fills[0].coins == 12);
    CHECK(number_of(placement.fills[1].maker) == 1);
    CHECK(placement.fills[1].maker.state == OrderState::filled);
    CHECK(number_of(placement.fills[2].maker) == 3);
    CHECK(placement.fills[2].maker.left == 8);
    CHECK(placement.order.state == OrderState::filled);
    CHECK(saved(placement) == 3 * 3 + 12 * 2);
}

TEST_CASE("The newer order ends where it would meet its owner's own", "[market]")
{
    Book book{Rules{}};
    book.take(order_of(1, "bob", Side::sell, 4, 3));
    book.take(order_of(2, "ada", Side::sell, 5, 10));
    book.take(order_of(3, "bob", Side::sell, 6, 3));
    const Placement placement = book.take(order_of(4, "ada", Side::buy, 6, 8));
    REQUIRE(placement.fills.size() == 1);
    CHECK(placement.order.state == OrderState::self_trade);
    CHECK(stake_of(placement.order) == Item{"coin", 30});
    CHECK(book.resting(Side::sell).size() == 2); // the older one stands
    CHECK(book.resting(Side::buy).empty());
}

TEST_CASE("An order meets no more others at once than it may; the rest of it is cut", "[market]")
{
    Rules rules;
    rules.fills = 2;
    Book book(rules);
    for (int number = 1; number <= 3; ++number) book.take(order_of(number, "bob", Side::sell, 1, 1));
    CHECK(book.take(order_of(4, "ada", Side::buy, 1, 2)).order.state == OrderState::filled);
    for (int number = 5; number <= 6; ++number) book.take(order_of(number, "bob", Side::sell, 1, 1));
    const Placement placement = book.take(order_of(7, "ada", Side::buy, 1, 9));
    CHECK(placement.fills.size() == 2);
    CHECK(placement.order.state == OrderState::cut);
    CHECK(placement.order.left == 7);
    CHECK(book.resting(Side::buy).empty());
}

TEST_CASE("The fee is rounded up once an order, not once a piece", "[market]")
{
    const Rules rules;
    CHECK(fee_of(rules, 0, 1) == 1);
    CHECK(fee_of(rules, 1, 1) == 0);
    CHECK(fee_of(rules, 49, 2) == 1);
    CHECK(fee_of(rules, 0, 5'000) == 100);
    std::int64_t fees = 0;
    for (std::int64_t earned = 0; earned < 1'000; ++earned) fees += fee_of(rules, earned, 1);
    CHECK(fees == 20);
}

TEST_CASE("Numbers out of bounds are told apart", "[market]")
{
    Rules rules;
    const auto refused = [&](std::int64_t price, std::int64_t quantity) {
        const Result<void> checked = check_numbers(rules, price, quantity);
        return checked ? std::string("fine") : std::string(wire_code(checked.error()));
    };
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(refused(1, 1) == "fine");
    CHECK(refused(1'000'000, 1'000) == "fine");
    CHECK(refused(0, 1) == "market.bad_price");
    CHECK(refused(-1, 1) == "market.bad_price");
    CHECK(refused(1'000'001, 1) == "market.bad_price");
    CHECK(refused(most, most) == "market.bad_price");
    CHECK(refused(1, 0) == "market.bad_quantity");
    CHECK(refused(1, -5) == "market.bad_quantity");
    CHECK(refused(1, most) == "market.bad_quantity");
    CHECK(refused(1'000'000, 1'001) == "market.too_large");
    rules.price_at_most = rules.quantity_at_most = most;
    CHECK(refused(most / 2, 3) == "market.too_large");
}
