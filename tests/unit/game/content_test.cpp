#include "common/game/battle/deck.hpp"
#include "tests/unit/game/content_fixture.hpp"
#include "tests/unit/game/random_play.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>

using namespace harvest;
using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

namespace {

constexpr const char* small_battle = R"(version: "1"
rules: {deck_size: 5, copies: 5}
farmers:
  - {id: f, name: F, power: [{effect: draw}]}
starters:
  - {id: s, name: S, farmer: f, cards: [bean, bean, bean, bean, bean]}
)";
constexpr const char* bean =
    "  - {id: bean, name: Bean, family: crops, rarity: common, cost: 1, attack: 1, health: 1}\n";

std::vector<std::string> faults_of(const std::string& battle, const std::string& cards)
{
    std::vector<std::string> out;
    for (const config::ContentFault& fault :
         config::parse_content({"battle.yaml", battle}, {"cards.yaml", cards}).faults)
        out.push_back(fault.text());
    return out;
}

std::vector<std::string> card_faults(const std::string& card)
{
    return faults_of(small_battle, std::string("cards:\n") + bean + card);
}

std::string first(const std::vector<std::string>& faults)
{
    return faults.empty() ? "" : faults[0];
}

const std::vector<const std::vector<Effect>*>& all_effect_lists()
{
    static const std::vector<const std::vector<Effect>*> lists = [] {
        std::vector<const std::vector<Effect>*> out;
        for (const Card& card : content().cards())
            for (const std::vector<Effect>& effects : card.triggers) out.push_back(&effects);
        for (const Farmer& farmer : content().farmers()) out.push_back(&farmer.power);
        return out;
    }();
    return lists;
}

template <class Enum>
std::size_t size_of()
{
    return boost::mp11::mp_size<boost::describe::describe_enumerators<Enum>>::value;
}

} // namespace

TEST_CASE("the cards use every family, rarity, keyword, trigger, effect and target", "[content]")
{
    std::set<Family> families;
    std::set<Rarity> rarities;
    std::set<Keyword> keywords;
    std::set<Trigger> triggers;
    std::set<EffectKind> effects;
    std::set<Pick> picks;
    std::set<Side> sides;
    std::set<What> whats;
    std::size_t cards = 0;
    for (const Card& card : content().cards()) {
        if (!card.token) ++cards;
        families.insert(card.family);
        rarities.insert(card.rarity);
        for (unsigned k = 0; k < size_of<Keyword>(); ++k)
            if (card.keywords.has(static_cast<Keyword>(k))) keywords.insert(static_cast<Keyword>(k));
        for (std::size_t t = 0; t < card.triggers.size(); ++t)
            if (!card.triggers[t].empty()) triggers.insert(static_cast<Trigger>(t));
        CHECK_FALSE(card.text.empty());
        CHECK(card.text.back() == '.');
    }
    for (const std::vector<Effect>* list : all_effect_lists()) {
        for (const Effect& effect : *list) {
            effects.insert(effect.kind);
            picks.insert(effect.target.pick);
            sides.insert(effect.target.side);
            whats.insert(effect.target.what);
        }
    }
    CHECK(cards >= 80);
    CHECK(families.size() == size_of<Family>());
    CHECK(rarities.size() == size_of<Rarity>());
    CHECK(keywords.size() == size_of<Keyword>());
    CHECK(triggers.size() == size_of<Trigger>());
    CHECK(effects.size() == size_of<EffectKind>());
    CHECK(picks.size() == size_of<Pick>());
    CHECK(sides.size() == size_of<Side>());
    CHECK(whats.size() == size_of<What>());
}

