// A tournament as kept: its rules, who is in it, and its pairings (harvest-game(7) §8).
#pragma once

#include "common/base/time.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/protocol/tournaments.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace harvest {

struct TournamentPrize {
    int place{};
    std::string asset;
    std::int64_t amount{};
};

struct TournamentRules {
    std::string name;
    game::tournament::Format format{};
    int rounds{}; // of Swiss; 0: ceil(log2 n)
    Millis round_length{};
    std::int64_t min_players{2}, max_players{};
    std::vector<TournamentPrize> prizes{};
};

struct TournamentEntry {
    PlayerId player;
    DeckId deck;
    std::int64_t rating{}; // ranked, in thousandths, when the tournament began
    Millis entered_at{}, dropped_at{};
    int place{};        // once it has ended
    std::string name{}; // of the account, as the store tells it
};

struct TournamentPairing {
    game::tournament::Pairing seats;
    MatchId match{};          // the last one made for it
    std::int64_t attempts{};  // matches made for it
    std::string decided_by{}; // "match", "bye", "clock", "seed", "drop", or the judge
};

struct Tournament {
    TournamentId id;
    std::string made_from; // a template
    TournamentRules rules;
    protocol::TournamentState state{};
    int round{}, rounds{};
    std::int64_t seed{};
    std::int64_t version{}; // one more with each change
    Millis created_at{}, started_at{}, round_until{}, ended_at{};
    std::vector<TournamentEntry> entries{};
    std::vector<TournamentPairing> pairings{}; // by round and table
};

game::tournament::Field field_of(const Tournament& tournament);

struct TournamentFilter {
    std::optional<protocol::TournamentState> state;
    std::string after; // tournament id: the cursor of the last page (newest first)
    std::size_t limit{50};
};

// What a judge says of a pairing.
struct TournamentRuling {
    TournamentId tournament;
    int round{}, table{};
    game::tournament::Outcome outcome{};
    std::string judge;
};

// One step of a running tournament, as decided of `version`.
struct TournamentStep {
    TournamentId tournament;
    std::int64_t version{};
    protocol::TournamentState state{};
    int round{}, rounds{};
    Millis round_until{}, at{};
    std::vector<TournamentPairing> pairings{};                // new or changed
    std::vector<std::pair<PlayerId, std::int64_t>> ratings{}; // as it begins
    std::vector<std::pair<PlayerId, int>> places{};           // as it ends
    std::vector<Transfer> prizes{};
    std::vector<OutboxEvent> events{};
};

} // namespace harvest
