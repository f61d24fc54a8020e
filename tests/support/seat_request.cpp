#include "tests/support/seat_request.hpp"

#include "common/protocol/battle.hpp"

namespace harvest::test {

SeatRequest seat_request(const game::battle::SeatCommand& command)
{
    using game::battle::CommandKind;
    switch (command.kind) {
    case CommandKind::mulligan:
        return {"battle.mulligan", protocol::encode(protocol::MulliganRequest{command.cards})};
    case CommandKind::play: {
        protocol::PlayRequest request;
        request.card = command.card;
        if (command.target != 0) request.target = command.target;
        if (command.position >= 0) request.position = command.position;
        return {"battle.play", protocol::encode(request)};
    }
    case CommandKind::attack:
        return {"battle.attack", protocol::encode(protocol::AttackRequest{command.card, command.target})};
    case CommandKind::power: {
        protocol::PowerRequest request;
        if (command.target != 0) request.target = command.target;
        if (command.choice != game::battle::Choice::none)
            request.choice = boost::describe::enum_to_string(command.choice, "");
        return {"battle.power", protocol::encode(request)};
    }
    case CommandKind::concede:
        return {"battle.concede", "{}"};
    default:
        return {"battle.end_turn", "{}"};
    }
}

} // namespace harvest::test
