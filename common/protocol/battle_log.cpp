#include "common/protocol/battle_log.hpp"

namespace harvest::protocol {

Result<BattleLog> read_battle_log(std::span<const std::string> chunks)
{
    BattleLog log;
    for (const std::string& text : chunks) {
        Result<BattleLogChunk> chunk = decode<BattleLogChunk>(text, nullptr, Unknown::ignore);
        if (!chunk || chunk->from != static_cast<std::int64_t>(log.moves.size())) return Errc::data_loss;
        if (chunk->start_hash) log.start_hash = *chunk->start_hash;
        for (RecordMove& move : chunk->moves) {
            log.moves.push_back(std::move(move));
            log.epochs.push_back(chunk->epoch);
        }
        log.bank_ms = chunk->bank_ms;
        log.grace_used = chunk->grace_used;
    }
    return log;
}

} // namespace harvest::protocol
