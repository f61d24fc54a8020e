// An action whose commit is in doubt never turns into one that did not happen, whatever its later tries meet.
#include "tests/unit/instance/world.hpp"

#include <deque>

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

// What becomes of the next calls of a store, in turn; those after them go through.
struct Turn {
    bool done;
    std::optional<Errc> told; // none: what the store says
};
using Turns = std::deque<Turn>;

template <class T>
AsyncResult<T> in_turn(Turns& turns, AsyncResult<T> call)
{
    const Turn turn = turns.empty() ? Turn{true, std::nullopt} : turns.front();
    if (!turns.empty()) turns.pop_front();
    if (!turn.done) co_return *turn.told;
    Result<T> answer = co_await std::move(call);
    if (turn.told) co_return *turn.told;
    co_return answer;
}

class TurningMarket final : public Market {
public:
    TurningMarket(Market& inner, Turns& turns) : inner_(inner), turns_(turns) {}
    AsyncResult<OrderOpened> open_order(OpenOrder open, Deadline by) override
    {
        return in_turn(turns_, inner_.open_order(std::move(open), by));
    }
    AsyncResult<std::string> cancel_order(CancelOrder cancel, Deadline by) override
    {
        return in_turn(turns_, inner_.cancel_order(std::move(cancel), by));
    }
    AsyncResult<OrdersExpired> expire(ExpireOrders, Deadline) override { co_return Errc::unavailable; }
    AsyncResult<BookView> book(std::string, std::size_t, Millis, Deadline) override { co_return Errc::unavailable; }
    AsyncResult<std::vector<MarketOrder>> orders(PlayerId, bool, OrderId, std::size_t, Deadline) override
    {
        co_return Errc::unavailable;
    }
    AsyncResult<std::vector<MarketTrade>> trades(std::string, std::int64_t, std::size_t, Deadline) override
    {
        co_return Errc::unavailable;
    }
    AsyncResult<std::vector<Candle>> candles(std::string, Millis, Deadline) override { co_return Errc::unavailable; }

private:
    Market& inner_;
    Turns& turns_;
};

class TurningCrafting final : public Crafting {
public:
    TurningCrafting(Crafting& inner, Turns& turns) : inner_(inner), turns_(turns) {}
    AsyncResult<CraftView> view(PlayerId player, std::string key, Millis now, Deadline by) override
    {
        return in_turn(turns_, inner_.view(std::move(player), std::move(key), now, by));
    }
    AsyncResult<std::string> craft(CraftOrder order, Deadline by) override
    {
        return in_turn(turns_, inner_.craft(std::move(order), by));
    }
    AsyncResult<std::string> dismantle(DismantleOrder order, Deadline by) override
    {
        return in_turn(turns_, inner_.dismantle(std::move(order), by));
    }
    AsyncResult<std::vector<NumberedCard>> numbered_before(PlayerId, Millis, Deadline) override
    {
        co_return Errc::unavailable;
    }
    AsyncResult<std::vector<NumberedCardStep>> history(std::string, std::int64_t, Deadline) override
    {
        co_return Errc::unavailable;
    }

private:
    Crafting& inner_;
    Turns& turns_;
};

class TurningFarms final : public Farms {
public:
    TurningFarms(Farms& inner, Turns& turns) : inner_(inner), turns_(turns) {}
    AsyncResult<FarmView> view(PlayerId player, std::string key, Millis now, Deadline by) override
    {
        return in_turn(turns_, inner_.view(std::move(player), std::move(key), now, by));
    }
    AsyncResult<std::string> change(FarmChange change, Deadline by) override
    {
        return in_turn(turns_, inner_.change(std::move(change), by));
    }

private:
    Farms& inner_;
    Turns& turns_;
};

struct Desks {
    Desks()
    {
        for (const auto& [asset, amount] : {std::pair("beet", 20), std::pair("coin", 50), std::pair("stardust", 30),
                                            std::pair("moonberry", 10), std::pair("seed.beet", 10)}) {
            const std::vector<Transfer> grant{
                {new_id<TransferId>(world.clock, world.entropy), asset, "mint", player_account(ada), amount, "test"}};
            REQUIRE(world.get(world.stores->ledger.transfer(grant, world.clock.now(), {}, world.soon())));
        }
    }
    Result<std::string> ask(const std::string& method, const std::string& request, const std::string& key)
    {
        RpcRequest call = call_of(world, "instance-0", method, request, key);
        if (MarketDesk::answers(method)) return world.get(market_desk.serve(std::move(call)));
        if (CraftDesk::answers(method)) return world.get(craft_desk.serve(std::move(call)));
        return world.get(farm_desk.serve(std::move(call)));
    }

