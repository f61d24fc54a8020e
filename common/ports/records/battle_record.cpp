#include "common/ports/records/battle_record.hpp"

#include <boost/describe/enum_from_string.hpp>

namespace harvest {

namespace battle = game::battle;

battle::RecordHeader record_header(const Match& match, const battle::Content& content)
{
    battle::RecordHeader header;
    header.match = match.id.value;
    header.content = match.content_hash;
    header.content_version = content.version();
    header.commitment = match.commitment;
    header.server_seed = match.server_seed;
    for (std::size_t seat = 0; seat < 2; ++seat) {
        const MatchSeat& from = match.seats[seat];
        header.seats.push_back({from.player.value, from.name, from.farmer, from.cards, match.nonces[seat]});
    }
    return header;
}

std::pair<battle::Winner, battle::Ending> ending_of(const MatchResult& result)
{
    battle::Ending ending = battle::Ending::none;
    boost::describe::enum_from_string(result.reason.c_str(), ending);
    const auto winner = result.winner == 0   ? battle::Winner::seat_1
                        : result.winner == 1 ? battle::Winner::seat_2
                                             : battle::Winner::draw;
    return {winner, ending};
}

int winner_index(battle::Winner winner)
{
    if (winner == battle::Winner::seat_1) return 0;
    return winner == battle::Winner::seat_2 ? 1 : -1;
}

Result<protocol::BattleLog> read_battle_log(std::span<const BattleChunk> chunks)
{
    std::vector<std::string> texts;
    texts.reserve(chunks.size());
    for (const BattleChunk& chunk : chunks) texts.push_back(chunk.data);
    return protocol::read_battle_log(texts);
}

Result<battle::BattleRecord> battle_record(const Match& match, std::span<const BattleChunk> log,
                                           const battle::Content& content)
{
    if (match.nonces[0].empty() || match.nonces[1].empty()) return Errc::failed_precondition;
    Result<protocol::BattleLog> read = read_battle_log(log);
    if (!read) return read.error();
    battle::BattleRecord record;
    record.header = record_header(match, content);
    record.header.start_hash = read->start_hash;
    record.moves = std::move(read->moves);
    if (match.result) {
        const auto [winner, ending] = ending_of(*match.result);
        record.winner = winner;
        record.ending = ending;
    }
    return record;
}

} // namespace harvest
