// battle.{mulligan,play,attack,power,end_turn,concede}: decode, ask the rules, answer. A request asked again by its id
// or key gets its first answer; while the battle log is behind, commands wait in order.
#include "daemons/instance/desk.hpp"

#include <boost/describe/enum_from_string.hpp>

namespace harvest::instance {
namespace {

using battle::CommandKind;
using battle::SeatCommand;

Result<SeatCommand> read_play(const std::string& data, std::string& why)
{
    const auto asked = protocol::decode<protocol::PlayRequest>(data, &why);
    if (!asked) return asked.error();
    SeatCommand command;
    command.kind = CommandKind::play;
    command.card = asked->card;
    command.target = asked->target.value_or(0);
    command.position = asked->position.value_or(-1);
    return command;
}

Result<SeatCommand> read_attack(const std::string& data, std::string& why)
{
    const auto asked = protocol::decode<protocol::AttackRequest>(data, &why);
    if (!asked) return asked.error();
    SeatCommand command;
    command.kind = CommandKind::attack;
    command.card = asked->attacker;
    command.target = asked->target;
    return command;
}

Result<SeatCommand> read_power(const std::string& data, std::string& why)
{
    const auto asked = protocol::decode<protocol::PowerRequest>(data, &why);
    if (!asked) return asked.error();
    SeatCommand command;
    command.kind = CommandKind::power;
    command.target = asked->target.value_or(0);
    if (asked->choice && !boost::describe::enum_from_string(asked->choice->c_str(), command.choice)) {
        why = "choice: is not one of keep bury";
        return Errc::invalid_argument;
    }
    return command;
}

Result<SeatCommand> read_mulligan(const std::string& data, std::string& why)
{
    auto asked = protocol::decode<protocol::MulliganRequest>(data, &why);
    if (!asked) return asked.error();
    SeatCommand command;
    command.kind = CommandKind::mulligan;
    command.cards = std::move(asked->cards);
    return command;
}

Result<SeatCommand> read_plain(CommandKind kind, const std::string& data, std::string& why)
{
    const auto asked = protocol::decode<protocol::Nothing>(data, &why);
    if (!asked) return asked.error();
    SeatCommand command;
    command.kind = kind;
    return command;
}

Result<SeatCommand> read_command(const protocol::LiveRequest& request, std::string& why)
{
    const std::string& data = request.data.text;
    if (request.op == "battle.play") return read_play(data, why);
    if (request.op == "battle.attack") return read_attack(data, why);
    if (request.op == "battle.power") return read_power(data, why);
    if (request.op == "battle.mulligan") return read_mulligan(data, why);
    if (request.op == "battle.concede") return read_plain(CommandKind::concede, data, why);
    return read_plain(CommandKind::end_turn, data, why);
}

} // namespace

void Desk::handle_command(Peer& peer, Table& table, protocol::LiveRequest request)
{
    if (table.held.empty() && !stands_still(table)) return play(table, peer.seat, request);
    if (table.held.size() >= static_cast<std::size_t>(config_.held_commands))
        return refuse(peer, request.id, Errc::unavailable, "the battle log is behind: ask again");
    table.held.push_back({peer.seat, std::move(request)});
    tables_.changed(table);
}

bool Desk::stands_still(Table& table)
{
    const Millis now = clock_.monotonic();
    const bool still = now >= table.lease_until || now - std::min(table.room.tail_since(), now) > config_.log_tail ||
                       tables_.unwritten() >= static_cast<std::size_t>(config_.log_capacity);
    if (still && !table.still_since) table.still_since = now;
    if (!still && table.still_since) table.room.postpone(now - *std::exchange(table.still_since, std::nullopt));
    return still;
}

void Desk::release(Table& table)
{
    while (!table.held.empty() && !stands_still(table)) {
        const Held held = std::move(table.held.front());
        table.held.pop_front();
        play(table, held.seat, held.request);
    }
}

void Desk::play(Table& table, SeatIndex seat, const protocol::LiveRequest& request)
{
    const Millis began = clock_.monotonic();
    Answers& answers = table.answers[seat];
    if (const Answer* known = answers.find(request.id, request.key))
        return send_answer(table, seat, request.id, *known);
    std::string why;
    const Result<SeatCommand> command = read_command(request, why);
    if (!command) {
        const auto found = peers_.find(table.links[seat]);
        if (found != peers_.end()) fault(found->second, request.id, command.error(), why);
        return;
    }
    Effects effects;
    const Result<std::int64_t> number = table.room.command(seat, *command, began, effects);
    Answer answer;
    answer.id = request.id;
    answer.key = request.key;
    if (number)
        answer.data = protocol::encode(protocol::CommandReply{*number});
    else
        answer.refusal = number.error();
    send_answer(table, seat, request.id, answers.keep(std::move(answer)));
    if (number) table.traceparent = request.traceparent.value_or("");
    if (number) hooks_.touched(table, std::move(effects));
    command_seconds_.observe(std::chrono::duration<double>(clock_.monotonic() - began).count());
}

void Desk::send_answer(const Table& table, SeatIndex seat, std::int64_t id, const Answer& answer)
{
    const auto found = peers_.find(table.links[seat]);
    if (found == peers_.end()) return;
    if (answer.refusal) return refuse(found->second, id, answer.refusal);
    if (id != 0) found->second.link->send(found->first, protocol::encode_reply(id, answer.data));
}

} // namespace harvest::instance
