// W3C Trace Context through an instance's own links.
#include "common/protocol/events.hpp"
#include "tests/unit/instance/world.hpp"

#include <algorithm>

namespace harvest::instance::test {
namespace {

std::vector<std::string> parents(World& world, const std::string& topic, const MatchId& match)
{
    std::vector<std::string> out;
    for (const StoredEvent& each :
         world.get(world.stores->events.read(topic, match.value, 0, 1'000, world.soon())).value())
        out.push_back(each.event.traceparent);
    return out;
}

} // namespace

TEST_CASE("a command's trace goes on in the event of the battle log and of the match's end", "[instance]")
{
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    world.pass(1s);
    for (const std::string& each : parents(world, "harvest.battle", match.id)) CHECK(each.empty());
    Client& one = active(clients);
    instance.link->say(one.id, R"({"op":"battle.concede","id":900,"data":{},"traceparent":"00-)" + trace +
                                   R"(-00f067aa0ba902b7-01"})");
    world.pass(2s);
    const std::string battle = parents(world, "harvest.battle", match.id).back();
    CHECK(battle.starts_with("00-" + trace + "-"));
    CHECK(battle.find("00f067aa0ba902b7") == std::string::npos); // a span of ours
    const std::vector<std::string> game = parents(world, "harvest.game", match.id);
    CHECK(std::count(game.begin(), game.end(), battle) == 1);
}

TEST_CASE("an instance leaves spans of the ops that it knows, and names no other", "[instance]")
{
    World world;
    world.trace_all();
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    Client& one = active(clients);
    instance.link->say(one.id, R"({"op":"p_01JDBQ6W5R9YN2M4T73R6W1XYZ","id":900,"data":{}})");
    instance.link->say(one.id, R"({"op":"battle.end_turn","id":901,"data":{}})");
    world.pass(10ms);
    std::vector<std::string> names;
    for (const telemetry::Span& span : world.spans->take(1'000)) {
        CHECK(span.daemon == "instance-0");
        CHECK(span.kind == telemetry::SpanKind::server);
        CHECK(span.begun <= span.ended);
        names.push_back(span.name);
    }
    CHECK(std::count(names.begin(), names.end(), "battle.join") == 2);
    CHECK(std::count(names.begin(), names.end(), "unknown") == 1);
    CHECK(names.back() == "battle.end_turn");
}

} // namespace harvest::instance::test
