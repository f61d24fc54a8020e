#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

TEST_CASE("nonces: ten seconds after both came, a missing one is zero", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    REQUIRE(world.host(match.id));
    Client one(world, *instance.link, match, 1), two(world, *instance.link, match, 2);
    one.join();
    world.pass(15s);
    two.join();
    one.send_nonce();
    world.pass(9900ms);
    one.read();
    CHECK_FALSE(one.view);
    world.pass(200ms);
    one.read();
    two.read();
    CHECK(one.view);
    CHECK(two.view);
    CHECK(world.stored(match.id).nonces[0] == to_hex(client_nonce(0)));
    CHECK(world.stored(match.id).nonces[1] == std::string(64, '0'));
}

TEST_CASE("nonces: where nobody comes the match is aborted, where one comes it begins", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match empty = world.make_match("ranked");
    const Match half = world.make_match("ranked");
    REQUIRE(world.host(empty.id));
    REQUIRE(world.host(half.id));
    Client one(world, *instance.link, half, 1);
    one.join();
    one.send_nonce();
    world.pass(31s);
    CHECK(world.stored(empty.id).state == MatchState::aborted);
    one.read();
    REQUIRE(one.view);
    one.ask("battle.mulligan", R"({"cards":[]})");
    // Forty seconds of mulligan and thirty of grace; then the seat that never came has lost.
    world.pass(68s);
    CHECK(world.stored(half.id).state == MatchState::playing);
    world.pass(3s);
    one.read();
    CHECK(world.stored(half.id).state == MatchState::ended);
    REQUIRE(one.end);
    CHECK(one.end->winner == 1);
    CHECK(one.end->reason == "forfeit");
    CHECK(one.end->rewards.empty());
}

TEST_CASE("clocks: forty seconds a turn, then the bank of sixty, then the turn passes", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    const int seat = clients[0]->view->active_seat;
    world.pass(39s);
    clients[0]->read();
    CHECK(clients[0]->view->active_seat == seat);
    world.pass(60s);
    clients[0]->read();
    CHECK(clients[0]->view->active_seat == seat);
    world.pass(1s);
    clients[0]->read();
    CHECK(clients[0]->view->active_seat == 3 - seat);
    CHECK(clients[0]->ops.back() == "battle.update");
    // The other uses its whole turn and bank too; the first has no bank any more.
    world.pass(100s);
    clients[0]->read();
    CHECK(clients[0]->view->active_seat == seat);
    world.pass(41s);
    clients[0]->read();
    CHECK(clients[0]->view->active_seat == 3 - seat);
    // The third empty turn in a row gives the match up.
    world.pass(41s);
    world.pass(41s);
    clients[0]->read();
    REQUIRE(clients[0]->end);
    CHECK(clients[0]->end->reason == "idle");
    CHECK(clients[0]->end->winner == 3 - seat);
}

TEST_CASE("clocks: a turn takes from the bank what it needed beyond its forty seconds", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    const bool first = battle::bots::to_act(*clients[0]->view);
    Client& active = first ? *clients[0] : *clients[1];
    Client& other = first ? *clients[1] : *clients[0];
    const int seat = active.view->active_seat;
    world.pass(50s);
    active.ask("battle.end_turn", "{}");
    world.settle_down();
    other.ask("battle.end_turn", "{}");
    world.settle_down();
    world.pass(88s);
    active.read();
    CHECK(active.view->active_seat == seat);
    world.pass(3s);
    active.read();
    CHECK(active.view->active_seat == 3 - seat);
}

TEST_CASE("clocks: stand still while a match may not move, and go on from where they stood", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    Client& active = battle::bots::to_act(*clients[0]->view) ? *clients[0] : *clients[1];
    const int seat = active.view->active_seat;
    world.pass(20s);
    for (int i = 0; i < 2'000; ++i) world.matches->faults["renew"].push_back(FaultyMatches::Fault::lost);
    world.pass(19s);
    active.ask("battle.play", R"({"card":65000})");
    const std::int64_t asked = active.next_id - 1;
    world.pass(120s);
    active.read();
    CHECK_FALSE(active.answered(asked));
    world.matches->faults.clear();
    world.pass(6s);
    active.read();
    CHECK_FALSE(active.error_of(asked).empty());
    world.pass(50s);
    active.read();
    CHECK(active.view->active_seat == seat);
    world.pass(12s);
    active.read();
    CHECK(active.view->active_seat == 3 - seat);
}

TEST_CASE("clocks: a disconnected seat has thirty seconds of grace, once", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    Client& gone = active(clients);
    Client& stays = waiting(clients);
    const int seat = gone.seat;
    gone.drop();
    world.pass(129s);
    stays.read();
    CHECK(stays.view->active_seat == seat);
    world.pass(2s);
    stays.read();
    CHECK(stays.view->active_seat == 3 - seat);
    stays.ask("battle.end_turn", "{}");
    world.pass(39s);
    stays.read();
    CHECK(stays.view->active_seat == seat);
    world.pass(2s); // no bank, no second grace
    stays.read();
    CHECK(stays.view->active_seat == 3 - seat);
}
