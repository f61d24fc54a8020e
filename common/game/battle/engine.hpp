// The rules of the battle: (state, seat, command) -> (state, events) or a refusal. Pure; chance comes from the state.
#pragma once

#include "common/game/battle/errc.hpp"
#include "common/game/battle/state.hpp"

#include <span>

namespace harvest::game::battle {

struct DeckList {
    std::uint8_t farmer{};
    std::vector<CardIndex> cards;
};

// Who plays with what, after both nonces are in or late (harvest-game(7) §5, fair chance).
struct MatchSetup {
    std::string match_id;
    Seed server_seed{};
    std::array<Nonce, 2> nonces{};
    std::array<DeckList, 2> decks;
};

// Shuffles, draws the first player, deals opening hands; the phase is then `mulligan`, for both seats at once.
// Errors: bad_deck (a size or card that no State can hold; full validation is deck.hpp's).
Result<State> start(const Content& content, const MatchSetup& setup, RawEvents* events = nullptr);

// Plays one command of `seat`. On refusal (BattleErrc) nothing has changed. Appends to `events` where given.
Result<void> apply(State& state, const Content& content, SeatIndex seat, const Command& command,
                   RawEvents* events = nullptr);

// What `apply` would refuse with, or nothing.
Result<void> check(const State& state, const Content& content, SeatIndex seat, const Command& command);

// Ten cards at thirteen targets, six attackers at seven, a power at thirteen: below this.
inline constexpr std::size_t max_legal_commands = 256;
using CommandBuffer = std::array<Command, max_legal_commands>;

// All commands that `seat` may give now, without concede (always legal until the end) and the instance's own two.
// Units enter at the right end; any position from 0 is legal too. During a mulligan every set of cards is listed.
std::span<const Command> legal_commands(const State& state, const Content& content, SeatIndex seat, CommandBuffer& out);

} // namespace harvest::game::battle
