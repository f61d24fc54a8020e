// The battle record: all that is needed to play a match again and prove its chance (harvest-game(7) §5, fair chance).
#pragma once

#include "common/game/battle/view.hpp"

namespace harvest::game::battle {

struct RecordSeat {
    std::string player, name, farmer;
    std::vector<std::string> deck; // as submitted, in that order
    std::string nonce;             // hex, 64 characters
    friend bool operator==(const RecordSeat&, const RecordSeat&) = default;
};
BOOST_DESCRIBE_STRUCT(RecordSeat, (), (player, name, farmer, deck, nonce))

struct RecordHeader {
    std::string match;
    std::string content, content_version; // hash and version of the rules' data
    std::string commitment;               // hex SHA-256(server seed)
    std::string server_seed;              // hex; empty until it is revealed at the end
    std::vector<RecordSeat> seats;
    std::string start_hash; // state hash after the deal
    friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};
BOOST_DESCRIBE_STRUCT(RecordHeader, (), (match, content, content_version, commitment, server_seed, seats, start_hash))

// One command as the rules took it. `hash` (16 hex digits) and `draws` (words of deck1, deck2, play) are those after
// it.
struct RecordMove {
    int seat{};
    CommandKind kind{};
    int card{}, target{255}, position{};
    Choice choice{};
    int cards{};
    std::string hash;
    std::vector<std::uint32_t> draws;
    friend bool operator==(const RecordMove&, const RecordMove&) = default;
};
BOOST_DESCRIBE_STRUCT(RecordMove, (), (seat, kind, card, target, position, choice, cards, hash, draws))

struct BattleRecord {
    RecordHeader header;
    std::vector<RecordMove> moves;
    Winner winner{};
    Ending ending{};
    friend bool operator==(const BattleRecord&, const BattleRecord&) = default;
};
BOOST_DESCRIBE_STRUCT(BattleRecord, (), (header, moves, winner, ending))

BOOST_DEFINE_ENUM_CLASS(VerdictKind, verified, diverged, unfair, unreadable)

// `unfair`: the revealed seed does not fit the commitment, or a player noted another commitment or nonce. `diverged`:
// the replay differs first at `path`.
struct Verdict {
    VerdictKind kind{};
    int move{-1};     // of the divergence, from 0
    std::string path; // "moves[17].hash"
    std::string recorded, replayed;
    std::string final_hash; // of the replay, hex
    int moves{}, turns{};
    Winner winner{};
    Ending ending{};
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (kind, move, path, recorded, replayed, final_hash, moves, turns, winner, ending))

std::string hash_text(std::uint64_t hash); // 16 hex digits

// The header of a match that starts as `setup` says, without the server seed; `reveal` adds it at the end.
RecordHeader make_header(const Content& content, const MatchSetup& setup, const State& started);
void reveal(RecordHeader& header, const Seed& server_seed);
// Whether SHA-256(server seed) is the commitment; both hex.
bool fits_commitment(std::string_view server_seed, std::string_view commitment);

// The record of a command that `state` has just taken, and back.
RecordMove make_move(const State& after, SeatIndex seat, const Command& command);
Result<std::pair<SeatIndex, Command>> read_move(const RecordMove& move);

// Errors: bad_content (the record is of other content), bad_deck, invalid_argument.
Result<MatchSetup> make_setup(const RecordHeader& header, const Content& content);

// The state after the header and the first `moves` of it (all by default): how a match is rebuilt elsewhere.
Result<State> rebuild(const RecordHeader& header, std::span<const RecordMove> moves, const Content& content,
                      const Seed& server_seed);

// Plays the record again and checks commitment, content, decks, every hash, every count of draws, the end and the
// result.
Verdict replay(const BattleRecord& record, const Content& content);

// What was settled of a match, kept apart from its log. Whoever makes hashes anew to fit a changed command misses it.
struct Settled {
    int turns{};
    std::int64_t commands{};
    std::string final_hash; // 16 hex digits
};
BOOST_DESCRIBE_STRUCT(Settled, (), (turns, commands, final_hash))

// The same, and what the replay comes to is what was settled; else it diverges at "settled.final_hash" or such.
Verdict replay(const BattleRecord& record, const Content& content, const Settled& settled);

// The match turn by turn in plain words: "turn 3  kestrel plays Scarecrow (2 sun)". Stops where the record diverges.
std::vector<std::string> tell(const BattleRecord& record, const Content& content);

// Every shuffle and the draw of the first seat, for people who write their own verifier.
struct ShuffleReport {
    std::string commitment, match_seed;
    int first_seat{};
    std::vector<std::string> deck_1, deck_2; // top first, before any card is dealt
};
BOOST_DESCRIBE_STRUCT(ShuffleReport, (), (commitment, match_seed, first_seat, deck_1, deck_2))
Result<ShuffleReport> shuffles(const RecordHeader& header, const Content& content);

} // namespace harvest::game::battle