    World world;
    Turns turns;
    TurningMarket market{world.stores->market, turns};
    TurningCrafting crafting{world.stores->crafting, turns};
    TurningFarms farms{world.stores->farms, turns};
    MarketDesk market_desk{"instance-0", world.contents, market, world.stores->accounts, world.clock, world.entropy};
    CraftDesk craft_desk{"instance-0", world.contents, crafting, world.clock, world.entropy};
    FarmDesk farm_desk{"instance-0", world.contents, farms, world.clock, world.entropy};
};

constexpr Turn goes_through{true, std::nullopt}, done_in_doubt{true, Errc::in_doubt},
    undone_in_doubt{false, Errc::in_doubt};

const std::string beets_for_sale = R"({"asset":"beet","side":"sell","price":"3","quantity":"4"})";
const std::string one_card = R"({"recipe":"moonlit.card-3"})";
const std::string one_beet = R"({"plots":[1],"crop":"beet"})";

} // namespace

TEST_CASE("T7: in doubt stays in doubt, whatever error the next try meets", "[instance][doubt]")
{
    const Errc later = GENERATE(Errc::timed_out, Errc::unavailable, Errc::resource_exhausted, Errc::canceled);
    const bool committed = GENERATE(true, false);
    CAPTURE(later, committed);
    const Turn first = committed ? done_in_doubt : undone_in_doubt;
    Desks desks;
    desks.turns = {first, {false, later}};
    CHECK(desks.ask("market.order", beets_for_sale, "m1").error() == Errc::in_doubt);
    desks.turns = {goes_through, first, {false, later}}; // at its second look
    CHECK(desks.ask("craft.make", one_card, "c1").error() == Errc::in_doubt);
    desks.turns = {goes_through, first, {false, later}};
    CHECK(desks.ask("farm.plant", one_beet, "f1").error() == Errc::in_doubt);
    // The key tells what became of it.
    desks.turns.clear();
    CHECK(desks.ask("market.order", beets_for_sale, "m1"));
    CHECK(desks.ask("craft.make", one_card, "c1"));
    CHECK(desks.ask("farm.plant", one_beet, "f1"));

    const auto orders =
        desks.world.get(desks.world.stores->market.orders(ada, true, OrderId{}, 10, desks.world.soon()));
    REQUIRE(orders->size() == 1);
    const std::string cancel = R"({"order":")" + orders->front().id.value + R"("})";
    desks.turns = {first, {false, later}};
    CHECK(desks.ask("market.cancel", cancel, "m2").error() == Errc::in_doubt);
    desks.turns = {goes_through, first, {false, later}};
    CHECK(desks.ask("craft.dismantle", R"({"card":"card-3","count":1})", "c2").error() == Errc::in_doubt);
}

TEST_CASE("T7: before any doubt an error is told as it is, and after it what the rules say", "[instance][doubt]")
{
    Desks desks;
    desks.turns = {{false, Errc::timed_out}};
    CHECK(desks.ask("market.order", beets_for_sale, "m1").error() == Errc::timed_out);
    desks.turns = {{false, Errc::unavailable}};
    CHECK(desks.ask("craft.make", one_card, "c1").error() == Errc::unavailable);
    desks.turns = {goes_through, {false, Errc::resource_exhausted}};
    CHECK(desks.ask("farm.plant", one_beet, "f1").error() == Errc::resource_exhausted);
    desks.turns = {undone_in_doubt};
    CHECK(desks.ask("market.order", R"({"asset":"beet","side":"sell","price":"3","quantity":"40"})", "m2").error() ==
          game::economy::MarketErrc::no_goods);
    desks.turns = {undone_in_doubt};
    CHECK(desks.ask("market.order", beets_for_sale, "m3")); // the second try does it
    desks.turns = {done_in_doubt};
    const Result<std::string> order = desks.ask("market.order", beets_for_sale, "m4");
    REQUIRE(order);
    CHECK(desks.ask("market.order", beets_for_sale, "m4").value() == *order);
}

TEST_CASE("T7: an action that is in doubt at every try is told to be", "[instance][doubt]")
{
    Desks desks;
    desks.turns = Turns(5, undone_in_doubt);
    CHECK(desks.ask("market.order", beets_for_sale, "m1").error() == Errc::in_doubt);
    CHECK(desks.turns.empty());
}
