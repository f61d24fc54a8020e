#include "common/game/battle/content.hpp"

#include "common/game/battle/card_text.hpp"
#include "common/game/battle/digest.hpp"

#include <algorithm>

namespace harvest::game::battle {

void Keywords::set(Keyword keyword, std::uint8_t n)
{
    mask = static_cast<std::uint16_t>(mask | 1U << static_cast<unsigned>(keyword));
    if (keyword == Keyword::thorns) thorns = n;
    if (keyword == Keyword::regrow) regrow = n;
    if (keyword == Keyword::sprout) sprout = n;
}

namespace {

// The canonical form behind the hash: every field in declared order as decimal text, strings with their length.
class CanonicalText {
public:
    void put(std::int64_t number)
    {
        text_ += std::to_string(number);
        text_ += ';';
    }
    void put(std::string_view text)
    {
        put(static_cast<std::int64_t>(text.size()));
        text_ += text;
        text_ += ';';
    }
    template <class T>
    void put_optional(const std::optional<T>& value)
    {
        put(value ? static_cast<std::int64_t>(*value) : std::int64_t{-1});
    }
    void put(const Keywords& keywords)
    {
        for (const std::int64_t n : {keywords.mask + 0, keywords.thorns + 0, keywords.regrow + 0, keywords.sprout + 0})
            put(n);
    }
    void put(const Target& target)
    {
        put(static_cast<std::int64_t>(target.pick));
        put(static_cast<std::int64_t>(target.side));
        put(static_cast<std::int64_t>(target.what));
        put(std::int64_t{target.count});
        const Filter& filter = target.filter;
        put_optional(filter.family);
        put_optional(filter.keyword);
        for (const auto& bound : {filter.min_attack, filter.max_attack, filter.min_health, filter.max_health,
                                  filter.min_cost, filter.max_cost})
            put_optional(bound);
        put(std::int64_t{filter.damaged});
        put(std::int64_t{filter.other});
    }
    void put_chosen(const std::optional<Target>& chosen)
    {
        put(std::int64_t{chosen.has_value()});
        if (chosen) put(*chosen);
    }
    void put(const std::vector<Effect>& effects)
    {
        put(static_cast<std::int64_t>(effects.size()));
        for (const Effect& effect : effects) {
            put(static_cast<std::int64_t>(effect.kind));
            put(effect.target);
            for (const std::int64_t n : {effect.amount + 0, effect.attack + 0, effect.health + 0, effect.card + 0})
                put(n);
            put(effect.grant);
            put(std::int64_t{effect.from_deck});
        }
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

void put_rules(CanonicalText& out, const Rules& rules)
{
    for (const std::int64_t n :
         {rules.health, rules.deck_size, rules.copies, rules.legendary_copies, rules.opening_first,
          rules.opening_second, rules.hand_limit, rules.row_limit, rules.sun_limit, rules.turn_limit, rules.idle_turns,
          rules.sprout_turns, rules.chain_limit, rules.second_bonus + 0})
        out.put(n);
    for (const std::int64_t ms : {rules.turn_ms, rules.bank_ms, rules.grace_ms, rules.nonce_ms, rules.mulligan_ms})
        out.put(ms);
}

void put_card(CanonicalText& out, const Card& card)
{
    out.put(card.id);
    out.put(card.name);
    out.put(static_cast<std::int64_t>(card.family));
    out.put(static_cast<std::int64_t>(card.rarity));
    for (const std::int64_t n : {card.token + 0, card.cost + 0, card.attack + 0, card.health + 0}) out.put(n);
    out.put(card.keywords);
    out.put_chosen(card.chosen);
    for (const std::vector<Effect>& effects : card.triggers) out.put(effects);
}

} // namespace

Content Content::finish(std::string version, Rules rules, std::vector<Card> cards, std::vector<Farmer> farmers,
                        std::vector<StarterDeck> starters)
{
    Content content;
    content.version_ = std::move(version);
    content.rules_ = rules;
    content.cards_ = std::move(cards);
    content.farmers_ = std::move(farmers);
    content.starters_ = std::move(starters);

    CanonicalText canonical;
    canonical.put(content.version_);
    put_rules(canonical, rules);
    for (const Card& card : content.cards_) put_card(canonical, card);
    for (const Farmer& farmer : content.farmers_) {
        canonical.put(farmer.id);
        canonical.put(std::int64_t{farmer.cost});
        canonical.put_chosen(farmer.chosen);
        canonical.put(farmer.power);
    }
    const Digest digest = sha256({as_bytes(canonical.text())});
    content.hash_ = to_hex(digest);
    for (std::size_t i = 0; i < 8; ++i) content.short_hash_ |= std::uint64_t{digest[i]} << (8 * i);

    for (Card& card : content.cards_) card.text = card_text(card, content);
    for (Farmer& farmer : content.farmers_) farmer.text = power_text(farmer, content);
    return content;
}

std::optional<CardIndex> Content::find_card(std::string_view id) const
{
    const auto found = std::find_if(cards_.begin(), cards_.end(), [&](const Card& card) { return card.id == id; });
    if (found == cards_.end()) return std::nullopt;
    return static_cast<CardIndex>(found - cards_.begin());
}

std::optional<std::uint8_t> Content::find_farmer(std::string_view id) const
{
    const auto found = std::find_if(farmers_.begin(), farmers_.end(), [&](const Farmer& f) { return f.id == id; });
    if (found == farmers_.end()) return std::nullopt;
    return static_cast<std::uint8_t>(found - farmers_.begin());
}

std::vector<CardInfo> catalogue(const Content& content)
{
    std::vector<CardInfo> out;
    for (const Card& card : content.cards())
        out.push_back({.id = card.id,
                       .name = card.name,
                       .family = card.family,
                       .rarity = card.rarity,
                       .cost = card.cost,
                       .attack = card.attack,
                       .health = card.health,
                       .token = card.token,
                       .keywords = keyword_texts(card.keywords),
                       .text = card.text});
    return out;
}

} // namespace harvest::game::battle
