#include "daemons/instance/room.hpp"

#include "common/base/encoding.hpp"
#include "common/game/battle/deck.hpp"
#include "common/ports/records/battle_record.hpp"
#include "common/protocol/live.hpp"

#include <boost/describe/enum_from_string.hpp>

#include <algorithm>

namespace harvest::instance {
namespace {

using battle::Command;
using battle::CommandKind;
using battle::Phase;

// Updates are numbered from here within one lease, so that a number of an earlier owner is never taken for ours.
constexpr std::int64_t seqs_per_epoch = 1'000'000;

Result<battle::Nonce> nonce_from(const std::string& hex)
{
    const Result<Bytes> bytes = from_hex(hex);
    battle::Nonce nonce{};
    if (!bytes || bytes->size() != nonce.size()) return Errc::data_loss;
    std::copy(bytes->begin(), bytes->end(), nonce.begin());
    return nonce;
}

} // namespace

std::string_view Room::phase_name() const
{
    if (phase_ == RoomPhase::playing) return "playing";
    return phase_ == RoomPhase::over ? "over" : "nonces";
}

Room::Room(Match match, std::shared_ptr<const battle::Content> content, const battle::Seed& server_seed,
           RoomRules rules, Millis now)
    : match_(std::move(match)),
      content_(std::move(content)),
      seed_(server_seed),
      rules_(rules),
      nonce_due_(now + rules.gather + Millis{content_->rules().nonce_ms})
{
    for (std::size_t index = 0; index < 2; ++index) {
        Seat& seat = seats_[index];
        const MatchSeat& made = match_.seats[index];
        seat.last_seq = match_.epoch * seqs_per_epoch;
        seat.bank = Millis{content_->rules().bank_ms};
        if (!made.bot.empty()) {
            battle::bots::Level level = battle::bots::Level::greedy;
            boost::describe::enum_from_string(made.bot.c_str(), level);
            seat.bot = level;
            seat.connected = seat.joined = true;
        }
        if (const Result<battle::Nonce> known = nonce_from(match_.nonces[index])) seat.nonce = *known;
    }
    if (seats_[0].nonce && seats_[1].nonce) phase_ = RoomPhase::dealing;
}

protocol::JoinReply Room::join(SeatIndex index, std::optional<std::int64_t> last_seq, bool views, Millis now,
                               Effects& effects)
{
    Seat& seat = seats_[index];
    seat.connected = seat.joined = seat.here = true;
    seat.views = views;
    if (phase_ == RoomPhase::nonces && seats_[0].joined && seats_[1].joined)
        nonce_due_ = std::min(nonce_due_, now + Millis{content_->rules().nonce_ms});

    protocol::JoinReply reply;
    reply.match = match_.id;
    reply.seat = index + 1;
    reply.phase = phase_name();
    reply.commitment = match_.commitment;
    reply.last_seq = seat.last_seq;
    reply.resumed = last_seq && can_resume(seat, *last_seq);
    if (state_) {
        reply.view = battle::view(*state_, *content_, index);
        reply.clock = clock(index, now);
        reply.command = commands();
    }
    if (reply.resumed) {
        resend(index, *last_seq, effects);
    } else if (!seat.sent.empty() && seat.sent.back().op == "battle.end") {
        reply.last_seq = seat.sent.back().seq - 1; // the end is told to whoever comes
        resend(index, reply.last_seq, effects);
    }
    const bool lost_tail = last_seq && !reply.resumed && state_ && *last_seq / seqs_per_epoch < match_.epoch &&
                           *last_seq % seqs_per_epoch - 1 > restored_;
    if (lost_tail) {
        const protocol::BattleRewound rewound{commands(), *reply.view};
        effects.pushes.push_back({index, protocol::encode_push("battle.rewound", 0, protocol::encode(rewound))});
    }
    if (const SeatIndex other = battle::other(index); seats_[other].connected && !seats_[other].bot)
        effects.pushes.push_back({other, protocol::encode_push("battle.opponent", 0, R"({"connected":true})")});
    return reply;
}

void Room::leave(SeatIndex index, Millis, Effects& effects)
{
    seats_[index].connected = false;
    if (const SeatIndex other = battle::other(index); seats_[other].connected && !seats_[other].bot)
        effects.pushes.push_back({other, protocol::encode_push("battle.opponent", 0, R"({"connected":false})")});
}

bool Room::can_resume(const Seat& seat, std::int64_t last_seq) const
{
    if (last_seq / seqs_per_epoch != match_.epoch || last_seq > seat.last_seq) return false;
    return last_seq == seat.last_seq || (!seat.sent.empty() && seat.sent.front().seq <= last_seq + 1);
}

void Room::resend(SeatIndex index, std::int64_t last_seq, Effects& effects)
{
    const Seat& seat = seats_[index];
    const auto first =
        std::find_if(seat.sent.begin(), seat.sent.end(), [last_seq](const Sent& sent) { return sent.seq > last_seq; });
    for (auto it = first; it != seat.sent.end(); ++it) {
        std::string data = it->data;
        const bool last_update = std::next(it) == seat.sent.end() || std::next(it)->op != it->op;
        if (seat.views && it->op == "battle.update" && last_update) add_view(data, index);
        effects.pushes.push_back({index, protocol::encode_push(it->op, it->seq, data)});
    }
}

// `data` is an object with members already.
void Room::add_view(std::string& data, SeatIndex index) const
{
    data.back() = ',';
    data += "\"view\":";
    protocol::write_json(data, battle::view(*state_, *content_, index));
    data += '}';
}

Result<void> Room::nonce(SeatIndex index, const battle::Nonce& nonce, Millis)
{
    Seat& seat = seats_[index];
    if (seat.nonce && *seat.nonce == nonce) return {};
    if (seat.nonce || phase_ != RoomPhase::nonces) return InstanceErrc::nonces_fixed;
    seat.nonce = nonce;
    if (seats_[0].nonce && seats_[1].nonce) phase_ = RoomPhase::dealing;
    return {};
}

std::array<std::string, 2> Room::nonces() const
{
    return {to_hex(seats_[0].nonce.value_or(battle::Nonce{})), to_hex(seats_[1].nonce.value_or(battle::Nonce{}))};
}

Result<battle::State> Room::dealt(battle::RawEvents* events) const
{
    battle::MatchSetup setup;
    setup.match_id = match_.id.value;
    setup.server_seed = seed_;
    for (std::size_t index = 0; index < 2; ++index) {
        setup.nonces[index] = seats_[index].nonce.value_or(battle::Nonce{});
        Result<battle::DeckList> deck =
            battle::make_deck(*content_, match_.seats[index].farmer, match_.seats[index].cards);
        if (!deck) return deck.error();
        setup.decks[index] = std::move(*deck);
    }
    return battle::start(*content_, setup, events);
}

Result<void> Room::start()
{
    match_.nonces = nonces();
    events_.clear();
    const Result<battle::State> started = dealt(&events_);
    if (!started) return started.error();
    state_ = *started;
    start_hash_ = battle::hash_text(battle::state_hash(*state_));
    phase_ = RoomPhase::playing;
    return {};
}

Result<void> Room::deal(Millis now, Effects& effects)
{
    if (const Result<void> started = start(); !started) return started.error();
    begin_clocks(now);
    for (const SeatIndex index : {SeatIndex{0}, SeatIndex{1}}) push_update(index, now, effects);
    return {};
}

Result<void> Room::restore(const protocol::BattleLog& log, Millis now)
{
    if (!start()) return Errc::data_loss; // a deck of it builds no more: nobody can deal it
    if (!log.start_hash.empty() && log.start_hash != start_hash_) return Errc::data_loss;
    start_logged_ = !log.start_hash.empty();
    for (const protocol::RecordMove& move : log.moves) {
        const auto read = battle::read_move(move);
        if (!read) return Errc::data_loss;
        if (!battle::apply(*state_, *content_, read->first, read->second)) return Errc::data_loss;
        if (battle::hash_text(battle::state_hash(*state_)) != move.hash) return Errc::data_loss;
        played_.push_back({state_->turn, read->first, read->second});
    }
    logged_ = restored_ = static_cast<std::int64_t>(log.moves.size());
    for (std::size_t index = 0; index < 2; ++index) {
        Seat& seat = seats_[index];
        seat.last_seq += logged_ + 1;
        seat.joined = seat.joined || logged_ > 0;
        seat.grace_used = log.grace_used[index];
        if (log.bank_ms) seat.bank = Millis{(*log.bank_ms)[index]};
    }
    begin_clocks(now);
    return {};
}

Result<std::int64_t> Room::command(SeatIndex index, const battle::SeatCommand& command, Millis now, Effects& effects)
{
    if (!state_) return InstanceErrc::not_started;
    if (seats_[index].expelled) return InstanceErrc::not_joined; // one that was held
    if (command.kind == CommandKind::time_out || command.kind == CommandKind::forfeit) return Errc::invalid_argument;
    const Result<Command> decoded = battle::decode(*state_, *content_, index, command);
    if (!decoded) return decoded.error();
    if (const Result<void> done = perform(index, *decoded, now, effects); !done) return done.error();
    return commands();
}

Result<void> Room::perform(SeatIndex index, const Command& command, Millis now, Effects& effects)
{
    events_.clear();
    const Result<void> applied = battle::apply(*state_, *content_, index, command, &events_);
    if (!applied) return applied.error();
    moves_.push_back(battle::make_move(*state_, index, command));
    made_at_.push_back(now);
    played_.push_back({state_->turn, index, command});
    update_clocks(now);
    set_bots(now);
    for (const SeatIndex each : {SeatIndex{0}, SeatIndex{1}}) push_update(each, now, effects);
    if (state_->phase == Phase::over) phase_ = RoomPhase::over;
    return {};
}

void Room::keep(Seat& seat, std::string_view op, std::string data)
{
    seat.sent.push_back({++seat.last_seq, op, std::move(data)});
    if (seat.sent.size() > rules_.resume_messages) seat.sent.pop_front();
}

void Room::push_update(SeatIndex index, Millis now, Effects& effects)
{
    Seat& seat = seats_[index];
    if (seat.bot) return;
    protocol::BattleUpdate update;
    update.command = commands();
    update.events = battle::events_for(*state_, *content_, index, events_);
    update.clock = clock(index, now);
    keep(seat, "battle.update", protocol::encode(update));
    if (!seat.connected) return;
    if (!seat.views) {
        effects.pushes.push_back({index, protocol::encode_push("battle.update", seat.last_seq, seat.sent.back().data)});
        return;
    }
    std::string data = seat.sent.back().data;
    add_view(data, index);
    effects.pushes.push_back({index, protocol::encode_push("battle.update", seat.last_seq, data)});
}

void Room::emote(SeatIndex index, const std::string& emote, Effects& effects) const
{
    const protocol::EmotePush push{index + 1, emote};
    const std::string bytes = protocol::encode_push("battle.emote", 0, protocol::encode(push));
    for (const SeatIndex each : {SeatIndex{0}, SeatIndex{1}})
        if (seats_[each].connected && !seats_[each].bot) effects.pushes.push_back({each, bytes});
}

protocol::StateReply Room::state(SeatIndex index, Millis now) const
{
    protocol::StateReply reply;
    reply.phase = phase_name();
    reply.last_seq = seats_[index].last_seq;
    reply.command = commands();
    if (!state_) return reply;
    reply.view = battle::view(*state_, *content_, index);
    reply.clock = clock(index, now);
    return reply;
}

protocol::BattleLogChunk Room::tail() const
{
    protocol::BattleLogChunk chunk;
    chunk.from = logged_;
    chunk.epoch = match_.epoch;
    if (!start_logged_) chunk.start_hash = start_hash_;
    chunk.moves = moves_;
    for (const Millis at : made_at_) chunk.at_ms.push_back((at - dealt_at_).count());
    chunk.bank_ms = {seats_[0].bank.count(), seats_[1].bank.count()};
    chunk.grace_used = {seats_[0].grace_used, seats_[1].grace_used};
    return chunk;
}

void Room::confirm(const protocol::BattleLogChunk& chunk)
{
    start_logged_ = true;
    const auto count = static_cast<std::ptrdiff_t>(chunk.moves.size());
    moves_.erase(moves_.begin(), moves_.begin() + count);
    made_at_.erase(made_at_.begin(), made_at_.begin() + count);
    logged_ += count;
}

void Room::settled(const std::array<protocol::BattleEnd, 2>& ends, Effects& effects)
{
    for (const SeatIndex index : {SeatIndex{0}, SeatIndex{1}}) {
        Seat& seat = seats_[index];
        if (seat.bot) continue;
        keep(seat, "battle.end", protocol::encode(ends[index]));
        if (seat.connected)
            effects.pushes.push_back(
                {index, protocol::encode_push("battle.end", seat.last_seq, seat.sent.back().data)});
    }
}

MatchResult Room::result() const
{
    MatchResult result;
    result.winner = winner_index(state_->winner);
    result.reason = boost::describe::enum_to_string(state_->ending, "none");
    result.turns = state_->turn;
    result.commands = commands();
    result.final_hash = battle::hash_text(battle::state_hash(*state_));
    return result;
}

} // namespace harvest::instance
