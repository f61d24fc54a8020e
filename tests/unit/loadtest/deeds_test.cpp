// A bot's deeds and books, against a server made to lose replies.
#include "cli/bots/deeds.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/protocol/live.hpp"
#include "common/protocol/problem.hpp"
#include "tests/contract/support/run.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace harvest;
using namespace harvest::bots;

namespace {

// Takes every request by either door; does a key's deed once, answers it as often as it is asked, and loses the first
// `to_lose` replies.
struct Server {
    std::set<std::string> keys;
    std::int64_t wheat = 5, asked = 0, to_lose = 0;
    std::string error, harvest = "3";

    // The reply's JSON; "" with an error.
    std::string take(const std::string& key)
    {
        ++asked;
        if (!error.empty()) return {};
        if (keys.insert(key).second) wheat += 3;
        return R"({"at":"now","plots":[],"spent":[],"gained":[{"asset":"wheat","amount":")" + harvest + R"("}]})";
    }
    bool loses() { return to_lose > 0 && to_lose-- > 0; }
};

struct Link final : ServerLink {
    explicit Link(Server& to) : server(to) {}
    AsyncResult<void> connect(Endpoint, Deadline) override { co_return Result<void>{}; }
    Result<void> send(std::string_view bytes) override
    {
        const auto message = boost::json::parse(bytes).as_object();
        const std::int64_t id = message.at("id").as_int64();
        const std::string data = server.take(std::string(message.at("key").as_string()));
        reply = data.empty() ? protocol::encode_error(id, server.error, "no") : protocol::encode_reply(id, data);
        if (server.loses()) reply.clear();
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

struct Http final : HttpClient {
    explicit Http(Server& to) : server(to) {}
    AsyncResult<HttpResponse> send(HttpRequest request, Deadline) override
    {
        HttpResponse response;
        response.body = server.take(std::string(request.header("idempotency-key")));
        if (response.body.empty()) {
            protocol::Problem problem;
            problem.code = server.error;
            response.status = 409;
            response.body = encode(problem);
        }
        if (server.loses()) co_return Errc::in_doubt;
        co_return response;
    }
    Server& server;
};

struct HttpDoors final : HttpClients {
    explicit HttpDoors(Server& to) : server(to) {}
    std::unique_ptr<HttpClient> make(HttpTarget) override { return std::make_unique<Http>(server); }
    Server& server;
};

struct Heard final : Observer {
    void done(std::string_view, Instant, Instant) override { ++well; }
    void failed(std::string_view, std::string_view) override { ++badly; }
    void unanswered(std::string_view, std::string_view) override { ++lost; }
    void refused(std::string_view, std::string_view) override { ++no; }
    void match_began(const MatchId&) override {}
    void match_ended(const MatchId&, bool) override {}
    void verified(std::string_view, std::size_t, std::string_view) override {}
    void came(const PlayerId&) override {}
    void resumed(Millis) override {}
    void signed_in(int) override {}
    int well = 0, badly = 0, no = 0, lost = 0;
};

struct Bot {
    Server server;
    Links links{server};
    HttpDoors http{server};
    memory::ManualClock clock;
    World world{{{HttpTarget{}}, {}, {}}, http, links, clock, nullptr, {}};
    Heard heard;
    Chance chance{3};
    RestDoor rest{world, 0, ""};
    Client client{world, heard, rest};
    Deeds deeds{client, chance, true};
    test::Loop loop;

    Bot() { deeds.books().begin({{"wheat", server.wheat}}); }

    // What `ask` gives on a new link, as after a cut.
    template <class T>
    Result<T> on_a_link(std::function<AsyncResult<T>()> ask)
    {
        Result<T> outcome = Errc::internal;
        loop.spawn([this, &ask, &outcome]() -> Task<void> {
            LiveSession lobby(world, heard, "wss", "");
            const Endpoint anywhere;
            (void)co_await lobby.connect(anywhere, clock.after(Millis{1000}));
            client.meet(lobby);
            outcome = co_await ask();
        });
        loop.poll();
        return outcome;
    }
    Result<std::string> harvest()
    {
        return on_a_link<std::string>([this] { return deeds.act("farm.harvest", R"({"plots":[1]})"); });
    }
    Result<void> finish()
    {
        return on_a_link<void>([this] { return deeds.finish(); });
    }
    Result<std::string> repeat()
    {
        return on_a_link<std::string>([this] { return deeds.repeat(); });
    }
    std::string difference(std::int64_t wheat) { return deeds.books().difference({{"wheat", wheat}}, {}); }
};

protocol::OrderInfo sale(std::int64_t quantity, std::int64_t left, std::int64_t price)
{
    protocol::OrderInfo order;
    order.id = make_id<OrderId>(Millis{1}, {});
    order.asset = "wheat";
    order.side = game::economy::Side::sell;
    order.price.units = price;
    order.quantity.units = quantity;
    order.left.units = left;
    order.state = left > 0 ? game::economy::OrderState::open : game::economy::OrderState::filled;
    return order;
}

} // namespace

TEST_CASE("a deed whose reply is lost is asked again with its key, and counts once", "[loadtest]")
{
    for (int door = 0; door < 8; ++door) { // by chance the live one or REST
        Bot bot;
        for (int i = 0; i < door; ++i) bot.chance.next();
        bot.server.to_lose = 2;
        CHECK_FALSE(bot.harvest());
        CHECK_FALSE(bot.finish());
        CHECK(bot.finish());
        CHECK(bot.finish()); // nothing is open any more
        CHECK(bot.server.asked == 3);
        CHECK(bot.server.keys.size() == 1);
        CHECK(bot.heard.well == 1);
        CHECK(bot.heard.badly == 0);
        CHECK(bot.deeds.books().owned("wheat") == 8);
        CHECK(bot.difference(bot.server.wheat).empty());
    }
}

TEST_CASE("the deeds of another run are other deeds, of the same seed too", "[loadtest]")
{
    std::set<std::string> keys;
    for (const std::uint64_t run : {1u, 2u}) {
        Bot bot;
        bot.world.run = run;
        CHECK(bot.harvest());
        CHECK(bot.harvest());
        keys.merge(bot.server.keys);
    }
    CHECK(keys.size() == 4);
}

TEST_CASE("what the rules refuse is no error, changes no books and is not asked again", "[loadtest]")
{
    Bot bot;
    bot.server.error = "farm.not_ripe";
    CHECK_FALSE(bot.harvest());
    CHECK(bot.finish());
    CHECK(bot.server.asked == 1);
    CHECK(bot.heard.no == 1);
    CHECK(bot.heard.badly == 0);
    bot.server.error = "internal";
    CHECK_FALSE(bot.harvest());
    CHECK(bot.heard.badly == 1);
    CHECK(bot.difference(5).empty());
    CHECK(bot.deeds.journal_size() == 0);
}

TEST_CASE("every key of the journal is asked again, and must give the same reply", "[loadtest]")
{
    Bot bot;
    for (int i = 0; i < 10; ++i) REQUIRE(bot.harvest());
    CHECK(bot.deeds.journal_size() == 10);
    bot.server.to_lose = 1;
    CHECK_FALSE(bot.repeat()); // a cut link; the next one goes on
    CHECK(bot.repeat().value().empty());
    CHECK(bot.server.asked == 21);
    CHECK(bot.server.wheat == 35);
    CHECK(bot.deeds.books().owned("wheat") == 35);

    REQUIRE(bot.harvest());
    bot.server.harvest = "4";
    const std::string differs = bot.repeat().value();
    CHECK(differs.starts_with("farm.harvest with the key "));
    CHECK(differs.ends_with(": another reply"));
}

TEST_CASE("books: each thing that differs is told, whoever has more of it", "[loadtest]")
{
    Books books{{}};
    books.begin({{"wheat", 8}});
    CHECK(books.difference({{"wheat", 8}}, {}).empty());
    CHECK(books.difference({{"wheat", 8}, {"coin", 0}}, {}).empty());
    CHECK(books.difference({{"wheat", 11}}, {}) == "wheat: 11 by the server, 8 by what it has told");
    CHECK(books.difference({{"wheat", 11}}, {"wheat"}).empty());
    CHECK(books.difference({}, {}) == "wheat: 0 by the server, 8 by what it has told");
    CHECK(books.difference({{"wheat", 8}, {"coin", 1}}, {}) == "coin: 1 by the server, 0 by what it has told");
}

TEST_CASE("books: a card that is made comes in, one that is dismantled goes", "[loadtest]")
{
    Books books{{}};
    books.begin({{"coin", 20}, {"stardust", 10}});
    REQUIRE(books.done("craft.make", R"({"card":"hen"})",
                       R"({"at":"now","recipe":"hen","card":"hen","spent":[{"asset":"coin","amount":"15"}]})"));
    CHECK(books.owned("card.hen") == 1);
    CHECK(books.owned("coin") == 5);
    REQUIRE(
        books.done("craft.dismantle", R"({"card":"hen","count":1})",
                   R"({"at":"now","card":"hen","count":1,"retired":[],"gained":[{"asset":"stardust","amount":"5"}]})"));
    CHECK(books.owned("card.hen") == 0);
    CHECK(books.owned("stardust") == 15);
    CHECK_FALSE(books.done("craft.make", "{}", "not JSON"));
}

TEST_CASE("books: a sale that others meet in pieces brings what the server pays, whenever the bot looks", "[loadtest]")
{
    const game::economy::Rules rules;
    std::mt19937_64 random(11);
    const auto below = [&random](std::int64_t count) {
        return std::uniform_int_distribution<std::int64_t>(0, count - 1)(random);
    };
    for (int round = 0; round < 200; ++round) {
        const std::int64_t quantity = 1 + below(60), price = 1 + below(9);
        Books books{rules};
        books.begin({{"wheat", quantity}});
        protocol::OrderReply placed;
        placed.order = sale(quantity, quantity, price);
        REQUIRE(books.done("market.order", "{}", encode(placed)));
        CHECK(books.owned("wheat") == 0);
        std::int64_t left = quantity, earned = 0, paid = 0;
        while (left > 0) {
            const std::int64_t coins = (1 + below(left)) * price;
            paid += coins - game::economy::fee_of(rules, earned, coins);
            earned += coins;
            left -= coins / price;
            if (below(2) == 0) books.seen(sale(quantity, left, price));
        }
        CHECK(books.open_orders().size() <= 1);
        books.seen(sale(quantity, 0, price));
        CHECK(books.owned("coin") == paid);
        CHECK(books.open_orders().empty());
    }
}
