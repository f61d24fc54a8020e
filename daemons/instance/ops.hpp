// The battle.* ops of a seat, each with a rate limit of its own (harvest-protocol(7)).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace harvest::instance {

enum class Op { nonce, mulligan, play, attack, power, end_turn, concede, state, emote };
inline constexpr std::size_t op_count = 9;

// "battle.play"; none for an op that no seat has.
std::optional<Op> find_op(std::string_view name);

// GCRA arrival times of one seat, on the monotonic clock.
using OpBuckets = std::array<std::int64_t, op_count>;

} // namespace harvest::instance