TEST_CASE("random play uses every card, power and kind of event", "[content][properties]")
{
    std::set<std::string> played;
    std::set<EventKind> kinds;
    std::set<std::uint8_t> powers;
    CommandBuffer buffer;
    RawEvents events;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Dice dice(seed);
        events.clear();
        State state = *start(content(), random_setup(content(), dice), &events);
        while (state.phase != Phase::over) {
            const SeatIndex seat = seat_to_act(state);
            Command command = random_command(state, content(), seat, dice, buffer);
            if (dice.below(40) == 0) command = {.kind = CommandKind::time_out};
            if (command.kind == CommandKind::power) powers.insert(state.seats[seat].farmer);
            REQUIRE(apply(state, content(), seat, command, &events));
        }
        for (const RawEvent& event : events) {
            kinds.insert(event.kind);
            if (event.kind == EventKind::card_played || event.kind == EventKind::unit_entered ||
                event.kind == EventKind::transformed)
                played.insert(content().card(event.card).id);
        }
    }
    for (const Card& card : content().cards()) {
        INFO(card.id);
        CHECK(played.count(card.id) == 1);
    }
    CHECK(powers.size() == content().farmers().size());
    for (std::size_t kind = 0; kind < size_of<EventKind>(); ++kind) {
        INFO(boost::describe::enum_to_string(static_cast<EventKind>(kind), "?"));
        // A cut chain needs cards that no designer would make; its own test has them.
        CHECK(kinds.count(static_cast<EventKind>(kind)) ==
              (static_cast<EventKind>(kind) == EventKind::chain_cut ? 0U : 1U));
    }
}

TEST_CASE("a card's text is generated from its data", "[content]")
{
    const auto text = [](std::string_view id) { return content().card(*content().find_card(id)).text; };
    CHECK(text("carrot_guard") == "Guard.");
    CHECK(text("hedgehog") == "Thorns 1; when it is damaged, deal 1 damage to the enemy farmer.");
    CHECK(text("goat") == "When played, return a chosen enemy unit with attack 3 or less to its hand.");
    CHECK(text("bee_swarm") == "When played, deal 1 damage to 3 random enemy units and farmers.");
    CHECK(text("compost_heap") == "Draw 2 cards and heal your farmer by 2.");
    CHECK(text("shepherd_dog") == "Guard; when played, give all other friendly critters +1/+1.");
    CHECK(text("hen_house") == "At the end of your turn, summon a 1/1 Hen in your row.");
    CHECK(text("turnip_charm") == "Transform a chosen unit with cost 6 or less into a Turnip.");
    CHECK(content().farmers()[*content().find_farmer("almanac")].text ==
          "Look at the top card of your deck, then keep or bury it.");
}

TEST_CASE("the content's hash follows the data and not its layout", "[content]")
{
    const auto hash = [](const std::string& battle, const std::string& cards) {
        const config::LoadedContent loaded = config::parse_content({"b", battle}, {"c", cards});
        REQUIRE(loaded.content);
        return loaded.content->hash();
    };
    const std::string cards = std::string("cards:\n") + bean;
    const std::string base = hash(small_battle, cards);
    CHECK(base.size() == 64);
    CHECK(hash(small_battle, "# a comment\n" + cards) == base);
    std::string dearer = cards, longer = small_battle;
    dearer.replace(dearer.find("cost: 1"), 7, "cost: 2");
    CHECK(hash(small_battle, dearer) != base);
    longer.replace(longer.find("copies: 5"), 9, "copies: 5, turn_ms: 50000");
    CHECK(hash(longer, cards) != base);
}

TEST_CASE("a fault is told with file, line, column, key and reason", "[content]")
{
    CHECK(faults_of(small_battle, std::string("cards:\n") + bean).empty());
    CHECK(first(card_faults("  - {id: x, name: X, family: crops, rarity: common, cost: 11, attack: 1, health: 1}\n")) ==
          "cards.yaml:3:59: cards[1].cost: must be a whole number, 0 to 10");
    CHECK(first(card_faults("  - {id: x, name: X, family: fish, rarity: common, cost: 1}\n")) ==
          "cards.yaml:3:30: cards[1].family: \"fish\" is none of crops, critters, tools, weather");
    CHECK(first(faults_of(small_battle, "cards: [")).substr(0, 10) == "cards.yaml");
    CHECK(first(faults_of("[]", std::string("cards:\n") + bean)) ==
          "battle.yaml:1:1: must be a mapping of keys to values");
    CHECK(config::load_content("no/such/folder").faults.size() == 2);
}

