// The way under ENet: libenet's own socket calls are interposed by this program's definitions (the PLT resolves them
// here first), so that what ENet sends and receives passes through a Wire on the thread that services the host.
#pragma once

#include <enet/enet.h>

#include <cstddef>

namespace harvest::enet {

class Wire {
public:
    virtual ~Wire() = default;
    // Never fails: an error would end ENet's loop for every peer of the host.
    virtual void send(const ENetAddress& to, const ENetBuffer* buffers, std::size_t count) = 0;
    // Bytes written into `into`; 0 when there is nothing more.
    virtual std::size_t receive(ENetAddress& from, ENetBuffer& into) = 0;
};

// While one lives, ENet's traffic on this thread goes through `wire`; without one it reaches the real socket.
class WireScope {
public:
    explicit WireScope(Wire& wire);
    ~WireScope();
    WireScope(const WireScope&) = delete;
    WireScope& operator=(const WireScope&) = delete;

private:
    Wire* outer_;
};

// Initialises ENet with our allocation callbacks (memory.hpp), once a process; false if the hook is not in the way.
bool hook_active();

} // namespace harvest::enet
