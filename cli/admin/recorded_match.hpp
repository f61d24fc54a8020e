// An ended match as it is proved: its record, the rules it was played with, and what was settled.
#pragma once

#include "cli/admin/rules_book.hpp"
#include "common/game/battle/record.hpp"

#include <optional>

namespace harvest::cli {

struct RecordedMatch {
    game::battle::BattleRecord record;
    RulesBook::Rules rules;                       // null: they are not known here
    std::optional<game::battle::Settled> settled; // absent: the record is of a file, and no store was asked
};

// The answer of GET /admin/v1/matches/{}/record. Errors: invalid_argument; `why` then says where.
Result<RecordedMatch> read_recorded_match(const json::object& answer, RulesBook& book, const RulesBook::Get& get,
                                          std::string& why);

// Without rules nothing can be played: they must be known.
game::battle::Verdict replay(const RecordedMatch& match);

// What a player noted at the start, hex as the record has it; empty where nothing was noted.
struct Noted {
    std::string commitment, nonce;
};
// `open`: no seat has the nonce, and a seat has the zeros of one that came too late (harvest-game(7) §5).
enum class Promise { kept, open, broken };
struct Held {
    Promise promise{};
    std::string path, recorded, noted; // where it is not kept
};
Held hold(const game::battle::RecordHeader& header, const Noted& noted);

} // namespace harvest::cli
