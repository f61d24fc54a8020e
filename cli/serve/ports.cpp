#include "cli/serve/ports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

namespace harvest::cli {
namespace {

class PortsNeeded {
public:
    // `step`: how far on from the port that the key names; a port of 0 is the system's choice.
    void add(bool udp, const std::string& address, std::uint16_t first, std::int64_t step, std::string who)
    {
        if (first != 0) doors_.push_back({udp, first + step, address, std::move(who)});
    }
    void add(const LiveSettings& live, std::string_view daemon, std::int64_t slot)
    {
        const auto door = [&](bool udp, const ListenerSettings& settings, std::string_view key) {
            if (settings.enabled)
                add(udp, settings.address, settings.port, 10 * slot,
                    fmt::format("{}.{}.port of slot {}", daemon, key, slot));
        };
        door(true, live.udp, "udp");
        door(false, live.tcp, "tcp");
        door(true, live.plain_enet, "plain_enet");
    }
    std::string fault()
    {
        const auto place = [](const Door& door) { return std::tuple(door.udp, door.port); };
        std::ranges::stable_sort(doors_, {}, place);
        for (const Door& door : doors_)
            if (door.port > 65'535) return fmt::format("{} would be {}, past 65535", door.who, door.port);
        for (auto door = doors_.begin(); door != doors_.end(); ++door)
            for (auto other = std::next(door); other != doors_.end() && place(*other) == place(*door); ++other)
                if (meet(*door, *other))
                    return fmt::format("port {} would be needed twice, as {} and as {}", door->port, door->who,
                                       other->who);
        return "";
    }

private:
    struct Door {
        bool udp{};
        std::int64_t port{};
        std::string address, who;
    };
    static bool any(const Door& door) { return door.address == "0.0.0.0" || door.address == "::"; }
    static bool meet(const Door& one, const Door& other)
    {
        return one.address == other.address || any(one) || any(other);
    }
    std::vector<Door> doors_;
};

} // namespace

std::string ports_fault(const Settings& settings, std::span<const std::string> daemons)
{
    const auto runs = [daemons](std::string_view daemon) {
        return std::ranges::find(daemons, daemon) != daemons.end();
    };
    PortsNeeded needed;
    if (runs("gateway"))
        needed.add(false, settings.gateway.address, settings.gateway.port, 0, "gateway.port"); // its slots share it
    needed.add(false, settings.admin.address, settings.admin.port, 0, "admin.port");
    for (std::int64_t slot = 0; runs("connsrv") && slot < settings.slots.connsrv; ++slot)
        needed.add(settings.connsrv, "connsrv", slot);
    if (!runs("instance")) return needed.fault();
    if (settings.instance.allocator != "process") {
        for (std::int64_t slot = 0; slot < settings.slots.instance; ++slot)
            needed.add(settings.instance, "instance", slot);
        return needed.fault();
    }
    needed.add(false, settings.rpc.address, settings.rpc.port, 0, "rpc.port");
    const std::int64_t place = port_apart(1, "instance", 0) - 1;
    for (std::int64_t slot = 1; slot <= settings.instance.children.most; ++slot) {
        needed.add(settings.instance, "instance", slot);
        needed.add(false, settings.admin.address, settings.admin.port, place + 10 * slot,
                   fmt::format("admin.port of child {}", slot));
        needed.add(false, settings.rpc.address, settings.rpc.port, place + 10 * slot,
                   fmt::format("rpc.port of child {}", slot));
    }
    return needed.fault();
}

} // namespace harvest::cli
