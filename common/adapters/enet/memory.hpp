// ENet's heap as counted by its allocation callbacks: the real bytes it holds for a peer, beside the guard's charge.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harvest::enet {

// Bytes asked for by ENet on a peer's behalf and not yet freed. Must outlive them: reset the ENet peer first.
struct HeldBytes {
    std::size_t bytes{};
    std::size_t peak{};
};

// While one lives, what ENet allocates on this thread is counted for `owner` (null: for nobody).
class ChargeScope {
public:
    explicit ChargeScope(HeldBytes* owner);
    ~ChargeScope();
    ChargeScope(const ChargeScope&) = delete;
    ChargeScope& operator=(const ChargeScope&) = delete;
    static void set(HeldBytes* owner); // changes the owner inside a scope

private:
    HeldBytes* outer_;
};

} // namespace harvest::enet
