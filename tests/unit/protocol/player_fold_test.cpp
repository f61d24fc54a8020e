#include "common/protocol/player_fold.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace harvest;
using namespace harvest::protocol;

namespace {

const PlayerId ada{"p_01JDBQ6W5R9YN2M4T73R6W1XYA"}, bob{"p_01JDBQ6W5R9YN2M4T73R6W1XYB"};

struct Told {
    std::string id;
    std::string_view type;
    std::string data;
};

std::vector<Told> story()
{
    const auto registered = [](const PlayerId& player) {
        return encode(UserRegistered{
            player,
            {},
            std::vector<AccountChange>{{"mint", "coin", {-100}}, {"player:" + player.value, "coin", {100}}}});
    };
    const MarketOpened sale{ada,
                            OrderId{"o_01JDBQ6W5R9YN2M4T73R6W1XY1"},
                            "beet",
                            "sell",
                            {5},
                            {4},
                            {4},
                            "open",
                            std::vector<AccountChange>{{"escrow:o_01JDBQ6W5R9YN2M4T73R6W1XY1", "beet", {4}},
                                                       {"player:p_01JDBQ6W5R9YN2M4T73R6W1XYA", "beet", {-4}}}};
    const MarketTraded trade{"beet",
                             bob,
                             ada,
                             OrderId{"o_01JDBQ6W5R9YN2M4T73R6W1XY1"},
                             OrderId{"o_01JDBQ6W5R9YN2M4T73R6W1XY2"},
                             {5},
                             {3},
                             {1},
                             std::vector<AccountChange>{{"escrow:o_01JDBQ6W5R9YN2M4T73R6W1XY1", "beet", {-3}},
                                                        {"escrow:o_01JDBQ6W5R9YN2M4T73R6W1XY2", "coin", {-15}},
                                                        {"fee", "coin", {1}},
                                                        {"player:p_01JDBQ6W5R9YN2M4T73R6W1XYA", "coin", {14}},
                                                        {"player:p_01JDBQ6W5R9YN2M4T73R6W1XYB", "beet", {3}}}};
    const MarketOpened purchase{bob,
                                OrderId{"o_01JDBQ6W5R9YN2M4T73R6W1XY2"},
                                "beet",
                                "buy",
                                {6},
                                {3},
                                {0},
                                "filled",
                                std::vector<AccountChange>{{"escrow:o_01JDBQ6W5R9YN2M4T73R6W1XY2", "coin", {15}},
                                                           {"player:p_01JDBQ6W5R9YN2M4T73R6W1XYB", "coin", {-15}}}};
    const FarmHarvested reaped{
        ada,
        {},
        {},
        std::vector<AccountChange>{{"mint", "beet", {-9}}, {"player:p_01JDBQ6W5R9YN2M4T73R6W1XYA", "beet", {9}}}};
    const CraftMade made{ada,    "king",
                         "king", 7,
                         {},     std::vector<AccountChange>{{"player:p_01JDBQ6W5R9YN2M4T73R6W1XYA", "card.king", {1}}}};
    const CraftMade other{
        ada, "king", "king",
        8,   {},     std::vector<AccountChange>{{"player:p_01JDBQ6W5R9YN2M4T73R6W1XYA", "card.king", {1}}}};
    const CraftDismantled gone{
        ada, "king", 1,
        {8}, {},     std::vector<AccountChange>{{"player:p_01JDBQ6W5R9YN2M4T73R6W1XYA", "card.king", {-1}}}};
    return {
        {"e_1", event_type::user_registered, registered(ada)}, {"e_2", event_type::user_registered, registered(bob)},
        {"e_3", event_type::farm_harvested, encode(reaped)},   {"e_4", event_type::market_opened, encode(sale)},
        {"e_5", event_type::market_traded, encode(trade)},     {"e_6", event_type::market_opened, encode(purchase)},
        {"e_7", event_type::craft_made, encode(made)},         {"e_8", event_type::craft_made, encode(other)},
        {"e_9", event_type::craft_dismantled, encode(gone)}};
}

const Holdings of_ada{{{"player", "coin"}, 114},
                      {{"player", "beet"}, 5},
                      {{"escrow", "beet"}, 1},
                      {{"player", "card.king"}, 1},
                      {{"serial", "card.king#7"}, 1}};
const Holdings of_bob{{{"player", "coin"}, 85}, {{"player", "beet"}, 3}};

} // namespace

