// A match as the stores keep it, from pairing to settlement, and a player's rating.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"
#include "common/ports/records/event.hpp"
#include "common/ports/records/ledger.hpp"
#include "common/ports/records/progress.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harvest {

struct MatchSeat {
    PlayerId player; // for a bot of ours: an account marked as bot
    std::string name;
    std::string farmer;
    std::vector<std::string> cards; // the deck as validated when the match was made
    std::string bot;                // "greedy" if the instance plays this seat, else empty
};

enum class MatchState { made, playing, ended, aborted };

// Why a match was aborted that was to be played at a table to which neither came.
inline constexpr std::string_view abort_nobody_came = "nobody_came"; // harvest-protocol(7), match.aborted
inline constexpr std::string_view abort_no_instance = "no_instance";
inline constexpr std::string_view abort_log_damaged = "log_damaged";

inline std::string_view to_string(MatchState state)
{
    constexpr std::array<std::string_view, 4> names{"made", "playing", "ended", "aborted"};
    const auto index = static_cast<std::size_t>(state);
    return index < names.size() ? names[index] : "unknown";
}

struct MatchResult {
    int winner{};       // 0 or 1; -1 is a draw
    std::string reason; // health, concede, timeout, left, turn_limit, …
    int turns{};
    std::int64_t commands{};
    std::string final_hash; // 16 hex digits
};

struct Match {
    MatchId id;
    std::string mode;         // "ranked", "casual"
    std::string content_hash; // the rules that it is played with
    std::array<MatchSeat, 2> seats;
    MatchState state{MatchState::made};
    Millis created_at{}, ended_at{};
    // Ownership: writes carry the epoch; a claim of a lease that ran out takes the next one.
    std::string instance;
    std::int64_t epoch{};
    Millis lease_until{};
    // Fair chance (harvest-game(7) §5): the seed stays sealed (AES-256-GCM, key outside the store) until the end.
    std::string sealed_seed;           // key id "." base64url
    std::string commitment;            // hex SHA-256
    std::string server_seed;           // hex, once it is revealed
    std::array<std::string, 2> nonces; // hex, once both are known
    std::optional<MatchResult> result;
    std::string aborted_for; // "nobody_came", "no_instance", "log_damaged", …; of an aborted one
};

// Glicko-2 in thousandths, volatility in millionths (harvest-game(7) §6). `games` and `season` are its version.
struct Rating {
    PlayerId player;
    std::string mode;
    std::int64_t rating{1'500'000}, deviation{350'000}, volatility{60'000};
    std::int64_t games{}, wins{}, losses{}, draws{};
    Millis rated_at{};
    std::int64_t season{}; // that it counts in; 0: none was open yet. The store gives the first one
};

// How a player's UTC day has gone so far (harvest-game(7) §6). `day` counts from 1970-01-01; a day without a row is all
// zero.
struct DailyPlay {
    PlayerId player;
    std::int64_t day{};
    std::int64_t games{}; // that are counted here at all
    std::int64_t paid{};  // ranked matches that paid something
    std::int64_t wins{};  // ranked
    std::int64_t left{};  // matches that the player walked out of
};

// What the end of a match changes, in one transaction. Refused (conflict) under an old epoch or if a rating or a day
// moved on.
struct Settlement {
    MatchId match;
    std::int64_t epoch{};
    MatchResult result;
    std::string server_seed;
    Millis at{};
    std::vector<Rating> ratings; // new values; `games` one more than what is stored
    std::vector<DailyPlay> days; // likewise
    std::vector<Transfer> rewards;
    std::vector<OutboxEvent> events;
    ProjectedEvent counted; // what the match's end among them adds to the statistics; no event: nothing
};

// A place in the queue, kept so that it outlives its daemon.
struct MatchTicket {
    TicketId id;
    PlayerId player;
    std::string mode;
    DeckId deck;
    std::string preferences; // JSON as the player sent it
    Millis queued_at{};
};

} // namespace harvest
