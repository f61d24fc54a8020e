// The battle record of a stored match: what a rebuild, `admin replay` and any verifier start from.
#pragma once

#include "common/ports/matches.hpp"
#include "common/protocol/battle_log.hpp"

namespace harvest {

// Who plays with what, commitment, nonces, and the server seed if it is revealed.
game::battle::RecordHeader record_header(const Match& match, const game::battle::Content& content);

// Result of a match in the words of the rules, and back.
std::pair<game::battle::Winner, game::battle::Ending> ending_of(const MatchResult& result);
int winner_index(game::battle::Winner winner); // 0, 1, or -1 for a draw

// The whole record. Errors: data_loss (damaged log), failed_precondition (the nonces are not known yet).
Result<game::battle::BattleRecord> battle_record(const Match& match, std::span<const BattleChunk> log,
                                                 const game::battle::Content& content);

// The chunks of a match put together. Errors: data_loss.
Result<protocol::BattleLog> read_battle_log(std::span<const BattleChunk> chunks);

} // namespace harvest
