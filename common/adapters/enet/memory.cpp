#include "common/adapters/enet/memory.hpp"

#include "common/adapters/enet/hook.hpp"

#include <algorithm>
#include <cstdlib>

namespace harvest::enet {
namespace {

thread_local HeldBytes* owner_now = nullptr;

struct alignas(std::max_align_t) Block {
    HeldBytes* owner;
    std::size_t size;
};

void* ENET_CALLBACK counted_malloc(std::size_t size)
{
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
    if (!block) return nullptr;
    block->owner = owner_now;
    block->size = size;
    if (owner_now) {
        owner_now->bytes += size;
        owner_now->peak = std::max(owner_now->peak, owner_now->bytes);
    }
    return block + 1;
}

void ENET_CALLBACK counted_free(void* memory)
{
    if (!memory) return;
    Block* block = static_cast<Block*>(memory) - 1;
    if (block->owner) block->owner->bytes -= block->size;
    std::free(block);
}

class Probe final : public Wire {
public:
    void send(const ENetAddress&, const ENetBuffer*, std::size_t) override { sent_ = true; }
    std::size_t receive(ENetAddress&, ENetBuffer&) override
    {
        asked_ = true;
        return 0;
    }
    bool both() const { return sent_ && asked_; }

private:
    bool sent_ = false;
    bool asked_ = false;
};

bool probe_hook()
{
    const ENetCallbacks callbacks{counted_malloc, counted_free, nullptr};
    if (enet_initialize_with_callbacks(ENET_VERSION, &callbacks) != 0) return false;
    ENetHost* host = enet_host_create(nullptr, 1, 1, 0, 0);
    if (!host) return false;
    Probe probe;
    {
        const WireScope scope(probe);
        const ENetAddress nowhere{.host = 1, .port = 1};
        ENetEvent event;
        if (enet_host_connect(host, &nowhere, 1, 0)) enet_host_service(host, &event, 0);
    }
    enet_host_destroy(host);
    return probe.both();
}

} // namespace

ChargeScope::ChargeScope(HeldBytes* owner) : outer_(owner_now)
{
    owner_now = owner;
}

ChargeScope::~ChargeScope()
{
    owner_now = outer_;
}

void ChargeScope::set(HeldBytes* owner)
{
    owner_now = owner;
}

bool hook_active()
{
    static const bool active = probe_hook();
    return active;
}

} // namespace harvest::enet
