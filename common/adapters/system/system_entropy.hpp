// Entropy from the kernel, getrandom(2). For any thread.
#pragma once

#include "common/ports/entropy.hpp"

namespace harvest::system {

class SystemEntropy final : public Entropy {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

} // namespace harvest::system
