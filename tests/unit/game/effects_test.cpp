#include "tests/unit/game/stage.hpp"

#include <catch2/catch.hpp>

using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

TEST_CASE("damage: chosen, all and random", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");
    stage.unit(1, "mint");
    stage.unit(1, "carrot_guard");
    REQUIRE(stage.play("pitchfork", foe(1)));
    CHECK(stage.row(1) == "mint 2/4 carrot_guard 1/1");
    REQUIRE(stage.play("locust_jar"));
    CHECK(stage.row(0) == "mint 2/1");
    CHECK(stage.row(1) == "mint 2/1");
    CHECK(stage.count(EventKind::died) == 1);
}

TEST_CASE("random picks take different targets and never more than there are", "[battle]")
{
    Stage stage;
    stage.unit(1, "mint");
    REQUIRE(stage.play("bee_swarm")); // three of two characters
    CHECK(stage.row(1) == "mint 2/3");
    CHECK(stage.side(1).health == 24);
    CHECK(stage.state.drawn[2] == 1); // the last of two is no choice
}

TEST_CASE("a random pick reaches everyone in time", "[battle]")
{
    std::array<int, 3> hits{};
    for (std::uint8_t seed = 0; seed < 120; ++seed) {
        Stage stage;
        stage.state.seed[1] = seed;
        for (int i = 0; i < 3; ++i) stage.unit(1, "mint");
        REQUIRE(stage.play("pea_shoot"));
        for (std::size_t i = 0; i < 3; ++i) hits[i] += stage.at(1, i).health == 3 ? 1 : 0;
    }
    CHECK(hits[0] + hits[1] + hits[2] == 120);
    for (const int hit : hits) CHECK(hit > 20);
}

TEST_CASE("return_to_hand: a new card, a token is gone, a full hand burns", "[battle]")
{
    Stage stage;
    const EntityId before = stage.unit(1, "mint");
    stage.unit(1, "hen");
    stage.at(1, 1).from_deck = false;
    stage.at(1, 0).attack = 3; // the growth is lost
    stage.state.seats[0].sun = 20;
    REQUIRE(stage.play("goat", foe(0)));
    CHECK(stage.row(1) == "hen 1/1");
    CHECK(stage.side(1).hand[0].card == stage.card("mint"));
    CHECK(stage.side(1).hand[0].id != before);
    REQUIRE(stage.play("goat", foe(0)));
    CHECK(stage.row(1).empty());
    CHECK(stage.side(1).hand_size == 1);
    stage.unit(1, "mint");
    while (stage.side(1).hand_size < 9) stage.hold(1, "mint");
    REQUIRE(stage.play("goat", foe(0)));
    CHECK(stage.side(1).hand_size == 9);
    CHECK(stage.side(1).spent_size == 1);
}

TEST_CASE("a unit whose choice has no one to choose is played without", "[battle]")
{
    Stage stage;
    CHECK(stage.play("goat"));
    stage.state.seats[0].sun = 10;
    CHECK(refused(stage.play("scythe"), BattleErrc::bad_target)); // a tool is not
    Stage able;
    able.unit(1, "mint");
    able.unit(1, "old_bull");
    CHECK(refused(able.play("goat"), BattleErrc::bad_target));
    CHECK(refused(able.play("goat", foe(1)), BattleErrc::bad_target)); // attack above three
    CHECK(able.play("goat", foe(0)));
}

TEST_CASE("destroy, transform, discard, gain_sun, draw, heal, reveal", "[battle]")
{
    Stage stage;
    stage.unit(1, "old_bull");
    REQUIRE(stage.play("scythe", foe(0)));
    CHECK(stage.row(1).empty()); // a shield does not help
    const EntityId mint = stage.unit(1, "mint");
    REQUIRE(stage.play("turnip_charm", foe(0)));
    CHECK(stage.row(1) == "turnip 1/1");
    CHECK(stage.at(1, 0).id != mint);
    CHECK(stage.at(1, 0).fresh);
    CHECK(stage.side(1).spent_size == 2);

    stage.state.seats[0].sun = 5;
    stage.hold(1, "mint");
    REQUIRE(stage.play("fox"));
    CHECK(stage.side(1).hand_size == 0);
    CHECK(stage.side(1).spent_size == 3);
    REQUIRE(stage.play("dewdrop"));
    CHECK(stage.side(0).sun == 1);
    CHECK(stage.side(0).deck_size == 7); // it draws too

    stage.state.seats[0].sun = 10;
    stage.state.seats[0].health = 20;
    const int hand = stage.side(0).hand_size;
    REQUIRE(stage.play("compost_heap"));
    CHECK(stage.side(0).hand_size == hand + 2);
    CHECK(stage.side(0).health == 22);
    stage.hold(1, "crow");
    REQUIRE(stage.play("lantern"));
    CHECK(stage.count(EventKind::revealed) == 1);
    REQUIRE(stage.play("almanac_page"));
    CHECK(stage.count(EventKind::revealed) == 3);
    CHECK(stage.side(0).deck_size == 3);
}

TEST_CASE("buff: filters by family and leaves the source out", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");
    stage.unit(0, "mole");
    REQUIRE(stage.play("shepherd_dog"));
    CHECK(stage.row(0) == "mint 2/4 mole 5/3 shepherd_dog 2/5");
    REQUIRE(stage.end_turn());
    REQUIRE(stage.end_turn(1));
    REQUIRE(stage.play("bramble_king"));
    CHECK(stage.at(0, 0).keywords.thorns == 1);
    CHECK(stage.at(0, 1).keywords.thorns == 0);
    CHECK(stage.at(0, 3).keywords.thorns == 3);
}

