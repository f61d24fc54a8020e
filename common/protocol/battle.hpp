// battle.* ops of an instance (harvest-protocol(7)). Seats are 1 and 2; cards and targets are handles of one's own
// view.
#pragma once

#include "common/game/battle/view.hpp"
#include "common/protocol/json.hpp"

namespace harvest::protocol {

using game::battle::Event;
using game::battle::SeatView;

// battle.join: the first message, within 5 s. After a drop `last_seq` asks for the pushes after it.
struct JoinRequest {
    std::string ticket;
    std::optional<std::int64_t> last_seq;
    std::optional<bool> views; // false: updates come without the view, for clients that follow the events alone
};
BOOST_DESCRIBE_STRUCT(JoinRequest, (), (ticket, last_seq, views))

struct ClockView {
    std::int64_t turn_left_ms{}, bank_left_ms{}; // of the active seat
    bool opponent_connected{};
};
BOOST_DESCRIBE_STRUCT(ClockView, (), (turn_left_ms, bank_left_ms, opponent_connected))

// `phase`: "nonces" (send battle.nonce), "playing" (the view tells more), "over".
struct JoinReply {
    MatchId match;
    int seat{};
    std::string phase;
    std::string commitment;  // hex SHA-256(server seed)
    bool resumed{};          // the pushes after last_seq follow; else start from the view
    std::int64_t last_seq{}; // of this seat's pushes so far
    std::optional<SeatView> view;
    std::optional<ClockView> clock;
    std::optional<std::int64_t> command; // the last one that stands; below the client's own: the tail was rewound
};
BOOST_DESCRIBE_STRUCT(JoinReply, (), (match, seat, phase, commitment, resumed, last_seq, view, clock, command))

// battle.nonce: 32 bytes in hex; what has not come after 10 s is zero.
struct NonceRequest {
    std::string nonce;
};
BOOST_DESCRIBE_STRUCT(NonceRequest, (), (nonce))

using game::battle::Handle;

struct MulliganRequest {
    std::vector<Handle> cards; // to put back
};
BOOST_DESCRIBE_STRUCT(MulliganRequest, (), (cards))

struct PlayRequest {
    Handle card{};
    std::optional<Handle> target;
    std::optional<int> position; // in the own row, from the left; the right end if left out
};
BOOST_DESCRIBE_STRUCT(PlayRequest, (), (card, target, position))

struct AttackRequest {
    Handle attacker{}, target{};
};
BOOST_DESCRIBE_STRUCT(AttackRequest, (), (attacker, target))

// battle.power: `choice` ("keep", "bury") answers a look at the top card.
struct PowerRequest {
    std::optional<Handle> target;
    std::optional<std::string> choice;
};
BOOST_DESCRIBE_STRUCT(PowerRequest, (), (target, choice))

struct EmoteRequest {
    std::string emote; // hello, thanks, well_played, oops, wow, hurry
};
BOOST_DESCRIBE_STRUCT(EmoteRequest, (), (emote))

// Reply to mulligan, play, attack, power, end_turn and concede: the command's number.
struct CommandReply {
    std::int64_t command{};
};
BOOST_DESCRIBE_STRUCT(CommandReply, (), (command))

// Reply to battle.state
struct StateReply {
    std::string phase;
    std::int64_t command{}, last_seq{};
    std::optional<SeatView> view;
    std::optional<ClockView> clock;
};
BOOST_DESCRIBE_STRUCT(StateReply, (), (phase, command, last_seq, view, clock))

// Push battle.update: what happened, as this seat may know it, and how things stand now. seq
// grows by one; where a match was rebuilt it starts again, higher, and join answers resumed = false. When a resumed
// join sends missed updates again, only the last of them carries the view.
struct BattleUpdate {
    std::int64_t command{}; // number of the last command, from 1; 0 is the deal
    std::vector<Event> events;
    std::optional<SeatView> view;
    ClockView clock;
};
BOOST_DESCRIBE_STRUCT(BattleUpdate, (), (command, events, view, clock))

// Push battle.emote; its seq is 0, it is not sent again
struct EmotePush {
    int seat{};
    std::string emote;
};
BOOST_DESCRIBE_STRUCT(EmotePush, (), (seat, emote))

// Push battle.opponent, seq 0: the other seat's link came or went.
struct OpponentPush {
    bool connected{};
};
BOOST_DESCRIBE_STRUCT(OpponentPush, (), (connected))

struct RewardInfo {
    std::string asset;
    Amount amount;
};
BOOST_DESCRIBE_STRUCT(RewardInfo, (), (asset, amount))

// Push battle.end, once the result is on disk. `winner`: 1, 2, 0 for a draw.
struct BattleEnd {
    MatchId match;
    int winner{};
    std::string reason;
    std::int64_t turns{}, commands{};
    std::string server_seed;         // hex: SHA-256 of it is the commitment
    std::vector<std::string> nonces; // hex, seats 1 and 2
    std::string final_hash;
    std::optional<std::int64_t> rating_before, rating_after; // thousandths, one's own, in rated modes
    std::vector<RewardInfo> rewards;
};
BOOST_DESCRIBE_STRUCT(BattleEnd, (),
                      (match, winner, reason, turns, commands, server_seed, nonces, final_hash, rating_before,
                       rating_after, rewards))

// Push battle.rewound: the instance was rebuilt and the last commands (not on disk yet) are undone.
struct BattleRewound {
    std::int64_t command{}; // the last one that stands
    SeatView view;
};
BOOST_DESCRIBE_STRUCT(BattleRewound, (), (command, view))

// Push battle.moved, seq 0: this instance lost the match; match.status tells where it goes on.
struct MovedPush {
    MatchId match;
};
BOOST_DESCRIBE_STRUCT(MovedPush, (), (match))

} // namespace harvest::protocol
