#include "common/game/battle/card_text.hpp"

namespace harvest::game::battle {

namespace {

// "a hen", "an owl"; names and nouns of the data are spelt as they sound.
std::string with_article(std::string_view what)
{
    const bool vowel = !what.empty() && std::string_view("aeiouAEIOU").find(what[0]) != std::string_view::npos;
    return (vowel ? "an " : "a ") + std::string(what);
}

std::string counted(int n, std::string_view one, std::string_view many)
{
    return n == 1 ? with_article(one) : std::to_string(n) + " " + std::string(many);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between, std::string_view last)
{
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0) out += i + 1 == parts.size() ? last : between;
        out += parts[i];
    }
    return out;
}

std::string_view keyword_name(Keyword keyword)
{
    return boost::describe::enum_to_string(keyword, "");
}

std::string signed_number(int n)
{
    return (n < 0 ? "" : "+") + std::to_string(n);
}

// "crop", "critter", "unit", "farmer"; a character is "unit or farmer".
std::string noun(const Target& target, bool many)
{
    std::string one = "unit";
    if (target.filter.family == Family::crops) one = "crop";
    if (target.filter.family == Family::critters) one = "critter";
    if (target.what == What::farmer) one = "farmer";
    if (many) one += "s";
    if (target.what == What::character) one += many ? " and farmers" : " or farmer";
    return one;
}

std::string range(std::string_view what, const std::optional<int>& least, const std::optional<int>& most)
{
    if (!least && !most) return "";
    const std::string name(what);
    if (least && most && *least == *most) return name + " " + std::to_string(*least);
    if (least && most) return name + " " + std::to_string(*least) + " to " + std::to_string(*most);
    return least ? name + " " + std::to_string(*least) + " or more" : name + " " + std::to_string(*most) + " or less";
}

std::string conditions(const Filter& filter)
{
    std::vector<std::string> parts;
    if (filter.keyword) parts.emplace_back(keyword_name(*filter.keyword));
    for (std::string part :
         {range("attack", filter.min_attack, filter.max_attack), range("health", filter.min_health, filter.max_health),
          range("cost", filter.min_cost, filter.max_cost)})
        if (!part.empty()) parts.push_back(std::move(part));
    return parts.empty() ? "" : " with " + joined(parts, ", ", " and ");
}

std::string target_text(const Target& target)
{
    if (target.pick == Pick::self) return "itself";
    if (target.what == What::farmer && target.pick == Pick::all && !target.filter.damaged) {
        if (target.side == Side::any) return "both farmers";
        return target.side == Side::friendly ? "your farmer" : "the enemy farmer";
    }
    std::string adjective = target.filter.other ? "other " : "";
    if (target.filter.damaged) adjective += "damaged ";
    if (target.side == Side::friendly) adjective += "friendly ";
    if (target.side == Side::enemy) adjective += "enemy ";
    const bool many = target.pick == Pick::all || target.count > 1;
    const std::string named = adjective + noun(target, many) + conditions(target.filter);
    if (target.pick == Pick::all) return "all " + named;
    if (target.pick == Pick::chosen) return "a chosen " + named;
    return many ? std::to_string(target.count) + " random " + named : "a random " + named;
}

// Whose hand, deck or row an effect on a farmer's seat means.
std::string seat_text(const Target& target, std::string_view mine, std::string_view theirs)
{
    if (target.side == Side::any) return "each seat's";
    return std::string(target.side == Side::friendly ? mine : theirs);
}

std::string buff_text(const Effect& effect)
{
    std::vector<std::string> gifts;
    if (effect.attack != 0 || effect.health != 0)
        gifts.push_back(signed_number(effect.attack) + "/" + signed_number(effect.health));
    for (std::string& keyword : keyword_texts(effect.grant)) gifts.push_back(std::move(keyword));
    return "give " + target_text(effect.target) + " " + joined(gifts, ", ", " and ");
}

std::string draw_text(const Effect& effect)
{
    const std::string cards = counted(effect.amount, "card", "cards");
    if (effect.target.side == Side::any) return "each seat draws " + cards;
    return effect.target.side == Side::friendly ? "draw " + cards : "the enemy draws " + cards;
}

std::string summon_text(const Effect& effect, const Content& content)
{
    const Card& card = content.card(effect.card);
    const std::string stats = std::to_string(card.attack) + "/" + std::to_string(card.health) + " " + card.name;
    return "summon " + counted(effect.amount, stats, stats) + " in " + seat_text(effect.target, "your", "the enemy's") +
           " row";
}

