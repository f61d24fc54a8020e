#include "common/config/game/read_effects.hpp"

namespace harvest::config::content {

namespace battle = game::battle;
using battle::EffectKind;
using battle::Pick;
using battle::Side;
using battle::What;

namespace {

void read_filter(YamlMap& map, battle::Target& target)
{
    battle::Filter& filter = target.filter;
    if (map.has("family")) filter.family = map.choice<battle::Family>("family", battle::Family::crops);
    if (map.has("keyword")) filter.keyword = map.choice<battle::Keyword>("keyword", battle::Keyword::guard);
    filter.min_attack = map.bound("min_attack", 99);
    filter.max_attack = map.bound("max_attack", 99);
    filter.min_health = map.bound("min_health", 99);
    filter.max_health = map.bound("max_health", 99);
    filter.min_cost = map.bound("min_cost", 10);
    filter.max_cost = map.bound("max_cost", 10);
    filter.damaged = map.boolean("damaged");
    filter.other = map.boolean("other");
    battle::Filter only_damaged;
    only_damaged.damaged = filter.damaged;
    if (target.what != What::unit && !(filter == only_damaged))
        fault(map.at("what"), map.node(), "only `damaged` filters farmers; the other filters need `what: unit`");
}

bool acts_on_units(EffectKind kind)
{
    return kind == EffectKind::buff || kind == EffectKind::destroy || kind == EffectKind::return_to_hand ||
           kind == EffectKind::silence || kind == EffectKind::transform;
}

bool acts_on_seats(EffectKind kind)
{
    return kind == EffectKind::draw || kind == EffectKind::summon || kind == EffectKind::gain_sun ||
           kind == EffectKind::discard || kind == EffectKind::reveal;
}

std::optional<battle::Target> read_target_word(const Place& place, const YAML::Node& node, const EffectScope& scope)
{
    battle::Target target;
    if (node.Scalar() == "self") {
        if (scope.host != Host::unit) fault(place, node, "only a unit can target itself");
        target.pick = Pick::self;
        target.what = What::unit;
        return target;
    }
    if (node.Scalar() != "chosen") {
        fault(place, node, "must be `chosen`, `self` or a mapping with pick, side and what");
        return std::nullopt;
    }
    if (!scope.may_choose) {
        fault(place, node, "nothing is chosen here: only on_play and farmer powers can use the choice");
        return std::nullopt;
    }
    if (!*scope.chosen) {
        fault(place, node, "there is no `chosen` to say what may be chosen");
        return std::nullopt;
    }
    *scope.chose = true;
    return **scope.chosen;
}

std::optional<battle::Target> read_target(const Place& place, const YAML::Node& node, const EffectScope& scope)
{
    if (node.IsScalar()) return read_target_word(place, node, scope);
    YamlMap map(place, node);
    if (!map.valid()) return std::nullopt;
    battle::Target target;
    target.pick = map.choice<Pick>("pick");
    if (target.pick == Pick::chosen || target.pick == Pick::self)
        fault(map.at("pick"), node, "must be random or all here; write `target: chosen` or `target: self`");
    target.side = map.choice<Side>("side");
    target.what = map.choice<What>("what");
    target.count = static_cast<std::uint8_t>(map.integer("count", 1, 14, 1));
    if (target.count != 1 && target.pick != Pick::random) fault(map.at("count"), node, "only a random pick counts");
    read_filter(map, target);
    map.finish();
    return target;
}

void check_fit(const Place& place, const YAML::Node& node, const battle::Effect& effect)
{
    if (acts_on_units(effect.kind) && effect.target.what != What::unit)
        fault(place, node, "acts on units: the target's `what` must be unit");
    if (acts_on_seats(effect.kind) && effect.target.what != What::farmer)
        fault(place, node, "acts on a seat: the target's `what` must be farmer");
}

void read_card_of(YamlMap& map, battle::Effect& effect, const EffectScope& scope)
{
    const YAML::Node* node = map.required("card");
    const std::string id = node == nullptr ? "" : read_id(map.at("card"), *node).value_or("");
    if (id.empty()) return;
    const auto found = scope.cards->find(id);
    if (found == scope.cards->end()) {
        fault(map.at("card"), *node, "there is no card " + id);
    } else if (!(*scope.units)[found->second]) {
        fault(map.at("card"), *node, id + " is no unit and cannot stand on a row");
    } else {
        effect.card = found->second;
    }
}

void read_values(YamlMap& map, battle::Effect& effect, const EffectScope& scope)
{
    const auto amount = [&](std::int64_t most, std::int64_t otherwise) {
        if (otherwise == 0) map.required("amount");
        effect.amount = static_cast<std::int16_t>(map.integer("amount", 1, most, otherwise));
    };
    switch (effect.kind) {
    case EffectKind::damage:
    case EffectKind::heal:
        amount(99, 0);
        break;
    case EffectKind::draw:
    case EffectKind::discard:
    case EffectKind::gain_sun:
    case EffectKind::reveal:
        amount(10, 1);
        break;
    case EffectKind::summon:
        amount(6, 1);
        read_card_of(map, effect, scope);
        break;
    case EffectKind::transform:
        read_card_of(map, effect, scope);
        break;
    case EffectKind::buff:
        effect.attack = static_cast<std::int16_t>(map.integer("attack", -20, 20, 0));
        effect.health = static_cast<std::int16_t>(map.integer("health", 0, 20, 0));
        effect.grant = read_keywords(map, "keywords");
        if (effect.attack == 0 && effect.health == 0 && effect.grant.mask == 0)
            fault(map.at("effect"), map.node(), "a buff needs attack, health or keywords");
        break;
    default:
        break;
    }
}

battle::Effect read_effect(const Place& place, const YAML::Node& node, const EffectScope& scope)
{
    battle::Effect effect;
    YamlMap map(place, node);
    if (!map.valid()) return effect;
    effect.kind = map.choice<EffectKind>("effect");
    // `count` reads better for copies of a unit; it is the same number.
    const YAML::Node* copies = effect.kind == EffectKind::summon ? map.find("count") : nullptr;
    read_values(map, effect, scope);
    if (copies != nullptr)
        effect.amount = static_cast<std::int16_t>(read_integer(map.at("count"), *copies, 1, 6).value_or(1));
    if (effect.kind == EffectKind::reveal && map.has("from")) {
        const std::string from = map.text("from");
        effect.from_deck = from == "deck";
        if (from != "deck" && from != "hand") fault(map.at("from"), node, "must be hand or deck");
    }
    const bool optional =
        (acts_on_seats(effect.kind) && effect.kind != EffectKind::discard) || effect.kind == EffectKind::heal;
    const YAML::Node* target = optional ? map.find("target") : map.required("target");
    if (target != nullptr) {
        if (const auto read = read_target(map.at("target"), *target, scope)) {
            effect.target = *read;
            const bool by_word = target->IsScalar();
            effect.target.pick = by_word && target->Scalar() == "chosen" ? Pick::chosen : effect.target.pick;
            check_fit(map.at("target"), *target, effect);
        }
    }
    map.finish();
    return effect;
}

} // namespace

std::vector<battle::Effect> read_effects(YamlMap& owner, std::string_view key, bool needed, const EffectScope& scope)
{
    std::vector<battle::Effect> out;
    const std::vector<YAML::Node> nodes = owner.sequence(key, needed);
    for (std::size_t i = 0; i < nodes.size(); ++i) out.push_back(read_effect(owner.at(key, i), nodes[i], scope));
    const YAML::Node* list = owner.find(key);
    if (list != nullptr && list->IsSequence() && (nodes.empty() || nodes.size() > 8))
        fault(owner.at(key), *list, "must name 1 to 8 effects");
    return out;
}

// "guard", "thorns 2": a word and, for three of them, a number from 1 to 20.
battle::Keywords read_keywords(YamlMap& owner, std::string_view key)
{
    battle::Keywords out;
    const std::vector<YAML::Node> nodes = owner.sequence(key, false);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Place place = owner.at(key, i);
        const std::optional<std::string> text = read_text(place, nodes[i]);
        if (!text) continue;
        const std::size_t space = text->find(' ');
        const std::optional<battle::Keyword> keyword =
            read_enum<battle::Keyword>(place, YAML::Node(text->substr(0, space)));
        if (!keyword) continue;
        const bool counted = *keyword == battle::Keyword::thorns || *keyword == battle::Keyword::regrow ||
                             *keyword == battle::Keyword::sprout;
        if (out.has(*keyword)) fault(place, nodes[i], "is there twice");
        if (counted != (space != std::string::npos)) {
            fault(place, nodes[i], counted ? "needs a number: \"" + *text + " 1\"" : "takes no number");
            continue;
        }
        std::int64_t n = 0;
        if (counted) n = read_integer(place, YAML::Node(text->substr(space + 1)), 1, 20).value_or(1);
        out.set(*keyword, static_cast<std::uint8_t>(n));
    }
    return out;
}

std::optional<battle::Target> read_chosen(YamlMap& owner)
{
    const YAML::Node* node = owner.find("chosen");
    if (node == nullptr) return std::nullopt;
    YamlMap map(owner.at("chosen"), *node);
    if (!map.valid()) return std::nullopt;
    battle::Target target;
    target.pick = Pick::chosen;
    target.side = map.choice<Side>("side");
    target.what = map.choice<What>("what");
    read_filter(map, target);
    map.finish();
    return target;
}

} // namespace harvest::config::content
