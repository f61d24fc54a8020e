#include "common/config/game/content_loader.hpp"

#include "common/config/game/content_file.hpp"
#include "common/config/game/read_effects.hpp"
#include "common/game/battle/deck.hpp"

namespace harvest::config {

namespace battle = game::battle;
using namespace content;

std::string ContentFault::text() const
{
    const std::string place = file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
    return place + (key.empty() ? reason : key + ": " + reason);
}

namespace {

using CardTable = std::map<std::string, battle::CardIndex, std::less<>>;

// What the cards are called and which of them are units, known before any effect is read.
struct Names {
    CardTable cards;
    std::vector<bool> units;
};

Names read_names(const Place& root, const std::vector<YAML::Node>& nodes)
{
    Names names;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        std::string id, family;
        if (nodes[i].IsMap()) {
            for (const auto& pair : nodes[i]) {
                if (!pair.first.IsScalar() || !pair.second.IsScalar()) continue;
                if (pair.first.Scalar() == "id") id = pair.second.Scalar();
                if (pair.first.Scalar() == "family") family = pair.second.Scalar();
            }
        }
        names.units.push_back(family == "crops" || family == "critters");
        if (id.empty() || names.cards.emplace(id, static_cast<battle::CardIndex>(i)).second) continue;
        fault({root.faults, root.file, "cards[" + std::to_string(i) + "].id"}, nodes[i], id + " is there twice");
    }
    return names;
}

void read_triggers(YamlMap& map, battle::Card& card, const Names& names)
{
    const bool tool = card.family == battle::Family::tools;
    const bool weather = card.family == battle::Family::weather;
    bool chose = false, any = false;
    for (std::size_t i = 0; i < card.triggers.size(); ++i) {
        const auto trigger = static_cast<battle::Trigger>(i);
        const char* key = boost::describe::enum_to_string(trigger, "");
        const YAML::Node* node = map.find(key);
        if (node == nullptr) continue;
        const bool turn = trigger == battle::Trigger::turn_start || trigger == battle::Trigger::turn_end;
        const bool play = trigger == battle::Trigger::on_play;
        if ((tool && !play) || (weather && !play && !turn))
            fault(map.at(key), *node, tool ? "a tool has on_play only" : "weather has on_play and the turn triggers");
        EffectScope scope{.host = tool ? Host::tool : (weather ? Host::weather : Host::unit),
                          .may_choose = play,
                          .chosen = &card.chosen,
                          .cards = &names.cards,
                          .units = &names.units,
                          .chose = &chose};
        card.triggers[i] = read_effects(map, key, true, scope);
        any = true;
    }
    if (card.chosen && !chose) fault(map.at("chosen"), map.node(), "no effect of on_play uses the choice");
    if (!any && (tool || weather)) fault(map.at("on_play"), map.node(), "a card that is no unit needs an effect");
}

battle::Card read_card(const Place& place, const YAML::Node& node, const Names& names)
{
    battle::Card card;
    YamlMap map(place, node);
    if (!map.valid()) return card;
    card.id = map.id("id");
    card.name = map.text("name");
    card.family = map.choice<battle::Family>("family");
    card.rarity = map.choice<battle::Rarity>("rarity");
    card.token = map.boolean("token");
    map.required("cost");
    card.cost = static_cast<std::uint8_t>(map.integer("cost", 0, 10, 0));
    if (card.is_unit()) {
        map.required("attack");
        map.required("health");
        card.attack = static_cast<std::int16_t>(map.integer("attack", 0, 99, 0));
        card.health = static_cast<std::int16_t>(map.integer("health", 1, 99, 1));
        card.keywords = read_keywords(map, "keywords");
    }
    if (card.family != battle::Family::weather) card.chosen = read_chosen(map);
    read_triggers(map, card, names);
    map.finish();
    return card;
}

battle::Farmer read_farmer(const Place& place, const YAML::Node& node, const Names& names)
{
    battle::Farmer farmer;
    YamlMap map(place, node);
    if (!map.valid()) return farmer;
    farmer.id = map.id("id");
    farmer.name = map.text("name");
    farmer.cost = static_cast<std::uint8_t>(map.integer("cost", 0, 10, 2));
    farmer.chosen = read_chosen(map);
    bool chose = false;
    const EffectScope scope{.host = Host::power,
                            .may_choose = true,
                            .chosen = &farmer.chosen,
                            .cards = &names.cards,
                            .units = &names.units,
                            .chose = &chose};
    farmer.power = read_effects(map, "power", true, scope);
    if (farmer.chosen && !chose) fault(map.at("chosen"), node, "no effect of the power uses the choice");
    for (const battle::Effect& effect : farmer.power)
        if (effect.from_deck && (effect.target.side != battle::Side::friendly || effect.amount != 1))
            fault(map.at("power"), node, "a power looks at one card of its own deck");
    map.finish();
    return farmer;
}

battle::Rules read_battle_rules(const Place& place, const YAML::Node& node, const Names& names)
{
    battle::Rules rules;
    YamlMap map(place, node);
    if (!map.valid()) return rules;
    const auto number = [&](std::string_view key, int& value, std::int64_t least, std::int64_t most) {
        value = static_cast<int>(map.integer(key, least, most, value));
    };
    number("health", rules.health, 1, 999);
    number("deck_size", rules.deck_size, 5, battle::deck_capacity);
    number("copies", rules.copies, 1, 24);
    number("legendary_copies", rules.legendary_copies, 1, 24);
    number("opening_first", rules.opening_first, 0, 5);
    number("opening_second", rules.opening_second, 0, 5);
    number("hand_limit", rules.hand_limit, 6, battle::hand_capacity);
    number("row_limit", rules.row_limit, 1, battle::row_capacity);
    number("sun_limit", rules.sun_limit, 1, 99);
    number("turn_limit", rules.turn_limit, 2, 1000);
    number("idle_turns", rules.idle_turns, 1, 100);
    number("sprout_turns", rules.sprout_turns, 1, 100);
    number("chain_limit", rules.chain_limit, 1, 200);
    for (auto [key, value] : {std::pair<const char*, std::int64_t*>{"turn_ms", &rules.turn_ms},
                              {"bank_ms", &rules.bank_ms},
                              {"grace_ms", &rules.grace_ms},
                              {"nonce_ms", &rules.nonce_ms},
                              {"mulligan_ms", &rules.mulligan_ms}})
        *value = map.integer(key, 0, 3'600'000, *value);
    if (const YAML::Node* bonus = map.find("second_bonus")) {
        const std::string id = read_id(map.at("second_bonus"), *bonus).value_or("");
        const auto found = names.cards.find(id);
        if (found != names.cards.end())
            rules.second_bonus = found->second;
        else if (!id.empty())
            fault(map.at("second_bonus"), *bonus, "there is no card " + id);
    }
    map.finish();
    return rules;
}

battle::StarterDeck read_starter(const Place& place, const YAML::Node& node, const Names& names,
                                 const std::vector<battle::Farmer>& farmers)
{
    battle::StarterDeck starter;
    YamlMap map(place, node);
    if (!map.valid()) return starter;
    starter.id = map.id("id");
    starter.name = map.text("name");
    const std::string farmer = map.id("farmer");
    std::size_t who = 0;
    while (who < farmers.size() && farmers[who].id != farmer) ++who;
    if (who == farmers.size() && !farmer.empty()) fault(map.at("farmer"), node, "there is no farmer " + farmer);
    starter.farmer = static_cast<std::uint8_t>(who);
    const std::vector<YAML::Node> cards = map.sequence("cards", true);
    for (std::size_t i = 0; i < cards.size(); ++i) {
        const std::string id = read_id(map.at("cards", i), cards[i]).value_or("");
        const auto found = names.cards.find(id);
        if (found != names.cards.end())
            starter.cards.push_back(found->second);
        else if (!id.empty())
            fault(map.at("cards", i), cards[i], "there is no card " + id);
    }
    map.finish();
    return starter;
}

// The starters must be decks that anyone may play.
void check_starters(const Place& place, const YAML::Node& node, const battle::Content& content)
{
    for (const battle::StarterDeck& starter : content.starters()) {
        const std::vector<std::string> ids = battle::card_ids(content, starter.cards);
        const std::string& farmer = content.farmers()[starter.farmer].id;
        for (const battle::DeckFault& found : battle::deck_faults(content, farmer, ids))
            fault({place.faults, place.file, place.key + "." + starter.id}, node, found.message);
    }
}

// It comes on top of a full deck, so it must be what is never laid with the spent cards.
void check_second_bonus(const Place& place, const YAML::Node& node, const battle::Content& content)
{
    const battle::CardIndex index = content.rules().second_bonus;
    if (index == battle::no_card) return;
    const battle::Card& bonus = content.cards()[index];
    if (!bonus.token || bonus.is_unit()) fault(place, node, bonus.id + " is no token that is a tool or weather");
}

} // namespace

