// The battle log as stored and published: chunks of a match's commands with the state hash after each. No seed, no
// names.
#pragma once

#include "common/game/battle/record.hpp"
#include "common/protocol/json.hpp"

#include <span>

namespace harvest::protocol {

using game::battle::RecordMove;

// What one write appends; `from` is the number of the first move, counted from 0.
struct BattleLogChunk {
    std::int64_t from{};
    std::int64_t epoch{};                  // of the lease under which it was written
    std::optional<std::string> start_hash; // state hash after the deal, in the first chunk
    std::vector<RecordMove> moves;
    std::vector<std::int64_t> at_ms;       // one a move: since the deal, or since the rebuild of this epoch
    std::array<std::int64_t, 2> bank_ms{}; // what is left of both banks after the last move
    std::array<bool, 2> grace_used{};      // whether a seat has had its grace
};
BOOST_DESCRIBE_STRUCT(BattleLogChunk, (), (from, epoch, start_hash, moves, at_ms, bank_ms, grace_used))

// Event harvest.battle.commands.v1
struct BattleCommands {
    MatchId match;
    std::int64_t from{};
    std::vector<RecordMove> moves;
};
BOOST_DESCRIBE_STRUCT(BattleCommands, (), (match, from, moves))

// The whole log of a match, put together.
struct BattleLog {
    std::string start_hash;
    std::vector<RecordMove> moves;
    std::vector<std::int64_t> epochs; // one a move
    std::optional<std::array<std::int64_t, 2>> bank_ms;
    std::array<bool, 2> grace_used{};
};

// Joins chunks in order. Errors: data_loss (not JSON of a chunk, a gap or an overlap).
Result<BattleLog> read_battle_log(std::span<const std::string> chunks);

} // namespace harvest::protocol
