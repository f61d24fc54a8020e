// Limits by address: whoever has an IPv6 address has the whole /64 it lies in.
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

TEST_CASE("Joins from one /64 share what an address may", "[instance]")
{
    World world;
    Config config = World::quick();
    config.address_burst = 1;
    config.address_interval = 1h;
    Running& instance = world.start("instance-0", config);
    const auto refused = [&](const std::string& address) {
        const LinkId link = instance.link->open(address);
        instance.link->say(link, R"({"op":"battle.join","id":1,"data":{"ticket":"none"}})");
        world.settle_down();
        const auto& sent = instance.link->peers[link].sent;
        REQUIRE_FALSE(sent.empty());
        return sent.back().find("resource_exhausted") != std::string::npos;
    };
    CHECK_FALSE(refused("2001:db8:1:2::1"));
    CHECK(refused("2001:db8:1:2:3:4:5:6"));
    CHECK_FALSE(refused("2001:db8:1:3::1"));
    CHECK_FALSE(refused("192.0.2.7"));
    CHECK_FALSE(refused("192.0.2.8"));
}
