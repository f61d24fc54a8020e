// Entropy that repeats itself from a seed (SplitMix64, Steele et al. 2014): for tests and simulation only.
#pragma once

#include "common/ports/entropy.hpp"

#include <mutex>

namespace harvest::memory {

class SeededEntropy final : public Entropy {
public:
    explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override;

private:
    std::mutex mutex_;
    std::uint64_t state_;
};

} // namespace harvest::memory