TEST_CASE("every kind of mistake is refused", "[content]")
{
    const std::string unit = "  - {id: x, name: X, family: crops, rarity: common, cost: 1, attack: 1, health: 1, ";
    const std::string tool = "  - {id: x, name: X, family: tools, rarity: common, cost: 1, ";
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {unit + "wings: 2}\n", "cards[1].wings: is not a known key"},
        {unit + "cost: 2}\n", "cards[1].cost: is there twice"},
        {unit + "keywords: [fly]}\n", "keywords[0]: \"fly\" is none of"},
        {unit + "keywords: [thorns]}\n", "keywords[0]: needs a number"},
        {unit + "keywords: [guard 2]}\n", "keywords[0]: takes no number"},
        {unit + "keywords: [guard, guard]}\n", "keywords[1]: is there twice"},
        {unit + "keywords: [thorns 0x2]}\n", "keywords[0]: must be a whole number"},
        {unit + "on_play: []}\n", "on_play: must name 1 to 8 effects"},
        {unit + "on_play: [{effect: explode}]}\n", "on_play[0].effect: \"explode\" is none of"},
        {unit + "on_play: [{effect: damage, amount: 1}]}\n", "on_play[0].target: is missing"},
        {unit + "on_play: [{effect: damage, target: self}]}\n", "on_play[0].amount: is missing"},
        {unit + "on_play: [{effect: damage, amount: 1, target: chosen}]}\n", "there is no `chosen`"},
        {unit + "on_death: [{effect: damage, amount: 1, target: chosen}]}\n", "nothing is chosen here"},
        {unit + "chosen: {side: enemy, what: unit}}\n", "cards[1].chosen: no effect of on_play uses the choice"},
        {unit + "on_play: [{effect: summon, card: nobody}]}\n", "on_play[0].card: there is no card nobody"},
        {unit + "on_play: [{effect: buff, target: self}]}\n", "a buff needs attack, health or keywords"},
        {unit + "on_play: [{effect: draw, target: {pick: all, side: enemy, what: unit}}]}\n", "acts on a seat"},
        {unit + "on_play: [{effect: destroy, target: {pick: all, side: enemy, what: character}}]}\n", "acts on units"},
        {unit + "on_play: [{effect: destroy, target: {pick: all, side: enemy, what: unit, count: 2}}]}\n",
         "only a random pick counts"},
        {unit + "on_play: [{effect: heal, amount: 1, target: {pick: all, side: enemy, what: farmer, max_cost: 2}}]}\n",
         "only `damaged` filters farmers"},
        {tool + "attack: 1, on_play: [{effect: draw}]}\n", "cards[1].attack: is not a known key"},
        {tool + "on_death: [{effect: draw}]}\n", "cards[1].on_death: a tool has on_play only"},
        {tool + "on_play: [{effect: damage, amount: 1, target: self}]}\n", "only a unit can target itself"},
        {tool + "token: maybe, on_play: [{effect: draw}]}\n", "cards[1].token: must be true or false"},
        {"  - {id: x, name: X, family: tools, rarity: common, cost: 1}\n", "needs an effect"},
        {"  - {id: x, name: X, family: crops, rarity: common, cost: 1, health: 1}\n", "cards[1].attack: is missing"},
        {"  - {id: x, name: X, family: crops, rarity: common, cost: \"1\", attack: 1, health: 1}\n",
         "cards[1].cost: must be a whole number"},
        {"  - {id: x, name: X, family: crops, rarity: common, cost: 01, attack: 1, health: 1}\n",
         "cards[1].cost: must be a whole number"},
        {"  - {id: X-1, name: X, family: crops, rarity: common, cost: 1, attack: 1, health: 1}\n", "must be an id"},
        {"  - {id: x, name: '', family: crops, rarity: common, cost: 1, attack: 1, health: 1}\n", "1 to 80 characters"},
        {bean, "cards[1].id: bean is there twice"},
        {"  - 7\n", "cards[1]: must be a mapping"},
    };
    for (const auto& [card, reason] : mistakes) {
        const std::vector<std::string> faults = card_faults(card);
        INFO(card << "gave " << first(faults) << ", not " << reason);
        CHECK(std::any_of(faults.begin(), faults.end(),
                          [&](const std::string& f) { return f.find(reason) != std::string::npos; }));
    }
}

