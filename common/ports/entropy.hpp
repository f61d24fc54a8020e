// Unpredictable bytes: keys, seeds, tokens, ids. Seeded in simulation.
#pragma once

#include "common/base/ids.hpp"
#include "common/ports/clock.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace harvest {

class Entropy {
public:
    virtual ~Entropy() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    template <std::size_t Size>
    std::array<std::uint8_t, Size> bytes()
    {
        std::array<std::uint8_t, Size> out;
        fill(out);
        return out;
    }
};

template <class TypedId>
TypedId new_id(const Clock& clock, Entropy& entropy)
{
    return make_id<TypedId>(clock.now(), entropy.bytes<10>());
}

} // namespace harvest
