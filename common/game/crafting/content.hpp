// What each card is made of and what a copy of it gives back: derived from rarity and family by the rules of
// config/game/recipes.yaml, with overrides by card (harvest-game(7) §4).
#pragma once

#include "common/game/battle/content.hpp"
#include "common/game/farm/actions.hpp"

#include <array>
#include <map>

namespace harvest::game::crafting {

using farm::Holdings;
using farm::Item;

inline constexpr std::string_view moonberry = "moonberry"; // a copy made with it is numbered
inline constexpr std::int64_t amount_at_most = 1'000'000, portions_at_most = 1'000;

struct RarityRule {
    std::int64_t portions{}; // of the family's and the variant's things
    std::vector<Item> things;
    std::int64_t stardust{}; // that a copy gives back
};

// A second way to make every card whose own recipe has not all of its things yet: "<id>.<card>".
struct Variant {
    std::string id;
    std::vector<Item> portion;
};

// What differs from the rules for one card.
struct Override {
    std::string card;
    std::optional<std::vector<Item>> things;
    std::optional<std::int64_t> stardust;
};

struct Rules {
    std::array<RarityRule, 4> rarities;        // by battle::Rarity
    std::array<std::vector<Item>, 4> families; // a portion, by battle::Family
    std::vector<Variant> variants;
    std::vector<Override> overrides;
};

struct Recipe {
    std::string id, card;
    std::vector<Item> things; // by asset, each once
    bool numbered{};          // the copy has a serial number
};

class Content {
public:
    // A recipe for each card that fits a deck. Checks nothing: the loader has.
    static Content derive(std::string version, const Rules& rules, const battle::Content& cards);

    const std::string& version() const { return version_; }
    const std::string& hash() const { return hash_; } // SHA-256 in hex
    const std::vector<Recipe>& recipes() const { return recipes_; }
    const Recipe* find(std::string_view id) const; // nullptr where there is none; a card's own recipe has the card's id
    // What a copy gives; none for a card that cannot be dismantled.
    std::optional<std::int64_t> stardust_of(std::string_view card) const;

private:
    std::string version_, hash_;
    std::vector<Recipe> recipes_;
    std::map<std::string, std::size_t, std::less<>> by_id_;
    std::map<std::string, std::int64_t, std::less<>> stardust_;
};

// How much of an asset the things have in them.
std::int64_t amount_of(const std::vector<Item>& things, std::string_view asset);

} // namespace harvest::game::crafting
