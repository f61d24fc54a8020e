// The clocks of a room: turns with their bank, the mulligan, the grace of a seat that is away, and house bots' moves.
// What a clock does is a command like any other, so that a replay needs no clock.
#include "daemons/instance/room.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

using battle::Command;
using battle::CommandKind;
using battle::Phase;

// FNV-1a over the server seed: a house bot's own chance, not to be foreseen, the same wherever the match is rebuilt.
std::uint64_t bot_seed(const battle::Seed& seed, std::int64_t step)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::uint8_t byte : seed) hash = (hash ^ byte) * 0x100000001b3U;
    return (hash ^ static_cast<std::uint64_t>(step)) * 0x100000001b3U;
}

} // namespace

void Room::begin_clocks(Millis now)
{
    dealt_at_ = now;
    if (state_->phase == Phase::over) phase_ = RoomPhase::over;
    if (state_->phase == Phase::playing) start_turn(now);
    if (state_->phase == Phase::mulligan)
        for (std::size_t index = 0; index < 2; ++index)
            if (!state_->seats[index].mulligan_done) seats_[index].due = now + Millis{content_->rules().mulligan_ms};
    set_bots(now);
}

void Room::update_clocks(Millis now)
{
    if (state_->phase == Phase::over) {
        for (Seat& seat : seats_) seat.due = Millis::max();
    } else if (state_->phase == Phase::mulligan) {
        for (std::size_t index = 0; index < 2; ++index)
            if (state_->seats[index].mulligan_done) seats_[index].due = Millis::max();
    } else if (turn_ != state_->turn || active_ != state_->active) {
        if (turn_ != 0) {
            const Millis over = now - turn_since_ - Millis{content_->rules().turn_ms};
            Millis& bank = seats_[active_].bank;
            bank = std::clamp(bank - over, Millis{0}, bank);
        }
        start_turn(now);
    }
}

void Room::start_turn(Millis now)
{
    turn_ = state_->turn;
    active_ = state_->active;
    turn_since_ = now;
    seats_[active_].due = now + Millis{content_->rules().turn_ms} + seats_[active_].bank;
    seats_[battle::other(active_)].due = Millis::max();
}

bool Room::to_act(SeatIndex index) const
{
    if (!state_ || state_->phase == Phase::over) return false;
    return state_->phase == Phase::mulligan ? !state_->seats[index].mulligan_done : state_->active == index;
}

void Room::set_bots(Millis now)
{
    for (const SeatIndex index : {SeatIndex{0}, SeatIndex{1}})
        if (seats_[index].bot) seats_[index].bot_due = to_act(index) ? now + rules_.bot_think : Millis::max();
}

protocol::ClockView Room::clock(SeatIndex index, Millis now) const
{
    protocol::ClockView view;
    view.opponent_connected = seats_[battle::other(index)].connected;
    if (!state_ || state_->phase == Phase::over) return view;
    if (state_->phase == Phase::mulligan) {
        const Millis due = seats_[index].due;
        if (due != Millis::max()) view.turn_left_ms = std::max(Millis{0}, due - now).count();
        return view;
    }
    const Seat& active = seats_[active_];
    view.turn_left_ms = std::max(Millis{0}, turn_since_ + Millis{content_->rules().turn_ms} - now).count();
    view.bank_left_ms = std::clamp(active.due - now, Millis{0}, std::max(active.bank, Millis{0})).count();
    return view;
}

void Room::tick(Millis now, Effects& effects)
{
    if (phase_ == RoomPhase::nonces && now >= nonce_due_) {
        const auto came = [](const Seat& seat) { return seat.joined && !seat.bot; };
        const bool people = !seats_[0].bot || !seats_[1].bot;
        phase_ = people && std::none_of(seats_.begin(), seats_.end(), came) ? RoomPhase::abandoned : RoomPhase::dealing;
    }
    for (const SeatIndex index : {SeatIndex{0}, SeatIndex{1}}) // before a clock makes the other one lose
        if (phase_ == RoomPhase::playing && seats_[index].expelled) concede(index, now, effects);
    for (const SeatIndex index : {SeatIndex{0}, SeatIndex{1}}) {
        if (phase_ == RoomPhase::playing && now >= seats_[index].bot_due) move_bot(index, now, effects);
        if (phase_ == RoomPhase::playing && now >= seats_[index].due) run_out(index, now, effects);
    }
}

void Room::postpone(Millis by)
{
    turn_since_ += by;
    for (Seat& seat : seats_) {
        if (seat.due != Millis::max()) seat.due += by;
        if (seat.bot_due != Millis::max()) seat.bot_due += by;
    }
}

Millis Room::due() const
{
    if (phase_ == RoomPhase::nonces) return nonce_due_;
    if (phase_ != RoomPhase::playing) return Millis::max();
    if (seats_[0].expelled || seats_[1].expelled) return Millis{0};
    return std::min({seats_[0].due, seats_[1].due, seats_[0].bot_due, seats_[1].bot_due});
}

void Room::run_out(SeatIndex index, Millis now, Effects& effects)
{
    Seat& seat = seats_[index];
    if (!seat.connected && !seat.grace_used) {
        seat.grace_used = true;
        seat.due = now + Millis{content_->rules().grace_ms};
        return;
    }
    Command command;
    command.kind = seat.joined ? CommandKind::time_out : CommandKind::forfeit;
    if (!perform(index, command, now, effects)) seat.due = now + 1s;
}

void Room::concede(SeatIndex index, Millis now, Effects& effects)
{
    Command command;
    command.kind = CommandKind::concede;
    (void)perform(index, command, now, effects); // legal at any time before the end
}

void Room::move_bot(SeatIndex index, Millis now, Effects& effects)
{
    Seat& seat = seats_[index];
    seat.bot_due = Millis::max();
    const battle::SeatView view = battle::view(*state_, *content_, index);
    const battle::SeatCommand chosen = battle::bots::choose(*seat.bot, view, *content_, bot_seed(seed_, commands()));
    const Result<Command> decoded = battle::decode(*state_, *content_, index, chosen);
    if (decoded && perform(index, *decoded, now, effects)) return;
    // A bot never stops a match: its turn ends.
    Command pass;
    pass.kind = CommandKind::time_out;
    if (!perform(index, pass, now, effects)) seat.bot_due = now + 1s;
}

} // namespace harvest::instance