TEST_CASE("Events in any order and number of times say what each player holds", "[fold]")
{
    std::mt19937 random(7);
    std::vector<Told> events = story();
    for (int round = 0; round < 100; ++round) {
        std::shuffle(events.begin(), events.end(), random);
        PlayerFold one(ada), two(bob);
        for (int time = 0; time < 2; ++time)
            for (const Told& told : events) {
                REQUIRE(one.apply(told.id, told.type, Millis{round}, told.data));
                REQUIRE(two.apply(told.id, told.type, Millis{round}, told.data));
            }
        CHECK(one.holdings() == of_ada);
        CHECK(two.holdings() == of_bob);
        CHECK(one.registered());
        CHECK_FALSE(one.untold());
        CHECK(one.events() == 7);
        CHECK(two.events() == 3);
    }
}

TEST_CASE("An event from before there were changes is named, the earliest of them", "[fold]")
{
    PlayerFold fold(ada);
    const FarmPlanted old{ada, {1}, "beet", false, {}};
    REQUIRE(fold.apply("e_2", event_type::farm_planted, Millis{20}, encode(old)));
    REQUIRE(fold.apply("e_1", event_type::farm_planted, Millis{10}, encode(old)));
    REQUIRE(fold.untold());
    CHECK(fold.untold()->id == "e_1");
    CHECK_FALSE(fold.registered());
    PlayerFold other(bob);
    REQUIRE(other.apply("e_1", event_type::farm_planted, Millis{10}, encode(old)));
    CHECK_FALSE(other.untold());
}

TEST_CASE("The latest event of a holding is known; data of another type is refused", "[fold]")
{
    PlayerFold fold(ada);
    Millis at{100};
    for (const Told& told : story()) REQUIRE(fold.apply(told.id, told.type, at -= Millis{1}, told.data));
    CHECK(fold.last_event({"player", "coin"}) == "e_1");
    CHECK(fold.last_event({"player", "gold"}).empty());
    CHECK(
        fold.apply(
                "e_10", event_type::market_traded, at,
                R"({"buyer":"p_01JDBQ6W5R9YN2M4T73R6W1XYA","changes":[{"account":"escrow:o_01JDBQ6W5R9YN2M4T73R6W1XY1","asset":"coin","amount":"1"}]})")
            .error() == Errc::invalid_argument);
}

TEST_CASE("A numbered card is nobody's in escrow, then the buyer's or its owner's again", "[fold]")
{
    const OrderId order{"o_01JDBQ6W5R9YN2M4T73R6W1XY1"}, other{"o_01JDBQ6W5R9YN2M4T73R6W1XY2"};
    const std::vector<AccountChange> none;
    const CraftMade made{ada, "king", "king", 7, {}, none};
    const MarketOpened sale{ada, order, "card.king", "sell", {5}, {1}, {1}, "open", none, 7};
    const MarketClosed taken_back{ada, order, "card.king", "cancelled", {}, none, 7};
    const MarketTraded trade{"card.king", bob, ada, order, other, {5}, {1}, {1}, none, 7};
    PlayerFold one(ada), two(bob);
    const auto happens = [&](const std::string& id, std::string_view type, const std::string& data) {
        for (PlayerFold* fold : {&one, &two}) REQUIRE(fold->apply(id, type, Millis{1}, data));
        return std::pair(one.holdings().count({"serial", "card.king#7"}),
                         two.holdings().count({"serial", "card.king#7"}));
    };
    using Has = std::pair<std::size_t, std::size_t>;
    CHECK(happens("e_1", event_type::craft_made, encode(made)) == Has(1, 0));
    CHECK(happens("e_2", event_type::market_opened, encode(sale)) == Has(0, 0));
    CHECK(happens("e_3", event_type::market_closed, encode(taken_back)) == Has(1, 0));
    CHECK(happens("e_4", event_type::market_opened, encode(sale)) == Has(0, 0));
    CHECK(happens("e_5", event_type::market_traded, encode(trade)) == Has(0, 1));
}
