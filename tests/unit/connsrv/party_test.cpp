// party.join by a code: whoever guesses is held up, on however many connections.
#include "common/protocol/party.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

Task<std::string> refusal(LiveClient& live, std::string data)
{
    const Result<std::string> reply = co_await live.call("party.join", std::move(data));
    co_return reply ? std::string{} : live.error_text;
}

} // namespace

TEST_CASE("An account tries five codes at once and then one in twelve seconds", "[connsrv][party]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto leader = co_await world.signed_in(ann);
        auto guest = co_await world.signed_in(bob);
        auto phone = co_await world.signed_in(bob, "mobile");
        auto other = co_await world.signed_in(eve);
        const Result<std::string> made = co_await leader->call("party.create", "{}");
        REQUIRE(made);
        const auto party = protocol::decode<protocol::PartyInfo>(*made);
        REQUIRE(party);
        const std::string right = R"({"code":")" + party->code + R"("})", wrong = R"({"code":"2222-2222"})";
        std::string why;
        for (int i = 0; i < 5; ++i) {
            why = co_await refusal(i < 3 ? *guest : *phone, wrong);
            CHECK(why == "party.no_such_party");
        }
        (void)co_await world.clock.sleep_until(world.clock.after(2s)); // beyond the op's own limit
        why = co_await refusal(*phone, right);
        CHECK(why == "resource_exhausted");
        why = co_await refusal(*guest, R"({"party":")" + party->party.value + R"("})");
        CHECK(why == "party.no_such_party"); // no guess, and not invited
        why = co_await refusal(*other, right);
        CHECK(why.empty()); // another account's tries are its own
        const Result<std::string> left = co_await other->call("party.leave", "{}");
        REQUIRE(left);
        (void)co_await world.clock.sleep_until(world.clock.after(12s));
        why = co_await refusal(*guest, right);
        CHECK(why.empty());
        why = co_await refusal(*guest, right);
        CHECK(why == "resource_exhausted");
    });
}
