// One match at its table, pure: (state, input, now) -> answers and effects. Seats, nonces, clocks, house bots, what
// each seat is told, and the commands that the battle log still lacks. `now` is monotonic. Rules: harvest-game(7) §5.
#pragma once

#include "common/game/battle/bots/bot.hpp"
#include "common/game/battle/record.hpp"
#include "common/ports/records/match.hpp"
#include "common/protocol/battle.hpp"
#include "common/protocol/battle_log.hpp"
#include "daemons/instance/errc.hpp"

#include <deque>
#include <memory>
#include <optional>

namespace harvest::instance {

namespace battle = game::battle;
using battle::SeatIndex;

enum class RoomPhase {
    nonces,  // waits for both nonces
    dealing, // both are fixed and go to the store
    playing,
    over,      // a result stands
    abandoned, // nobody came: there is nothing to play
};

struct RoomRules {
    Millis gather{20s};
    Millis bot_think{400ms};
    std::size_t resume_messages{56};
};

// What is to be done after an input: messages for seats, ready to send, in order.
struct Effects {
    struct Push {
        SeatIndex seat{};
        std::string bytes;
    };
    std::vector<Push> pushes;
};

// A command that was played, and the turn that it was in afterwards.
struct Played {
    std::uint16_t turn{};
    SeatIndex seat{};
    battle::Command command;
};

class Room {
public:
    // A match that begins; with `match.nonces` known it is dealt at once by deal().
    Room(Match match, std::shared_ptr<const battle::Content> content, const battle::Seed& server_seed, RoomRules rules,
         Millis now);

    // The seat's link came (again). With `last_seq` of this lease and kept, the missed updates follow as effects.
    protocol::JoinReply join(SeatIndex seat, std::optional<std::int64_t> last_seq, bool views, Millis now,
                             Effects& effects);
    void leave(SeatIndex seat, Millis now, Effects& effects);
    // The seat's player plays no more: tick() concedes for it as soon as there is something to concede.
    void expel(SeatIndex seat) { seats_[seat].expelled = true; }
    // Whether the updates after `last_seq` are kept.
    bool can_resume(SeatIndex seat, std::int64_t last_seq) const { return can_resume(seats_[seat], last_seq); }

    // Errors: nonces_fixed.
    Result<void> nonce(SeatIndex seat, const battle::Nonce& nonce, Millis now);
    // The nonces are on disk: shuffles and deals. Errors: those of battle::start.
    Result<void> deal(Millis now, Effects& effects);
    // Plays the log of earlier owners again. Errors: data_loss where a hash differs, or nothing can be dealt.
    Result<void> restore(const protocol::BattleLog& log, Millis now);

    // A seat's command; gives its number. Errors: BattleErrc, not_started. A refusal changes nothing.
    Result<std::int64_t> command(SeatIndex seat, const battle::SeatCommand& command, Millis now, Effects& effects);
    void emote(SeatIndex seat, const std::string& emote, Effects& effects) const;
    protocol::StateReply state(SeatIndex seat, Millis now) const;
    // Runs out clocks and moves house bots, at most one command a call and seat.
    void tick(Millis now, Effects& effects);
    // All clocks of the play run out later by this: nobody could act meanwhile.
    void postpone(Millis by);
    // When tick() has something to do next.
    Millis due() const;

    // The commands that are not on disk, oldest first, as one chunk; confirm() takes them off.
    protocol::BattleLogChunk tail() const;
    std::size_t tail_size() const { return moves_.size(); }
    bool log_due() const { return !moves_.empty(); }
    Millis tail_since() const { return moves_.empty() ? Millis::max() : made_at_.front(); }
    void confirm(const protocol::BattleLogChunk& chunk);

    // Tells both seats how it ended, once the result is on disk.
    void settled(const std::array<protocol::BattleEnd, 2>& ends, Effects& effects);

    RoomPhase phase() const { return phase_; }
    std::string_view phase_name() const; // on the wire
    const Match& match() const { return match_; }
    const battle::Seed& server_seed() const { return seed_; }
    std::array<std::string, 2> nonces() const; // hex; zeros for one that is missing
    std::int64_t commands() const { return logged_ + static_cast<std::int64_t>(moves_.size()); }
    std::int64_t logged() const { return logged_; }
    // Whether the seat is a person's who has not been here yet.
    bool awaits(SeatIndex seat) const { return !seats_[seat].here && !seats_[seat].bot && phase_ != RoomPhase::over; }
    bool connected(SeatIndex seat) const { return seats_[seat].connected; }
    bool is_bot(SeatIndex seat) const { return seats_[seat].bot.has_value(); }
    const std::optional<battle::State>& state() const { return state_; }
    const battle::Content& content() const { return *content_; }
    // The state as it was dealt, and the commands since: what is needed to see the match again from its beginning.
    Result<battle::State> dealt(battle::RawEvents* events) const;
    const std::vector<Played>& played() const { return played_; }
    MatchResult result() const;

private:
    struct Sent {
        std::int64_t seq{};
        std::string_view op;
        std::string data; // without view
    };
    struct Seat {
        std::optional<battle::bots::Level> bot;
        std::optional<battle::Nonce> nonce;
        bool connected{}, joined{}, views{true}, grace_used{};
        bool here{}; // has come under this lease
        bool expelled{};
        Millis bank{};
        Millis due{Millis::max()};     // when its clock runs out
        Millis bot_due{Millis::max()}; // when its bot moves
        std::int64_t last_seq{};
        std::deque<Sent> sent; // for resuming
    };

    bool can_resume(const Seat& seat, std::int64_t last_seq) const;
    void resend(SeatIndex seat, std::int64_t last_seq, Effects& effects);
    Result<void> perform(SeatIndex seat, const battle::Command& command, Millis now, Effects& effects);
    Result<void> start();
    void begin_clocks(Millis now);
    void update_clocks(Millis now);
    void start_turn(Millis now);
    void set_bots(Millis now);
    void push_update(SeatIndex seat, Millis now, Effects& effects);
    void run_out(SeatIndex seat, Millis now, Effects& effects);
    void move_bot(SeatIndex seat, Millis now, Effects& effects);
    void concede(SeatIndex seat, Millis now, Effects& effects);
    protocol::ClockView clock(SeatIndex seat, Millis now) const;
    bool to_act(SeatIndex seat) const;
    void keep(Seat& seat, std::string_view op, std::string data);
    void add_view(std::string& data, SeatIndex seat) const;

    Match match_;
    std::shared_ptr<const battle::Content> content_; // that the match was made with
    battle::Seed seed_;
    RoomRules rules_;
    RoomPhase phase_{RoomPhase::nonces};
    std::array<Seat, 2> seats_;
    std::optional<battle::State> state_;
    battle::RawEvents events_;
    std::string start_hash_;
    bool start_logged_{};
    Millis nonce_due_, dealt_at_{}, turn_since_{};
    std::uint16_t turn_{};
    SeatIndex active_{};
    std::int64_t logged_{}, restored_{};      // commands on disk; those of them that earlier owners logged
    std::vector<protocol::RecordMove> moves_; // the tail
    std::vector<Millis> made_at_;
    std::vector<Played> played_;
};

} // namespace harvest::instance
