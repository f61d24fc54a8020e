#include "daemons/instance/ops.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

// In the order of Op.
constexpr std::array<std::string_view, op_count> op_names{"battle.nonce",   "battle.mulligan", "battle.play",
                                                          "battle.attack",  "battle.power",    "battle.end_turn",
                                                          "battle.concede", "battle.state",    "battle.emote"};

} // namespace

std::optional<Op> find_op(std::string_view name)
{
    const auto found = std::ranges::find(op_names, name);
    if (found == op_names.end()) return std::nullopt;
    return static_cast<Op>(found - op_names.begin());
}

} // namespace harvest::instance
