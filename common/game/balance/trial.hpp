// Bots against bots over the space of decks, to see which card, family, farmer, starter deck or seat wins too often.
// Game `i` of a trial follows from (content, bot, seed, i) alone, so any split over threads adds up to the same tally.
#pragma once

#include "common/game/battle/bots/bot.hpp"

namespace harvest::game::balance {

// Of every four games two are between random decks, one between starter decks, one between one of each kind.
struct Trial {
    battle::bots::Level level{};
    std::uint64_t seed{};
    std::optional<std::size_t> starter; // one side of every game plays this starter deck
};

// Drawn games count for nobody.
struct Count {
    std::int64_t games{}, wins{};
    friend bool operator==(const Count&, const Count&) = default;
};

// A thing is counted in the games in which exactly one side has it: the others tell nothing of it. Cards, families and
// farmers are counted between two random decks only; a deck has a family if it holds more of it than random decks do on
// the average.
struct Tally {
    explicit Tally(const battle::Content& content);
    void add(const Tally& other);
    friend bool operator==(const Tally&, const Tally&) = default;

    std::int64_t games{}, draws{}, turns{};
    std::array<Count, 2> order; // who plays first, who second
    std::array<Count, 4> families;
    std::vector<Count> starters, farmers, cards; // as in the content
};

// A legal deck, each set of cards as likely as the number of copies in it allows.
battle::DeckList random_deck(const battle::Content& content, std::uint64_t seed);

// Plays game `index` to its end and counts it.
void play(const Trial& trial, const battle::Content& content, std::uint64_t index, Tally& tally);

} // namespace harvest::game::balance
