#include "common/game/battle/handles.hpp"

namespace harvest::game::battle {

namespace {

constexpr std::uint32_t half_mask = 0x7FFF; // a Feistel network over two halves of 15 bits
constexpr Handle first_handle = Handle{1} << 30;
constexpr int rounds = 6;

std::uint32_t round_of(std::uint32_t half, std::uint64_t key, int round)
{
    std::uint64_t x = (half + 1) * 0x9E3779B97F4A7C15U ^ key;
    x = (x ^ (x >> 29) ^ static_cast<std::uint64_t>(round)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 32)) * 0x94D049BB133111EBU;
    return static_cast<std::uint32_t>(x >> 40) & half_mask;
}

} // namespace

Handle to_handle(const State& state, Reader reader, EntityId id)
{
    if (id < first_entity) return id;
    const std::uint64_t key = state.handle_keys[static_cast<std::size_t>(reader)];
    std::uint32_t left = (id >> 15) & half_mask, right = id & half_mask;
    for (int round = 0; round < rounds; ++round) {
        const std::uint32_t next = left ^ round_of(right, key, round);
        left = right;
        right = next;
    }
    return first_handle | left << 15 | right;
}

EntityId from_handle(const State& state, Reader reader, Handle handle)
{
    if (handle < first_entity) return handle;
    if (handle < first_handle || handle >= 2 * first_handle) return 0;
    const std::uint64_t key = state.handle_keys[static_cast<std::size_t>(reader)];
    std::uint32_t left = (handle >> 15) & half_mask, right = handle & half_mask;
    for (int round = rounds; round-- > 0;) {
        const std::uint32_t before = right ^ round_of(left, key, round);
        right = left;
        left = before;
    }
    const EntityId id = left << 15 | right;
    return id < first_entity ? 0 : id;
}

} // namespace harvest::game::battle
