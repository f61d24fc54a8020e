// Limits by address: whoever has an IPv6 address has the whole /64 it lies in.
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr std::string_view first = "2001:db8:1:2::1", neighbour = "2001:db8:1:2:3:4:5:6", elsewhere = "2001:db8:1:3::1";

// "" or why a sign-in from there is refused.
Task<std::string> hello(World& world, const Player& player, std::string_view address)
{
    auto live = world.client(0, std::string(address));
    const Result<void> up = co_await live->connect();
    REQUIRE(up);
    std::string data = World::hello(player);
    const Result<std::string> reply = co_await live->call("session.hello", std::move(data));
    co_return reply ? "" : live->error_text;
}

// The last of so many party codes that a player of its own each tries from there.
Task<std::string> tried_codes(World& world, const std::string& name, std::string_view address, int times)
{
    std::string why;
    for (int i = 0; i < times; i += 5) { // an account tries five
        const Player player = world.new_player(name + std::to_string(i));
        auto live = world.client(0, std::string(address));
        const Result<void> up = co_await live->connect();
        REQUIRE(up);
        std::string data = World::hello(player);
        const Result<std::string> in = co_await live->call("session.hello", std::move(data));
        REQUIRE(in);
        for (int k = i; k < std::min(i + 5, times); ++k) {
            const Result<std::string> reply = co_await live->call("party.join", R"({"code":"2222-2222"})");
            why = reply ? "" : live->error_text;
        }
    }
    co_return why;
}

} // namespace

TEST_CASE("Sign-ins from one /64 share what an address may", "[connsrv]")
{
    WorldOptions options;
    options.connsrv.hello_burst = 1;
    options.connsrv.hello_interval = 1h;
    World world(options);
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        std::string why = co_await hello(world, ann, first);
        CHECK(why == "");
        why = co_await hello(world, ann, neighbour);
        CHECK(why == "resource_exhausted");
        why = co_await hello(world, ann, elsewhere);
        CHECK(why == "");
        why = co_await hello(world, ann, "192.0.2.7");
        CHECK(why == "");
        why = co_await hello(world, ann, "192.0.2.8");
        CHECK(why == "");
    });
}

TEST_CASE("Codes of parties that are tried from one /64 share what an address may", "[connsrv][party]")
{
    World world;
    world.start();
    world.play([&]() -> Task<void> {
        std::string why = co_await tried_codes(world, "ann", first, 50);
        CHECK(why == "party.no_such_party");
        why = co_await tried_codes(world, "bob", neighbour, 1);
        CHECK(why == "resource_exhausted");
        why = co_await tried_codes(world, "eve", elsewhere, 1);
        CHECK(why == "party.no_such_party");
    });
}
