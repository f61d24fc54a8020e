// Every card of the data, played: each of its effects must show, and no invariant break.
#include "tests/unit/game/invariants.hpp"
#include "tests/unit/game/stage.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace harvest;
using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

namespace {

// The events of which one at least tells that an effect was carried out.
std::vector<EventKind> signs_of(EffectKind kind)
{
    switch (kind) {
    case EffectKind::damage:
        return {EventKind::damaged, EventKind::shield_broken};
    case EffectKind::heal:
        return {EventKind::healed};
    case EffectKind::draw:
        return {EventKind::card_drawn};
    case EffectKind::buff:
        return {EventKind::buffed};
    case EffectKind::summon:
        return {EventKind::unit_entered};
    case EffectKind::gain_sun:
        return {EventKind::sun_gained};
    case EffectKind::destroy:
        return {EventKind::died};
    case EffectKind::discard:
        return {EventKind::discarded};
    case EffectKind::return_to_hand:
        return {EventKind::returned};
    case EffectKind::silence:
        return {EventKind::silenced};
    case EffectKind::transform:
        return {EventKind::transformed};
    case EffectKind::reveal:
        return {EventKind::revealed};
    }
    return {};
}

// A busy board with something for every target: hurt farmers and units, each family, strong and weak, cards in hand.
class Meadow : public Stage {
public:
    Meadow()
    {
        for (SeatIndex seat = 0; seat < 2; ++seat) {
            for (const char* id : {"carrot_guard", "crow", "ox"}) unit(seat, id);
            at(seat, 0).health = 2;
            at(seat, 1).health = 2;
            hold(seat, "duck");
            state.seats[seat].health = 15;
            cards_[seat] = all_cards(state, seat);
        }
    }

    // A card out of nowhere belongs to the deck from now on.
    void expect(SeatIndex seat, std::string_view id)
    {
        cards_[seat].push_back(card(id));
        std::sort(cards_[seat].begin(), cards_[seat].end());
    }

    void check_invariants() const
    {
        check_bounds(state);
        for (SeatIndex seat = 0; seat < 2; ++seat) CHECK(all_cards(state, seat) == cards_[seat]);
    }

    void check_shown(const Card& card, Trigger trigger) const
    {
        for (const Effect& effect : card.on(trigger)) {
            std::size_t shown = 0;
            for (const EventKind kind : signs_of(effect.kind)) shown += count(kind);
            INFO(boost::describe::enum_to_string(trigger, "?"));
            INFO(boost::describe::enum_to_string(effect.kind, "?"));
            CHECK(shown > 0);
        }
        check_invariants();
    }

    // At the left end of seat 0's row, ready to act.
    Unit& place(const Card& card)
    {
        for (std::size_t i = state.seats[0].row_size++; i > 0; --i) state.seats[0].row[i] = state.seats[0].row[i - 1];
        Unit& unit = at(0, 0);
        unit = {.id = state.next_id++,
                .card = this->card(card.id),
                .attack = std::max<std::int16_t>(card.attack, 1),
                .health = card.health,
                .max_health = card.health,
                .keywords = card.keywords,
                .from_deck = true};
        expect(0, card.id);
        return unit;
    }

private:
    std::array<std::vector<CardIndex>, 2> cards_;
};

void play_it(const Card& card)
{
    Meadow field;
    if (card.is_unit() || !card.token) field.expect(0, card.id); // a token spell is of no deck
    field.state.seats[0].sun = 10;
    const CardIndex index = field.card(card.id);
    const std::uint8_t slot = field.hold(0, card.id);
    CommandBuffer buffer;
    const Command* found = nullptr;
    for (const Command& command : legal_commands(field.state, content(), 0, buffer))
        if (command.kind == CommandKind::play && command.card == slot && found == nullptr) found = &command;
    REQUIRE(found != nullptr);
    CHECK((found->target != spot(Spot::none)) == card.chosen.has_value());
    REQUIRE(field.give(0, *found));
    CHECK(field.side(0).sun >= 10 - card.cost);
    CHECK(field.count(EventKind::card_played) == 1);
    if (card.is_unit()) {
        CHECK(field.count(EventKind::unit_entered) >= 1);
        const auto& row = field.side(0).row;
        CHECK(std::any_of(row.begin(), row.end(), [&](const Unit& unit) { return unit.card == index && unit.fresh; }));
        // Its own entering is no sign of a summons.
        std::erase_if(field.events, [&](const RawEvent& event) {
            return event.kind == EventKind::unit_entered && event.card == index;
        });
    }
    if (card.family == Family::weather) CHECK(field.state.weather == index);
    field.check_shown(card, Trigger::on_play);
}

// The unit strikes a foe that strikes back; `deadly` decides whether it outlives that.
void attack_with(const Card& card, Trigger trigger, bool deadly)
{
    Meadow field;
    Unit& unit = field.place(card);
    unit.keywords.clear(Keyword::shielded);
    unit.health = deadly ? std::int16_t{1} : std::max<std::int16_t>(card.health, 2);
    unit.max_health = std::max(unit.max_health, unit.health);
    REQUIRE(field.attack(0, foe(0)));
    // What the blows themselves do is no sign of the card's effect.
    std::size_t blows = 0;
    std::erase_if(field.events, [&](const RawEvent& event) {
        const bool blow = event.kind == EventKind::attacked || event.kind == EventKind::died;
        if (trigger == Trigger::on_death && event.kind == EventKind::died && event.card == field.card(card.id))
            return true;
        return blow && trigger != Trigger::on_death && ++blows > 0;
    });
    field.check_shown(card, trigger);
}

void pass_turns(const Card& card, Trigger trigger)
{
    Meadow field;
    if (card.family == Family::weather) {
        field.state.weather = field.card(card.id);
        field.state.weather_from_deck = true;
        field.expect(0, card.id);
    } else {
        field.place(card);
    }
    if (trigger == Trigger::turn_end) {
        REQUIRE(field.end_turn());
        // The next seat's own card for the turn is no sign.
        const auto next = std::find_if(field.events.begin(), field.events.end(),
                                       [](const RawEvent& event) { return event.kind == EventKind::turn_started; });
        field.events.erase(next, field.events.end());
    } else {
        REQUIRE(field.end_turn());
        field.events.clear();
        REQUIRE(field.end_turn(1));
    }
    field.check_shown(card, trigger);
}

} // namespace

