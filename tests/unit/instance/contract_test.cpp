#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

TEST_CASE("every op of asyncapi.yaml is one that an instance knows, and it knows no other", "[instance]")
{
    World world;
    Running& instance = world.start();
    const auto unknown = [&](const std::string& op) {
        const Match match = world.make_match("casual");
        auto clients = begin(world, instance, match);
        Client& one = *clients[0];
        const std::int64_t asked = one.ask(op, "{}");
        world.pass(10ms);
        one.read();
        if (!one.answered(asked)) return false;
        const auto& error = one.replies.at(asked).error;
        return error && error->message.find("no such op") != std::string::npos;
    };
    for (const auto& [op, ignored] : harvest::test::live_document("instance").ops) {
        INFO(op);
        CHECK_FALSE(unknown(op));
    }
    CHECK(unknown("battle.fly"));
    CHECK(unknown("session.ping"));
}
