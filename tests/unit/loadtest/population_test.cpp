// Bots that find only some of the doors open.
#include "cli/bots/population.hpp"
#include "cli/loadtest/run.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/protocol/account.hpp"
#include "common/protocol/live.hpp"
#include "common/protocol/session.hpp"
#include "tests/contract/support/run.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::bots;

namespace {

struct QuietHttp final : HttpClient {
    explicit QuietHttp(bool keeps_everybody) : keeps(keeps_everybody) {}
    AsyncResult<HttpResponse> send(HttpRequest request, Deadline) override
    {
        HttpResponse response;
        if (keeps && request.path == "/v1/auth/logout") co_return Errc::unavailable;
        if (request.path == "/v1/decks") {
            protocol::DeckList decks;
            decks.items.emplace_back().id = make_id<DeckId>(Millis{1}, {});
            response.body = encode(decks);
        } else {
            protocol::TokenPair tokens;
            tokens.player = make_id<PlayerId>(Millis{1}, {});
            tokens.session = make_id<SessionId>(Millis{1}, {});
            tokens.expires_in_seconds = 600;
            response.body = encode(tokens);
        }
        co_return response;
    }
    bool keeps;
};

struct QuietHttpDoors final : HttpClients {
    std::unique_ptr<HttpClient> make(HttpTarget) override { return std::make_unique<QuietHttp>(keeps); }
    bool keeps = false; // nobody can log out
};

// Gets no further than connecting where the door is shut.
struct DoorLink final : ServerLink {
    explicit DoorLink(bool is_shut) : shut(is_shut) {}
    AsyncResult<void> connect(Endpoint, Deadline) override
    {
        if (shut) co_return Errc::timed_out;
        co_return Result<void>{};
    }
    Result<void> send(std::string_view bytes) override
    {
        protocol::HelloReply welcome;
        welcome.player = make_id<PlayerId>(Millis{1}, {});
        welcome.session = make_id<SessionId>(Millis{1}, {});
        welcome.ping_seconds = 20;
        reply = protocol::encode_reply(boost::json::parse(bytes).as_object().at("id").as_int64(), encode(welcome));
        return {};
    }
    AsyncResult<std::string> receive(Deadline) override
    {
        if (reply.empty()) co_return Errc::timed_out;
        co_return std::exchange(reply, {});
    }
    void close() override {}
    std::string close_reason() const override { return {}; }
    bool shut;
    std::string reply;
};

struct OnlyWss final : ServerLinks {
    std::unique_ptr<ServerLink> make(std::string_view transport, std::string_view) override
    {
        return std::make_unique<DoorLink>(transport == "enet");
    }
};

} // namespace

TEST_CASE("a bot that never gets in is an error, and one that does is none", "[loadtest]")
{
    QuietHttpDoors http;
    OnlyWss links;
    memory::ManualClock clock;
    const World world{{{HttpTarget{}}, {Endpoint{}}, {Endpoint{}}}, http, links, clock, nullptr, {}};
    PopulationPlan plan;
    plan.bots = 4;
    plan.join_over = 0s;
    plan.habits.chat = 0;
    plan.habits.life = {};
    plan.habits.life[static_cast<std::size_t>(Pastime::resting)] = 1;
    loadtest::Tally tally{Instant{}};
    test::Loop loop;
    Population population(world, tally, std::move(plan), loop.executor());
    bool over = false;
    loop.spawn([&]() -> Task<void> {
        co_await population.run();
        over = true;
    });
    const auto go_on_until = [&](Millis until) {
        for (loop.poll(); !over && clock.monotonic() < until && clock.advance_to_next();) loop.poll();
    };
    go_on_until(clock.monotonic() + 15s);
    CHECK(tally.online() == 2);
    CHECK(tally.error_count() == 0);
    population.stop();
    go_on_until(clock.monotonic() + 60s);
    CHECK(over);
    CHECK(tally.errors() == std::map<std::string, std::int64_t>{{"link never_mended", 2}});
}

TEST_CASE("an interrupt ends a run at once, also when its bots are leaving already", "[loadtest]")
{
    QuietHttpDoors http;
    http.keeps = true;
    OnlyWss links;
    memory::ManualClock clock;
    loadtest::Scenario scenario;
    scenario.bots = 1;
    scenario.enet_percent = 0;
    scenario.join_over = 0s;
    scenario.duration = 5s;
    scenario.chat_percent = 0;
    scenario.life = {};
    scenario.life[static_cast<std::size_t>(Pastime::resting)] = 1;
    scenario.verify = true;
    std::atomic<int> interrupts = 0;
    loadtest::RunHooks hooks;
    hooks.interrupts = &interrupts;
    test::Loop loop;
    const Millis began = clock.monotonic();
    const auto go_on = [&](const std::function<bool()>& over) {
        for (loop.poll(); !over() && clock.advance_to_next(); loop.poll())
            if (clock.monotonic() >= began + 10s) interrupts = 1;
    };
    World world{{{HttpTarget{}}, {Endpoint{}}, {Endpoint{}}}, http, links, clock, nullptr, {}};
    const auto report = loadtest::run(scenario, std::move(world), loop.executor(), go_on, std::move(hooks));
    REQUIRE(report);
    CHECK(report->verdict == "aborted");
    CHECK(clock.monotonic() - began < 11s);
}
