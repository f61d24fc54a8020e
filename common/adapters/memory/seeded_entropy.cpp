#include "common/adapters/memory/seeded_entropy.hpp"

#include <algorithm>

namespace harvest::memory {

void SeededEntropy::fill(std::span<std::uint8_t> bytes)
{
    const std::lock_guard lock(mutex_);
    while (!bytes.empty()) {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t word = state_;
        word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9U;
        word = (word ^ (word >> 27)) * 0x94d049bb133111ebU;
        word ^= word >> 31;
        const std::size_t count = std::min<std::size_t>(bytes.size(), 8);
        for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
        bytes = bytes.subspan(count);
    }
}

} // namespace harvest::memory
