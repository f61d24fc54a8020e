// A command of a seat as the live request that carries it.
#pragma once

#include "common/game/battle/command.hpp"

#include <string>

namespace harvest::test {

struct SeatRequest {
    std::string op, data;
};
SeatRequest seat_request(const game::battle::SeatCommand& command);

} // namespace harvest::test