std::string reveal_text(const Effect& effect)
{
    const std::string whose = seat_text(effect.target, "your", "the enemy's");
    if (effect.from_deck) return "reveal the top of " + whose + " deck";
    return "reveal " + counted(effect.amount, "random card", "random cards") + " of " + whose + " hand";
}

std::string_view trigger_text(Trigger trigger, Family family)
{
    const bool unit = family == Family::crops || family == Family::critters;
    switch (trigger) {
    case Trigger::on_play:
        return "when played, ";
    case Trigger::on_death:
        return "when it dies, ";
    case Trigger::on_attack:
        return "when it attacks, ";
    case Trigger::turn_start:
        return unit ? "at the start of your turn, " : "at the start of each turn, for the seat whose turn it is, ";
    case Trigger::turn_end:
        return unit ? "at the end of your turn, " : "at the end of each turn, for the seat whose turn it is, ";
    case Trigger::on_damaged:
        return "when it is damaged, ";
    }
    return "";
}

std::string effects_text(const std::vector<Effect>& effects, const Content& content)
{
    std::vector<std::string> parts;
    for (const Effect& effect : effects) parts.push_back(effect_text(effect, content));
    return joined(parts, ", ", " and ");
}

std::string sentence(std::string text)
{
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text + ".";
}

} // namespace

std::vector<std::string> keyword_texts(const Keywords& keywords)
{
    std::vector<std::string> out;
    for (const Keyword keyword : {Keyword::guard, Keyword::swift, Keyword::thorns, Keyword::regrow, Keyword::burrowed,
                                  Keyword::pest, Keyword::drain, Keyword::sprout, Keyword::shielded}) {
        if (!keywords.has(keyword)) continue;
        std::string text(keyword_name(keyword));
        if (keyword == Keyword::thorns) text += " " + std::to_string(keywords.thorns);
        if (keyword == Keyword::regrow) text += " " + std::to_string(keywords.regrow);
        if (keyword == Keyword::sprout) text += " " + std::to_string(keywords.sprout);
        out.push_back(std::move(text));
    }
    return out;
}

std::string effect_text(const Effect& effect, const Content& content)
{
    const std::string target = target_text(effect.target);
    const std::string amount = std::to_string(effect.amount);
    switch (effect.kind) {
    case EffectKind::damage:
        return "deal " + amount + " damage to " + target;
    case EffectKind::heal:
        return "heal " + target + " by " + amount;
    case EffectKind::draw:
        return draw_text(effect);
    case EffectKind::buff:
        return buff_text(effect);
    case EffectKind::summon:
        return summon_text(effect, content);
    case EffectKind::gain_sun:
        return effect.target.side == Side::enemy ? "the enemy gains " + amount + " sun" : "gain " + amount + " sun";
    case EffectKind::destroy:
        return "destroy " + target;
    case EffectKind::discard:
        return "discard " + counted(effect.amount, "random card", "random cards") + " of " +
               seat_text(effect.target, "your", "the enemy's") + " hand";
    case EffectKind::return_to_hand:
        return "return " + target + " to its hand";
    case EffectKind::silence:
        return "silence " + target;
    case EffectKind::transform:
        return "transform " + target + " into " + with_article(content.card(effect.card).name);
    case EffectKind::reveal:
        return reveal_text(effect);
    }
    return "";
}

std::string card_text(const Card& card, const Content& content)
{
    std::vector<std::string> parts;
    const std::vector<std::string> keywords = keyword_texts(card.keywords);
    if (!keywords.empty()) parts.push_back(joined(keywords, ", ", ", "));
    for (std::size_t i = 0; i < card.triggers.size(); ++i) {
        if (card.triggers[i].empty()) continue;
        const auto trigger = static_cast<Trigger>(i);
        const bool spell = card.family == Family::tools;
        parts.push_back((spell ? "" : std::string(trigger_text(trigger, card.family))) +
                        effects_text(card.triggers[i], content));
    }
    if (parts.empty()) return "A plain unit.";
    return sentence(joined(parts, "; ", "; "));
}

std::string power_text(const Farmer& farmer, const Content& content)
{
    for (const Effect& effect : farmer.power)
        if (effect.kind == EffectKind::reveal && effect.from_deck)
            return "Look at the top card of your deck, then keep or bury it.";
    return sentence(effects_text(farmer.power, content));
}

} // namespace harvest::game::battle
