// The cards, farmers and numbers of the battle, as loaded from config/game/ (common/config/game/content_loader.hpp).
// Immutable once finished and shared by const reference; its hash is pinned by every match.
#pragma once

#include "common/game/battle/vocabulary.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::game::battle {

struct Keywords {
    std::uint16_t mask{};                      // one bit a Keyword
    std::uint8_t thorns{}, regrow{}, sprout{}; // the n of those that have one
    bool has(Keyword keyword) const { return (mask >> static_cast<unsigned>(keyword)) & 1U; }
    void set(Keyword keyword, std::uint8_t n = 0);
    void clear(Keyword keyword) { mask = static_cast<std::uint16_t>(mask & ~(1U << static_cast<unsigned>(keyword))); }
    friend bool operator==(const Keywords&, const Keywords&) = default;
};

// Every condition that is given must hold. Farmers pass only `damaged`, the rest is about units.
struct Filter {
    std::optional<Family> family;
    std::optional<Keyword> keyword;
    std::optional<int> min_attack, max_attack, min_health, max_health, min_cost, max_cost;
    bool damaged{};
    bool other{}; // not the source itself
    friend bool operator==(const Filter&, const Filter&) = default;
};

// Sides are seen from the seat that controls the source; `count` is how many a random pick takes.
struct Target {
    Pick pick{Pick::all};
    Side side{Side::friendly};
    What what{What::farmer};
    std::uint8_t count{1};
    Filter filter;
    friend bool operator==(const Target&, const Target&) = default;
};

// One effect. draw, discard, gain_sun, reveal and summon act on the seat of the targeted farmer.
struct Effect {
    EffectKind kind{};
    Target target;
    std::int16_t amount{};           // of damage, heal, draw, gain_sun, discard, reveal; copies of a summon
    std::int16_t attack{}, health{}; // of a buff
    Keywords grant;                  // of a buff
    CardIndex card{no_card};         // of summon and transform
    bool from_deck{};                // reveal: the top of the deck, to its owner, who may bury it; else hand cards
};

struct Card {
    std::string id, name;
    Family family{};
    Rarity rarity{};
    bool token{}; // made by effects only, never in a deck
    std::uint8_t cost{};
    std::int16_t attack{}, health{};
    Keywords keywords;
    std::optional<Target> chosen;                // what a play of it must name, if any such thing is there
    std::array<std::vector<Effect>, 6> triggers; // by Trigger
    std::string text;                            // one generated sentence or two
    bool is_unit() const { return family == Family::crops || family == Family::critters; }
    const std::vector<Effect>& on(Trigger trigger) const { return triggers[static_cast<std::size_t>(trigger)]; }
};

struct Farmer {
    std::string id, name;
    std::uint8_t cost{};
    std::optional<Target> chosen;
    std::vector<Effect> power;
    std::string text;
};

// Numbers of harvest-game(7) §5; times in milliseconds are for whoever owns the clocks, the rules read no clock.
struct Rules {
    int health{25}, deck_size{24}, copies{2}, legendary_copies{1};
    int opening_first{3}, opening_second{4}, hand_limit{9}, row_limit{6};
    int sun_limit{10}, turn_limit{60}, idle_turns{3}, sprout_turns{3}, chain_limit{200};
    std::int64_t turn_ms{40'000}, bank_ms{60'000}, grace_ms{30'000}, nonce_ms{10'000}, mulligan_ms{40'000};
    CardIndex second_bonus{no_card}; // the dewdrop
};

struct StarterDeck {
    std::string id, name;
    std::uint8_t farmer{};
    std::vector<CardIndex> cards;
};

class Content {
public:
    // Sorts nothing and checks nothing: the loader has. Generates texts and the hash over the canonical data.
    static Content finish(std::string version, Rules rules, std::vector<Card> cards, std::vector<Farmer> farmers,
                          std::vector<StarterDeck> starters);

    const Card& card(CardIndex index) const { return cards_[index]; }
    const std::vector<Card>& cards() const { return cards_; }
    const std::vector<Farmer>& farmers() const { return farmers_; }
    const std::vector<StarterDeck>& starters() const { return starters_; }
    const Rules& rules() const { return rules_; }
    std::optional<CardIndex> find_card(std::string_view id) const;
    std::optional<std::uint8_t> find_farmer(std::string_view id) const;
    const std::string& version() const { return version_; }
    const std::string& hash() const { return hash_; } // SHA-256 in hex
    std::uint64_t short_hash() const { return short_hash_; }

private:
    std::string version_, hash_;
    std::uint64_t short_hash_{};
    Rules rules_;
    std::vector<Card> cards_;
    std::vector<Farmer> farmers_;
    std::vector<StarterDeck> starters_;
};

// A card as the catalogue shows it.
struct CardInfo {
    std::string id, name;
    Family family{};
    Rarity rarity{};
    int cost{}, attack{}, health{};
    bool token{};
    std::vector<std::string> keywords; // "guard", "thorns 2"
    std::string text;
};
BOOST_DESCRIBE_STRUCT(CardInfo, (), (id, name, family, rarity, cost, attack, health, token, keywords, text))

std::vector<CardInfo> catalogue(const Content& content);
std::vector<std::string> keyword_texts(const Keywords& keywords);

} // namespace harvest::game::battle