LoadedContent parse_content(const ContentText& battle_file, const ContentText& cards_file)
{
    LoadedContent out;
    FaultList faults(out.faults);
    const std::optional<YAML::Node> cards_node = parse_file(cards_file, faults);
    const std::optional<YAML::Node> battle_node = parse_file(battle_file, faults);
    if (!cards_node || !battle_node) return out;

    YamlMap cards_root({faults, cards_file.name, ""}, *cards_node);
    const Names names = read_names(cards_root.at("cards"), cards_root.sequence("cards", false));
    std::vector<battle::Card> cards =
        read_list(cards_root, "cards", 2000,
                  [&](const Place& place, const YAML::Node& node) { return read_card(place, node, names); });
    cards_root.finish();

    YamlMap root({faults, battle_file.name, ""}, *battle_node);
    std::string version = root.text("version");
    battle::Rules rules;
    if (const YAML::Node* node = root.required("rules")) rules = read_battle_rules(root.at("rules"), *node, names);
    std::vector<battle::Farmer> farmers =
        read_list(root, "farmers", 100,
                  [&](const Place& place, const YAML::Node& node) { return read_farmer(place, node, names); });
    std::vector<battle::StarterDeck> starters =
        read_list(root, "starters", 20, [&](const Place& place, const YAML::Node& node) {
            return read_starter(place, node, names, farmers);
        });
    root.finish();
    if (faults.count() > 0) return out;

    battle::Content content =
        battle::Content::finish(std::move(version), rules, std::move(cards), std::move(farmers), std::move(starters));
    check_starters(root.at("starters"), *root.find("starters"), content);
    check_second_bonus({faults, battle_file.name, "rules.second_bonus"}, *root.find("rules"), content);
    if (faults.count() == 0) out.content = std::move(content);
    return out;
}

LoadedContent load_content(const std::string& directory)
{
    LoadedContent failed;
    FaultList faults(failed.faults);
    const ContentText battle_file{"battle.yaml", read_file(directory + "/battle.yaml", "battle.yaml", faults)};
    const ContentText cards_file{"cards.yaml", read_file(directory + "/cards.yaml", "cards.yaml", faults)};
    if (faults.count() > 0) return failed;
    return parse_content(battle_file, cards_file);
}

} // namespace harvest::config