TEST_CASE("every card can be played, and each of its effects takes place", "[battle][cards]")
{
    std::size_t effects = 0;
    for (const Card& card : content().cards()) {
        INFO(card.id);
        play_it(card);
        for (std::size_t i = 0; i < card.triggers.size(); ++i) {
            const auto trigger = static_cast<Trigger>(i);
            effects += card.triggers[i].size();
            if (card.triggers[i].empty() || trigger == Trigger::on_play) continue;
            if (trigger == Trigger::turn_start || trigger == Trigger::turn_end)
                pass_turns(card, trigger);
            else
                attack_with(card, trigger, trigger == Trigger::on_death);
        }
    }
    CHECK(effects >= 80);
}

TEST_CASE("there are 80 cards at least, some of each rarity in each family", "[content][cards]")
{
    std::map<std::pair<Family, Rarity>, int> cards;
    int all = 0;
    for (const Card& card : content().cards()) {
        if (card.token) continue;
        ++all;
        ++cards[{card.family, card.rarity}];
    }
    CHECK(all >= 80);
    for (const Family family : {Family::crops, Family::critters, Family::tools, Family::weather})
        for (const Rarity rarity : {Rarity::common, Rarity::rare, Rarity::epic, Rarity::legendary}) {
            INFO(boost::describe::enum_to_string(family, "?") << " " << boost::describe::enum_to_string(rarity, "?"));
            CHECK(cards[{family, rarity}] >= 1);
        }
}

TEST_CASE("a card's text is one sentence that leaves nothing of its data out", "[content][cards]")
{
    std::map<std::string, const Card*> by_text;
    for (const Card& card : content().cards()) {
        INFO(card.id << ": " << card.text);
        CHECK(std::count(card.text.begin(), card.text.end(), '.') == 1);
        CHECK(card.text.back() == '.');
        CHECK((card.text[0] >= 'A' && card.text[0] <= 'Z'));
        CHECK(card.text.find("  ") == std::string::npos);
        CHECK(card.text.find(" a 1 ") == std::string::npos);
        for (const char* wrong : {" a a", " a e", " a i", " a o", " a u", " a A", " a E", " a I", " a O", " a U"})
            CHECK(card.text.find(wrong) == std::string::npos);
        // Where two say the same they must be the same but for their stats.
        const auto [same, fresh] = by_text.emplace(card.text, &card);
        if (fresh) continue;
        const Card& twin = *same->second;
        INFO("and " << twin.id);
        CHECK(twin.keywords == card.keywords);
        CHECK(twin.chosen == card.chosen);
        for (std::size_t i = 0; i < card.triggers.size(); ++i)
            CHECK(twin.triggers[i].size() == card.triggers[i].size());
    }
}