TEST_CASE("triggers: on_death, on_attack, on_damaged, turn_start, turn_end", "[battle]")
{
    Stage stage;
    stage.unit(1, "potato_patch");
    REQUIRE(stage.play("pitchfork", foe(0)));
    CHECK(stage.row(1) == "potato 1/2 potato 1/2");
    stage.unit(0, "barn_cat");
    stage.at(1, 1).health = 1;
    REQUIRE(stage.attack(0, foe(0))); // the scratch kills the hurt one
    CHECK(stage.row(1).empty());
    CHECK(stage.row(0) == "barn_cat 3/1");
    stage.unit(1, "hedgehog");
    REQUIRE(stage.play("pitchfork", foe(0)));
    CHECK(stage.side(0).health == 24);
    stage.unit(0, "hen_house");
    stage.unit(1, "sunflower");
    REQUIRE(stage.end_turn());
    CHECK(stage.row(0) == "barn_cat 3/1 hen_house 0/5 hen 1/1");
    CHECK(stage.side(1).sun == 10); // eleven, held to ten
    REQUIRE(stage.end_turn(1));
    CHECK(stage.row(0) == "barn_cat 3/1 hen_house 0/5 hen 1/1");
}

TEST_CASE("weather: one at a time, for the seat whose turn it is", "[battle]")
{
    Stage stage;
    stage.unit(0, "mint");
    stage.unit(1, "mint");
    REQUIRE(stage.play("hail"));
    CHECK(stage.side(0).spent_size == 0); // it hangs in the sky
    REQUIRE(stage.end_turn());
    CHECK(stage.row(1) == "mint 2/3");
    CHECK(stage.row(0) == "mint 2/4");
    REQUIRE(stage.play("gentle_rain", spot(Spot::none), 1));
    CHECK(stage.side(0).spent_size == 1);
    CHECK(view(stage.state, content(), 0).weather->card == "gentle_rain");
    stage.state.seats[1].health = 20;
    REQUIRE(stage.end_turn(1));
    CHECK(stage.side(1).health == 21);
    CHECK(stage.row(0) == "mint 2/4"); // no hail any more
}

TEST_CASE("the dead leave together, their triggers follow: active seat first, then left to right", "[battle]")
{
    Stage stage;
    stage.unit(1, "potato_patch");
    stage.unit(0, "potato_patch");
    stage.unit(0, "hen");
    REQUIRE(stage.play("locust_jar"));
    std::vector<std::pair<EventKind, int>> order;
    for (const RawEvent& e : stage.events)
        if (e.kind == EventKind::died || e.kind == EventKind::unit_entered) order.emplace_back(e.kind, e.seat);
    const std::vector<std::pair<EventKind, int>> expected{{EventKind::died, 0},         {EventKind::died, 0},
                                                          {EventKind::died, 1},         {EventKind::unit_entered, 0},
                                                          {EventKind::unit_entered, 0}, {EventKind::unit_entered, 1},
                                                          {EventKind::unit_entered, 1}};
    CHECK(order == expected);
}

TEST_CASE("both strike at once: the attacker's death does not save the struck", "[battle]")
{
    Stage stage;
    stage.unit(0, "mole");
    stage.unit(1, "mole");
    stage.at(1, 0).keywords.clear(Keyword::burrowed);
    REQUIRE(stage.attack(0, foe(0)));
    CHECK(stage.row(0).empty());
    CHECK(stage.row(1).empty());
}

namespace {

// Two that hurt each other whenever they are hurt, for ever, and a flood that hurts both farmers.
constexpr const char* wild_battle = R"(version: "1"
rules: {deck_size: 5, copies: 24}
farmers: [{id: f, name: F, power: [{effect: draw}]}]
starters: [{id: s, name: S, farmer: f, cards: [echo, echo, echo, echo, echo]}]
)";
constexpr const char* wild_cards = R"(cards:
  - {id: wheat_sheaf, name: W, family: crops, rarity: common, cost: 1, attack: 1, health: 1}
  - id: echo
    name: Echo
    family: critters
    rarity: common
    cost: 1
    attack: 1
    health: 99
    on_damaged:
      - {effect: heal, amount: 9, target: self}
      - {effect: damage, amount: 1, target: {pick: all, side: enemy, what: unit}}
  - id: flood
    name: Flood
    family: tools
    rarity: common
    cost: 1
    on_play:
      - {effect: damage, amount: 30, target: {pick: all, side: any, what: farmer}}
      - {effect: draw, amount: 2}
)";

const Content& wild_content()
{
    static const harvest::config::LoadedContent loaded =
        harvest::config::parse_content({"battle.yaml", wild_battle}, {"cards.yaml", wild_cards});
    for (const auto& fault : loaded.faults) UNSCOPED_INFO(fault.text());
    REQUIRE(loaded.content);
    return *loaded.content;
}

} // namespace

TEST_CASE("when both farmers fall at once it is a draw, and nothing follows", "[battle]")
{
    Stage stage(wild_content());
    REQUIRE(stage.play("flood"));
    CHECK(stage.state.winner == Winner::draw);
    CHECK(stage.state.ending == Ending::farmer_fell);
    CHECK(stage.side(0).hand_size == 0);
    CHECK(stage.count(EventKind::match_ended) == 1);
}

TEST_CASE("a chain of triggers is cut at 200 steps and recorded", "[battle]")
{
    Stage stage(wild_content());
    stage.unit(0, "echo");
    stage.unit(1, "echo");
    REQUIRE(stage.attack(0, foe(0)));
    CHECK(stage.state.chain_cuts == 1);
    CHECK(stage.count(EventKind::chain_cut) == 1);
    CHECK(stage.state.phase == Phase::playing);
    CHECK(stage.count(EventKind::damaged) >= 200);
    CHECK(stage.count(EventKind::damaged) <= 204);
}
