// A tournament as its rules see it: who is in it, and who was paired with whom. Pure; harvest-game(7) §8.
#pragma once

#include "common/base/ids.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <vector>

namespace harvest::game::tournament {

BOOST_DEFINE_ENUM_CLASS(Format, swiss, elimination)

// Of a pairing. `both_lost` is a loss for either.
BOOST_DEFINE_ENUM_CLASS(Outcome, open, first, second, draw, both_lost)

struct Entrant {
    PlayerId player;
    std::int64_t rating{}; // when it began: seeds the bracket, and is the last tie-break
    bool dropped{};
};

// Rounds and tables count from 1. Without a second player it is a bye, won by the first.
struct Pairing {
    int round{}, table{};
    PlayerId first, second;
    Outcome outcome{};

    bool bye() const { return second.empty(); }
    bool has(const PlayerId& player) const { return first == player || second == player; }
    friend bool operator==(const Pairing&, const Pairing&) = default;
};

struct Field {
    Format format{};
    int rounds{}; // rounds_of()
    std::uint64_t seed{};
    std::vector<Entrant> entrants;
    std::vector<Pairing> pairings; // by round and table
};

// ceil(log2 players), or in Swiss the number that is wished for.
int rounds_of(Format format, std::size_t players, int wished);

// The last round that was paired; 0: none.
int last_round(const Field& field);
// A pairing of it waits for its result.
bool is_open(const Field& field);
// Nothing is left to play: the last round is decided, or nobody is left to be paired.
bool is_over(const Field& field);

// The pairings of the round after the last one, all of whose results are in; none if is_over().
std::vector<Pairing> next_round(const Field& field);

// What remains of a pairing for those who leave: an open one is lost by whoever has dropped.
Outcome outcome_after_drops(const Field& field, const Pairing& pairing);

} // namespace harvest::game::tournament
