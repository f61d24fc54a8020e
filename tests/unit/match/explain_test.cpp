// What is told of a waiting ticket is what the matcher does.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/explain.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <random>

using namespace harvest;
using namespace harvest::test;
using match::explain;
using match::explain_pair;
using match::Queue;
using match::Rules;
using match::Seeker;

namespace {

Seeker in_ranked(int number, double rating, Millis since = 0ms)
{
    Seeker one;
    one.ticket.value = "q_" + std::to_string(100 + number);
    one.player.value = "p_" + std::to_string(100 + number);
    one.mode = "ranked";
    one.rating = rating;
    one.deviation = 50;
    one.since = since;
    return one;
}

bool paired(const Seeker& one, const Seeker& other, const Rules& rules, Millis now)
{
    Queue queue(rules);
    queue.add(one);
    queue.add(other);
    return one.mode == protocol::challenge_mode ? !queue.take_challenges(9).empty() : !queue.take_pairs(now, 9).empty();
}

} // namespace

TEST_CASE("The explanation of two tickets is what the matcher does with them, now and when it says that it relaxes",
          "[match][explain]")
{
    std::mt19937 random(4);
    const auto chance = [&](unsigned of) { return random() % of == 0; };
    std::map<std::string, int> seen;
    for (int round = 0; round < 20'000; ++round) {
        Rules rules;
        rules.growth_per_second = chance(8) ? 0 : 1 + static_cast<double>(random() % 80);
        rules.window_max = static_cast<double>(50 + random() % 800);
        Seeker one = in_ranked(1, 1'200 + static_cast<double>(random() % 800), Millis{random() % 20'000});
        Seeker other = in_ranked(2, 1'200 + static_cast<double>(random() % 800), Millis{random() % 20'000});
        if (chance(10)) one.blocked.push_back(other.player);
        if (chance(6)) other.max_rating_gap = static_cast<double>(random() % 400);
        if (chance(4)) one.recent.push_back(other.player);
        if (chance(4)) one.latency_ms[0] = static_cast<std::uint16_t>(1 + random() % 300);
        if (chance(4)) other.latency_ms[chance(2) ? 0 : 1] = static_cast<std::uint16_t>(1 + random() % 300);
        if (chance(10)) {
            one.mode = other.mode = protocol::challenge_mode;
            one.blocked.clear(); // looked up once more when a party's match is made
            one.party = chance(3) ? "" : "y_1/1";
            other.party = chance(3) ? "y_2/1" : one.party;
        }
        const Millis now{random() % 30'000};
        const protocol::QueueCandidate told = explain_pair(one, other, rules, now);
        ++seen[told.rule];
        INFO(told.rule << " " << told.points.value_or(-1) << " of " << told.limit.value_or(-1));
        CHECK(paired(one, other, rules, now) == (told.rule == "fits"));
        CHECK((told.relaxes_in_seconds == 0.0) == (told.rule == "fits"));
        if (!told.relaxes_in_seconds) {
            CHECK_FALSE(paired(one, other, rules, now + 24h));
            continue;
        }
        const Millis relaxes = now + Millis{std::llround(*told.relaxes_in_seconds * 1'000)};
        CHECK(paired(one, other, rules, relaxes + 2ms));
        if (told.rule != "fits") CHECK_FALSE(paired(one, other, rules, relaxes - 2ms));
        const protocol::QueueCandidate mirrored = explain_pair(other, one, rules, now);
        CHECK(mirrored.rule == told.rule);
    }
    for (const char* rule : {"fits", "window", "delayed", "rating_gap", "blocked", "party"}) {
        INFO(rule);
        CHECK(seen[rule] > 100);
    }
}

TEST_CASE("An explanation has the mode's tickets, the nearest first, and says how many there are", "[match][explain]")
{
    std::vector<Seeker> seekers{in_ranked(1, 1'500), in_ranked(2, 1'900), in_ranked(3, 1'550), in_ranked(4, 1'700),
                                in_ranked(5, 1'500)};
    seekers[4].mode = "casual";
    std::vector<const Seeker*> waiting;
    for (const Seeker& each : seekers) waiting.push_back(&each);
    const protocol::QueueExplanation out = explain(seekers[0], waiting, Rules{}, 2s, 2);
    CHECK(out.candidates == 3);
    CHECK(out.waiting_seconds == 2);
    CHECK(out.window == 180);
    REQUIRE(out.items.size() == 2);
    CHECK(out.items[0].ticket.value == "q_103");
    CHECK(out.items[0].rule == "fits");
    CHECK(out.items[1].ticket.value == "q_104");
    CHECK(out.items[1].rule == "window");
}

TEST_CASE("The match daemon explains a ticket that it holds, with the time until a bot comes", "[match][explain]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    const auto ask = [&](TicketId ticket) {
        const protocol::ExplainRequest asked{std::move(ticket)};
        RpcRequest call{.daemon = "match",
                        .id = {},
                        .method = "explain",
                        .body = protocol::encode(asked),
                        .traceparent = {},
                        .by = world.soon()};
        return world.rpc.call(std::move(call));
    };
    world.play([&]() -> Task<void> {
        const Result<void> blocked = co_await world.block(bob.id, ann.id);
        REQUIRE(blocked);
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann, "casual");
        const Result<std::string> queued = co_await first->call("match.queue", std::move(data));
        REQUIRE(queued);
        data = World::queue(bob, "casual");
        const Result<std::string> also = co_await second->call("match.queue", std::move(data));
        REQUIRE(also);
        (void)co_await world.clock.sleep_until(world.clock.after(4s));
        TicketId ticket = protocol::decode<protocol::QueueReply>(*queued)->ticket;
        const Result<std::string> reply = co_await ask(std::move(ticket));
        REQUIRE(reply);
        const auto told = protocol::decode<protocol::QueueExplanation>(*reply);
        REQUIRE(told);
        CHECK(told->player == ann.id);
        CHECK(told->bot_in_seconds == 6);
        REQUIRE(told->items.size() == 1);
        CHECK(told->items[0].player == bob.id);
        CHECK(told->items[0].rule == "blocked");
        CHECK_FALSE(told->items[0].relaxes_in_seconds);
        ticket = world.id<TicketId>();
        const Result<std::string> none = co_await ask(std::move(ticket));
        CHECK_FALSE(none);
        CHECK(wire_code(none.error()) == "match.not_queued");
    });
}
