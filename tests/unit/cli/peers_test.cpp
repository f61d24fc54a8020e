// What a process knows of the system's others.
#include "cli/api/peers.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_presence.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::cli::api;

namespace {

DaemonPresence slot(const std::string& daemon, const std::string& id, const std::string& state = "ready")
{
    DaemonPresence out{"slot", "slot/" + id, state, {{"matches", 2}}};
    out.kind = daemon;
    out.host = "node2";
    out.version = "0.2.0";
    return out;
}

struct Others {
    void hear(const std::vector<DaemonPresence>& up) { peers.heard(up, {"gateway-0"}, clock.monotonic()); }
    std::vector<std::string> troubles() const { return peers.troubles({"gateway"}, clock.monotonic()); }

    memory::ManualClock clock;
    memory::MemoryPresence presence{clock};
    Peers peers{nullptr, presence, clock, "node1", "0.1.0"};
};

} // namespace

TEST_CASE("Slots of other processes are seen, one's own and what daemons tell of themselves are not", "[cli]")
{
    Others others;
    others.hear(
        {slot("gateway", "gateway-0"), slot("instance", "instance-1"), {"instance", "instance-1", "ready", {}}});
    const std::vector<DaemonItem> up = others.peers.up();
    REQUIRE(up.size() == 1);
    CHECK(up[0].daemon == "instance");
    CHECK(up[0].id == "instance-1");
    CHECK(up[0].host == "node2");
    CHECK(up[0].version == "0.2.0");
    CHECK(up[0].load.at("matches") == 2);
    CHECK(others.troubles().empty());
}

TEST_CASE("Who vanishes is told for five minutes, who stopped is not; a kind that is gone is told for good", "[cli]")
{
    Others others;
    const DaemonPresence chat = slot("chat", "chat-0"), one = slot("instance", "instance-1"),
                         two = slot("instance", "instance-2");
    others.hear({chat, one, two});
    others.clock.advance(20s);
    others.hear({slot("chat", "chat-0", "stopped"), one});
    CHECK(others.troubles() == std::vector<std::string>{"instance-2 was last heard of 20 s ago", "no chat is ready"});
    CHECK(others.peers.up().size() == 1);
    others.hear({one});
    CHECK(others.troubles() == std::vector<std::string>{"instance-2 was last heard of 20 s ago", "no chat is ready"});
    others.clock.advance(5min);
    others.hear({one});
    CHECK(others.troubles() == std::vector<std::string>{"no chat is ready"});
    others.hear({one, two, slot("chat", "chat-9")}); // elsewhere
    CHECK(others.troubles().empty());
    others.hear({one, slot("instance", "instance-2", "draining"), slot("chat", "chat-9")});
    CHECK(others.troubles().empty());
    others.hear({one, slot("chat", "chat-9")}); // it went as it said
    CHECK(others.troubles().empty());
    others.hear({one, two, slot("chat", "chat-9", "starting")});
    CHECK(others.troubles() == std::vector<std::string>{"chat-9 is starting", "no chat is ready"});
}