TEST_CASE("what the second player gets beside the deck is no card that is ever spent", "[content]")
{
    std::string battle = small_battle;
    battle.replace(battle.find("copies: 5"), 9, "copies: 5, second_bonus: x");
    const std::string unit = "  - {id: x, name: X, family: crops, rarity: common, cost: 1, attack: 1, health: 1";
    const std::string tool = "  - {id: x, name: X, family: tools, rarity: common, cost: 1, on_play: [{effect: draw}]";
    const auto of = [&](const std::string& card) { return faults_of(battle, std::string("cards:\n") + bean + card); };
    CHECK(first(of(unit + "}\n")).find("rules.second_bonus: x is no token") != std::string::npos);
    CHECK(first(of(unit + ", token: true}\n")).find("rules.second_bonus: x is no token") != std::string::npos);
    CHECK(first(of(tool + "}\n")).find("rules.second_bonus: x is no token") != std::string::npos);
    CHECK(of(tool + ", token: true}\n").empty());
}

TEST_CASE("all faults are told at once", "[content]")
{
    const std::vector<std::string> faults =
        faults_of("version: \"1\"\nrules: {health: 0, hearts: 3}\nfarmers: 5\n",
                  "cards:\n  - {id: x, name: X, family: crops, rarity: odd, cost: -1, attack: 1, health: 1}\nfoo: 1\n");
    CHECK(faults.size() == 7); // rarity, cost, foo, health, hearts, farmers, starters
}

TEST_CASE("starter decks are legal, their sum is the starter collection", "[content]")
{
    CHECK(content().starters().size() == 2);
    std::int64_t copies = 0;
    const Collection owned = starter_collection(content());
    for (const auto& [card, count] : owned) copies += count;
    CHECK(copies == 48);
    for (const StarterDeck& starter : content().starters()) {
        const std::vector<std::string> ids = card_ids(content(), starter.cards);
        CHECK(deck_faults(content(), content().farmers()[starter.farmer].id, ids, &owned).empty());
        CHECK(make_deck(content(), content().farmers()[starter.farmer].id, ids)->cards == starter.cards);
    }
    std::string illegal = small_battle;
    illegal.replace(illegal.find("copies: 5"), 9, "copies: 2");
    CHECK(first(faults_of(illegal, std::string("cards:\n") + bean)) ==
          "battle.yaml:6:3: starters.s: Bean: 5 copies, at most 2");
}

TEST_CASE("a deck's faults are all told with their reasons", "[content]")
{
    std::vector<std::string> deck = card_ids(content(), content().starters()[0].cards);
    const auto kinds = [&](std::string_view farmer, const Collection* owned = nullptr) {
        std::string out;
        for (const DeckFault& fault : deck_faults(content(), farmer, deck, owned)) {
            CHECK_FALSE(fault.message.empty());
            out += std::string(boost::describe::enum_to_string(fault.kind, "?")) + " " + fault.card + ";";
        }
        return out;
    };
    CHECK(kinds("gardener").empty());
    CHECK(kinds("nobody") == "unknown_farmer nobody;");
    deck[0] = "mint"; // a third
    deck[2] = "dewdrop";
    deck[4] = deck[5] = "old_bull";
    deck[6] = "dodo";
    CHECK(kinds("gardener") == "token dewdrop;unknown_card dodo;too_many_copies mint;too_many_legendary old_bull;");
    CHECK_FALSE(make_deck(content(), "gardener", deck).has_value());
    deck = card_ids(content(), content().starters()[0].cards);
    Collection owned = starter_collection(content());
    owned["mint"] = 1;
    owned.erase("thistle");
    CHECK(kinds("gardener", &owned) == "not_owned mint;not_owned thistle;");
    deck.pop_back();
    CHECK(kinds("gardener") == "wrong_size ;");
    deck.assign(100'000, "mint");
    CHECK(kinds("gardener") == "wrong_size ;too_many_copies mint;");
}

TEST_CASE("the catalogue lists every card", "[content]")
{
    const std::vector<CardInfo> cards = catalogue(content());
    CHECK(cards.size() == content().cards().size());
    CHECK(cards[2].keywords == std::vector<std::string>{"thorns 2"});
}
