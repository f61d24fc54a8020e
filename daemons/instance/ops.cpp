#include "daemons/instance/ops.hpp"

#include <array>

namespace harvest::instance {
namespace {

struct OpRow {
    Op op;
    std::string_view name;
};

constexpr std::array<OpRow, op_count> op_rows{{
    {Op::nonce, "battle.nonce"},
    {Op::mulligan, "battle.mulligan"},
    {Op::play, "battle.play"},
    {Op::attack, "battle.attack"},
    {Op::power, "battle.power"},
    {Op::end_turn, "battle.end_turn"},
    {Op::concede, "battle.concede"},
    {Op::state, "battle.state"},
    {Op::emote, "battle.emote"},
}};

} // namespace

std::optional<Op> find_op(std::string_view name)
{
    for (const OpRow& row : op_rows)
        if (row.name == name) return row.op;
    return std::nullopt;
}

} // namespace harvest::instance
