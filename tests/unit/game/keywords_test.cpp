#include "tests/unit/game/stage.hpp"

#include <catch2/catch.hpp>

using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

TEST_CASE("guard: must be attacked first, by units only", "[battle]")
{
    Stage stage;
    stage.unit(0, "field_mouse");
    stage.unit(1, "mint");
    stage.unit(1, "carrot_guard");
    CHECK(refused(stage.attack(0, foe(0)), BattleErrc::guard_first));
    CHECK(refused(stage.attack(0, foe_farmer()), BattleErrc::guard_first));
    CHECK(stage.play("pitchfork", foe_farmer()));
    CHECK(stage.attack(0, foe(1)));
    CHECK(stage.row(1) == "mint 2/4 carrot_guard 1/2");
}

TEST_CASE("swift: attacks in the turn it was played, others do not", "[battle]")
{
    Stage stage;
    REQUIRE(stage.play("field_mouse"));
    REQUIRE(stage.play("barn_cat"));
    CHECK(stage.attack(0, foe_farmer()));
    CHECK(refused(stage.attack(0, foe_farmer()), BattleErrc::cannot_attack));
    CHECK(refused(stage.attack(1, foe_farmer()), BattleErrc::cannot_attack));
    CHECK(stage.side(1).health == 23);
    REQUIRE(stage.end_turn());
    REQUIRE(stage.end_turn(1));
    CHECK(stage.attack(0, foe_farmer()));
    CHECK(stage.attack(1, foe_farmer()));
    CHECK(stage.side(1).health == 18);
}

TEST_CASE("a unit without attack cannot attack", "[battle]")
{
    Stage stage;
    stage.unit(0, "hen_house");
    CHECK(refused(stage.attack(0, foe_farmer()), BattleErrc::cannot_attack));
}

TEST_CASE("thorns: strike back at an attacker on top of the attack", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");    // 2/4
    stage.unit(1, "thistle"); // 1/3, thorns 2
    REQUIRE(stage.attack(0, foe(0)));
    CHECK(stage.row(0) == "mint 2/1");
    CHECK(stage.row(1) == "thistle 1/1");
    Stage reverse; // thorns do nothing when their owner attacks
    reverse.unit(0, "thistle");
    reverse.unit(1, "mint");
    REQUIRE(reverse.attack(0, foe(0)));
    CHECK(reverse.row(1) == "mint 2/3");
}

TEST_CASE("regrow: heals at the end of the owner's turn, up to its health", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");
    stage.unit(1, "mint");
    stage.at(0, 0).health = 3;
    stage.at(1, 0).health = 1;
    REQUIRE(stage.end_turn());
    CHECK(stage.at(0, 0).health == 4);
    CHECK(stage.at(1, 0).health == 1);
    REQUIRE(stage.end_turn(1));
    CHECK(stage.at(1, 0).health == 3);
}

TEST_CASE("burrowed: cannot be chosen or attacked by the enemy until it attacks, nor guards", "[battle]")
{
    Stage stage;
    stage.unit(0, "field_mouse");
    stage.unit(1, "mole");
    CHECK(refused(stage.attack(0, foe(0)), BattleErrc::bad_target));
    CHECK(refused(stage.play("pitchfork", foe(0)), BattleErrc::bad_target));
    CHECK(stage.attack(0, foe_farmer()));
    REQUIRE(stage.end_turn());
    CHECK(stage.play("watering_can", own(0), 1)); // its own side may
    CHECK(stage.row(1) == "mole 5/4");
    REQUIRE(stage.attack(0, foe_farmer(), 1));
    CHECK(stage.count(EventKind::surfaced) == 1);
    REQUIRE(stage.end_turn(1));
    CHECK(stage.attack(0, foe(0)));

    Stage guarded;
    guarded.unit(0, "field_mouse");
    guarded.unit(1, "carrot_guard");
    guarded.at(1, 0).keywords.set(Keyword::burrowed);
    CHECK(guarded.attack(0, foe_farmer()));
}

TEST_CASE("burrowed: effects that name nobody reach it", "[battle]")
{
    Stage stage;
    stage.unit(1, "mole");
    REQUIRE(stage.play("locust_jar"));
    CHECK(stage.row(1).empty());
}

TEST_CASE("pest: what it damages dies, farmers do not", "[battle]")
{
    Stage stage;
    stage.unit(0, "weevil");
    stage.unit(0, "weevil");
    stage.unit(1, "pumpkin_wall");
    REQUIRE(stage.attack(0, foe(0))); // the shield takes the bite
    CHECK(stage.row(1) == "pumpkin_wall 2/7");
    REQUIRE(stage.attack(0, foe(0)));
    CHECK(stage.row(1).empty());
    Stage farmers;
    farmers.unit(0, "weevil");
    REQUIRE(farmers.attack(0, foe_farmer()));
    CHECK(farmers.side(1).health == 24);
}

TEST_CASE("pest: bites back when it is attacked", "[battle]")
{
    Stage stage;
    stage.unit(0, "old_bull");
    stage.at(0, 0).keywords.clear(Keyword::shielded);
    stage.unit(1, "weevil");
    stage.at(1, 0).keywords.clear(Keyword::burrowed);
    stage.at(1, 0).health = 9;
    REQUIRE(stage.attack(0, foe(0)));
    CHECK(stage.row(0).empty());
}

TEST_CASE("drain: damage heals the owner's farmer, not beyond its health", "[battle]")
{
    Stage stage;
    stage.unit(0, "leech");
    stage.unit(0, "leech");
    stage.unit(1, "mint");
    stage.state.seats[0].health = 21;
    REQUIRE(stage.attack(0, foe(0)));
    CHECK(stage.side(0).health == 24);
    REQUIRE(stage.attack(1, foe_farmer()));
    CHECK(stage.side(0).health == 25);
}

TEST_CASE("sprout: grows at the start of the owner's turn, three times", "[battle]")
{
    Stage stage;
    REQUIRE(stage.play("wheat_sheaf"));
    std::string grown;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(stage.end_turn(0));
        REQUIRE(stage.end_turn(1));
        grown += stage.row(0).substr(12) + " ";
    }
    CHECK(grown == "2/2 3/3 4/4 4/4 4/4 ");
}

TEST_CASE("shielded: the first damage is ignored, the second is not", "[battle]")
{
    Stage stage;
    stage.unit(1, "pumpkin_wall");
    REQUIRE(stage.play("pitchfork", foe(0)));
    CHECK(stage.row(1) == "pumpkin_wall 2/7");
    CHECK(stage.count(EventKind::shield_broken) == 1);
    REQUIRE(stage.play("pitchfork", foe(0)));
    CHECK(stage.row(1) == "pumpkin_wall 3/4"); // and it grew angry
}

TEST_CASE("silence takes keywords and triggers, growth stays", "[battle]")
{
    Stage stage;
    stage.unit(0, "carrot_guard");
    stage.unit(1, "pumpkin_wall");
    stage.unit(1, "potato_patch");
    stage.at(1, 0).attack = 5;
    REQUIRE(stage.play("pruning_shears", foe(0)));
    REQUIRE(stage.play("pruning_shears", foe(1)));
    CHECK(stage.at(1, 0).keywords == Keywords{});
    REQUIRE(stage.play("pitchfork", foe(0)));
    REQUIRE(stage.play("pitchfork", foe(1)));
    CHECK(stage.row(1) == "pumpkin_wall 5/4"); // no shield, no anger, no potatoes
}
