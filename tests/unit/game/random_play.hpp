// Random legal play over the rules, for the properties, the digests and the benchmark.
#pragma once

#include "common/game/battle/record.hpp"

#include <string>

namespace harvest::game::battle::test {

// SplitMix64: the tests' own chance.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next()
    {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

private:
    std::uint64_t state_;
};

inline Seed random_seed(Dice& dice)
{
    Seed seed{};
    for (std::uint8_t& byte : seed) byte = static_cast<std::uint8_t>(dice.next());
    return seed;
}

// Any legal deck of the content's cards.
inline DeckList random_deck(const Content& content, Dice& dice)
{
    std::vector<CardIndex> pool;
    for (std::size_t i = 0; i < content.cards().size(); ++i) {
        const Card& card = content.cards()[i];
        if (card.token) continue;
        const int copies = card.rarity == Rarity::legendary ? content.rules().legendary_copies : content.rules().copies;
        for (int n = 0; n < copies; ++n) pool.push_back(static_cast<CardIndex>(i));
    }
    DeckList deck;
    deck.farmer = static_cast<std::uint8_t>(dice.below(content.farmers().size()));
    while (deck.cards.size() < static_cast<std::size_t>(content.rules().deck_size)) {
        const std::size_t pick = dice.below(pool.size());
        deck.cards.push_back(pool[pick]);
        pool[pick] = pool.back();
        pool.pop_back();
    }
    return deck;
}

inline MatchSetup random_setup(const Content& content, Dice& dice)
{
    MatchSetup setup;
    setup.match_id = "m_" + std::to_string(dice.next());
    setup.server_seed = random_seed(dice);
    setup.nonces = {random_seed(dice), random_seed(dice)};
    setup.decks = {random_deck(content, dice), random_deck(content, dice)};
    return setup;
}

// The seat that is to act: in the mulligan the first that has not.
inline SeatIndex seat_to_act(const State& state)
{
    if (state.phase == Phase::mulligan) return state.seats[0].mulligan_done ? 1 : 0;
    return state.active;
}

// A random legal command: units go anywhere, ending the turn is rarer than the rest.
inline Command random_command(const State& state, const Content& content, SeatIndex seat, Dice& dice,
                              CommandBuffer& buffer)
{
    const std::span<const Command> legal = legal_commands(state, content, seat, buffer);
    std::size_t pick = dice.below(legal.size());
    if (pick + 1 == legal.size()) pick = dice.below(legal.size());
    Command command = legal[pick];
    if (command.kind == CommandKind::play && command.position > 0)
        command.position = static_cast<std::uint8_t>(dice.below(command.position + 1U));
    return command;
}

// A whole random match as a record with the seed revealed.
inline BattleRecord random_match(const Content& content, std::uint64_t seed)
{
    Dice dice(seed);
    const MatchSetup setup = random_setup(content, dice);
    State state = *start(content, setup);
    BattleRecord record;
    record.header = make_header(content, setup, state);
    reveal(record.header, setup.server_seed);
    CommandBuffer buffer;
    while (state.phase != Phase::over) {
        const SeatIndex seat = seat_to_act(state);
        const Command command = random_command(state, content, seat, dice, buffer);
        if (!apply(state, content, seat, command)) break;
        record.moves.push_back(make_move(state, seat, command));
    }
    record.winner = state.winner;
    record.ending = state.ending;
    return record;
}

} // namespace harvest::game::battle::test
