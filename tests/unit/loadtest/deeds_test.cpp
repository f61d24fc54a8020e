// A bot's books, against a server made to lose replies.
#include "cli/bots/deeds.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/protocol/live.hpp"
#include "tests/contract/support/run.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <set>

using namespace harvest;
using namespace harvest::bots;

namespace {

// Takes every request; does a key's deed once, answers it as often as it is asked, and loses the first `to_lose`
// replies.
struct Server {
    std::set<std::string> keys;
    std::int64_t wheat = 5, asked = 0, to_lose = 0;
    std::string error;

    std::string answer(std::string_view request)
    {
        const auto message = boost::json::parse(request).as_object();
        ++asked;
        const std::int64_t id = message.at("id").as_int64();
        if (!error.empty()) return protocol::encode_error(id, error, "no");
        if (keys.insert(std::string(message.at("key").as_string())).second) wheat += 3;
        return protocol::encode_reply(
            id, R"({"at":"now","plots":[],"spent":[],"gained":[{"asset":"wheat","amount":"3"}]})");
    }
};

struct Link final : ServerLink {
    explicit Link(Server& to) : server(to) {}
    AsyncResult<void> connect(Endpoint, Deadline) override { co_return Result<void>{}; }
    Result<void> send(std::string_view bytes) override
    {
        reply = server.answer(bytes);
        if (server.to_lose > 0) {
            --server.to_lose;
            reply.clear();
        }
        return {};
    }
    AsyncResult<std::string> receive(Deadline) override
    {
        if (reply.empty()) co_return Errc::canceled;
        co_return std::exchange(reply, {});
    }
    void close() override {}
    std::string close_reason() const override { return {}; }
    Server& server;
    std::string reply;
};

struct Links final : ServerLinks {
    explicit Links(Server& to) : server(to) {}
    std::unique_ptr<ServerLink> make(std::string_view, std::string_view) override
    {
        return std::make_unique<Link>(server);
    }
    Server& server;
};

struct NoHttp final : HttpClients {
    std::unique_ptr<HttpClient> make(HttpTarget) override { return nullptr; }
};

struct Heard final : Observer {
    void done(std::string_view, Instant, Instant) override { ++well; }
    void failed(std::string_view, std::string_view) override { ++badly; }
    void match_ended(const MatchId&, bool) override {}
    void resumed(Millis) override {}
    void signed_in(int) override {}
    int well = 0, badly = 0;
};

protocol::Inventory holding(std::int64_t wheat)
{
    protocol::Inventory inventory;
    inventory.items.push_back({"wheat", {wheat}});
    return inventory;
}

struct Bot {
    Server server;
    Links links{server};
    NoHttp http;
    memory::ManualClock clock;
    World world{{}, http, links, clock, nullptr};
    Heard heard;
    Chance chance{3};
    Deeds deeds{world, heard, chance};
    test::Loop loop;

    // Asks on a new link, as after a cut.
    Result<void> on_a_link(bool again)
    {
        Result<void> done;
        loop.spawn([this, again, &done]() -> Task<void> {
            LiveSession lobby(world, "wss", "");
            const Endpoint anywhere;
            (void)co_await lobby.connect(anywhere, clock.after(Millis{1000}));
            if (again)
                done = co_await deeds.finish(lobby);
            else
                done = co_await deeds.act(lobby, "farm.harvest", "{}");
        });
        loop.poll();
        return done;
    }
};

} // namespace

TEST_CASE("a deed whose reply is lost is asked again with its key, and counts once", "[loadtest]")
{
    Bot bot;
    bot.deeds.open_books(holding(bot.server.wheat));
    bot.server.to_lose = 2;
    CHECK_FALSE(bot.on_a_link(false));
    CHECK_FALSE(bot.on_a_link(true));
    CHECK(bot.on_a_link(true));
    CHECK(bot.on_a_link(true)); // nothing is open any more
    CHECK(bot.server.asked == 3);
    CHECK(bot.heard.well == 1);
    CHECK(bot.deeds.owned("wheat") == 8);
    CHECK(bot.deeds.difference(holding(bot.server.wheat), {}).empty());
    CHECK(bot.deeds.difference(holding(11), {}) == "wheat: 11 by the server, 8 by what it has told");
    CHECK(bot.deeds.difference(holding(11), {"wheat"}).empty());
    CHECK_FALSE(bot.deeds.difference({}, {}).empty());
}

TEST_CASE("a refused deed changes no books and is not asked again", "[loadtest]")
{
    Bot bot;
    bot.deeds.open_books(holding(5));
    bot.server.error = "farm.not_ripe";
    CHECK_FALSE(bot.on_a_link(false));
    CHECK(bot.on_a_link(true));
    CHECK(bot.server.asked == 1);
    CHECK(bot.heard.badly == 1);
    CHECK(bot.deeds.difference(holding(5), {}).empty());
}
