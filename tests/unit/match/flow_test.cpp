#include "common/protocol/events.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/spectate.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

std::string wish(const Player& player, const char* preferences)
{
    std::string data = World::queue(player);
    data.pop_back();
    return data + ",\"preferences\":" + preferences + "}";
}

// Who is met within that time: a name, or "nobody".
Task<std::string> met(LiveClient& live, Millis within)
{
    const Result<Push> found = co_await live.push("match.found", within);
    if (!found) co_return "nobody";
    co_return protocol::decode<protocol::MatchFound>(found->data)->opponent.name;
}

void rate(World& world, const Player& player, std::int64_t points)
{
    world.play([&]() -> Task<void> {
        sql::Job job = [&](sql::Connection& connection) -> Result<void> {
            const std::vector<sql::Param> values{player.id.value, points * 1'000};
            const Result<sql::Rows> rows = connection.execute("INSERT INTO ratings (player, mode, rating, deviation, "
                                                              "volatility, games, wins, losses, draws, rated_at) "
                                                              "VALUES ($1, 'ranked', $2, 50000, 60000, 1, 0, 0, 1, 0)",
                                                              values);
            if (!rows) return rows.error();
            return {};
        };
        const Result<void> done = co_await world.database->write(std::move(job), world.soon());
        if (!done) throw std::runtime_error("no rating");
    });
}

Task<std::vector<protocol::MatchStarted>> started_matches(World& world)
{
    std::vector<protocol::MatchStarted> told;
    const auto events = co_await world.events->read("harvest.game", "", 0, 100, world.soon());
    REQUIRE(events);
    for (const StoredEvent& each : *events)
        if (each.event.type == protocol::event_type::match_started)
            told.push_back(protocol::decode<protocol::MatchStarted>(each.event.data).value());
    co_return told;
}

} // namespace

TEST_CASE("Two players queue and are told where their match is", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        const Result<std::string> queued = co_await first->call("match.queue", std::move(data));
        REQUIRE(queued);
        const Result<std::string> status = co_await first->call("match.status", "{}");
        REQUIRE(status);
        CHECK(protocol::decode<protocol::StatusReply>(*status)->state == "queued");
        data = World::queue(bob);
        const Result<std::string> also = co_await second->call("match.queue", std::move(data));
        REQUIRE(also);
        const Result<Push> found = co_await first->push("match.found", 10s);
        const Result<Push> other = co_await second->push("match.found", 10s);
        REQUIRE(found);
        REQUIRE(other);
        const auto mine = protocol::decode<protocol::MatchFound>(found->data);
        const auto theirs = protocol::decode<protocol::MatchFound>(other->data);
        REQUIRE(mine);
        REQUIRE(theirs);
        CHECK(mine->match == theirs->match);
        CHECK(mine->seat + theirs->seat == 3);
        CHECK(mine->opponent.name == "bob");
        CHECK(mine->endpoints.size() == 2);
        CHECK(mine->ticket ==
              "ticket|" + ann.id.value + "|" + mine->match.value + "|" + std::to_string(mine->seat) + "|instance-0");
        const Result<std::string> later = co_await first->call("match.status", "{}");
        REQUIRE(later);
        const auto state = protocol::decode<protocol::StatusReply>(*later);
        CHECK(state->state == "in_match");
        REQUIRE(state->found);
        CHECK(state->found->match == mine->match);
    });
}

TEST_CASE("Queueing is refused with its reason", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto live = co_await world.signed_in(ann);
        const auto refused = [&](std::string data) -> Task<std::string> {
            const Result<std::string> reply = co_await live->call("match.queue", std::move(data));
            co_return reply ? "queued" : live->error_text;
        };
        std::string data = World::queue(ann, "chess");
        std::string why = co_await refused(std::move(data));
        CHECK(why == "match.unknown_mode");
        data = World::queue(bob);
        why = co_await refused(std::move(data));
        CHECK(why == "match.no_such_deck");
        const Result<std::string> early = co_await live->call("match.cancel", "{}");
        CHECK_FALSE(early);
        CHECK(live->error_text == "match.not_queued");
        Deck deck;
        deck.id = world.id<DeckId>();
        deck.player = ann.id;
        deck.name = "thin";
        deck.farmer = test_content().farmers()[0].id;
        deck.cards = {test_content().cards()[0].id};
        deck.version = 1;
        Player other_deck = ann;
        other_deck.deck = deck.id;
        const Result<void> put = co_await world.decks->put(std::move(deck), world.soon());
        REQUIRE(put);
        data = World::queue(other_deck);
        why = co_await refused(std::move(data));
        CHECK(why == "match.bad_deck");
        (void)co_await world.clock.sleep_until(world.clock.after(10s));
        data = World::queue(ann);
        why = co_await refused(std::move(data));
        CHECK(why == "queued");
        data = World::queue(ann);
        why = co_await refused(std::move(data));
        CHECK(why == "queued"); // the same wish twice is the same ticket
        data = World::queue(ann, "casual");
        why = co_await refused(std::move(data));
        CHECK(why == "match.already_queued");
        const Result<std::string> cancelled = co_await live->call("match.cancel", "{}");
        CHECK(cancelled);
        const Result<std::string> status = co_await live->call("match.status", "{}");
        REQUIRE(status);
        CHECK(protocol::decode<protocol::StatusReply>(*status)->state == "idle");
    });
}

TEST_CASE("A bot takes the other seat where the mode allows it, not before", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto casual = co_await world.signed_in(ann);
        auto ranked = co_await world.signed_in(bob);
        std::string data = World::queue(ann, "casual");
        (void)co_await casual->call("match.queue", std::move(data));
        data = World::queue(bob, "ranked");
        (void)co_await ranked->call("match.queue", std::move(data));
        const Result<Push> early = co_await casual->push("match.found", 9s);
        CHECK_FALSE(early);
        const Result<Push> found = co_await casual->push("match.found", 3s);
        REQUIRE(found);
        CHECK(protocol::decode<protocol::MatchFound>(found->data)->opponent.bot);
        const Result<Push> never = co_await ranked->push("match.found", 20s);
        CHECK_FALSE(never);
        const std::vector<protocol::MatchStarted> told = co_await started_matches(world);
        REQUIRE(told.size() == 1);
        CHECK(told[0].players[0] == ann.id);
        CHECK(told[0].bots == std::vector<PlayerId>{told[0].players[1]});
    });
}

TEST_CASE("A match says which of its players are bots by their accounts", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), robot = world.new_player("robot");
    world.play([&]() -> Task<void> {
        sql::Job job = [&](sql::Connection& connection) -> Result<void> {
            const std::vector<sql::Param> values{robot.id.value};
            const Result<sql::Rows> rows = connection.execute("UPDATE accounts SET bot = 1 WHERE id = $1", values);
            if (!rows) return rows.error();
            return {};
        };
        const Result<void> marked = co_await world.database->write(std::move(job), world.soon());
        REQUIRE(marked);
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(robot);
        for (auto* each : {&first, &second}) {
            std::string data = World::queue(each == &first ? ann : robot);
            const Result<std::string> queued = co_await (*each)->call("match.queue", std::move(data));
            REQUIRE(queued);
        }
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        const std::vector<protocol::MatchStarted> told = co_await started_matches(world);
        REQUIRE(told.size() == 1);
        CHECK(told[0].players.size() == 2);
        CHECK(told[0].bots == std::vector<PlayerId>{robot.id});
    });
}

TEST_CASE("A device that took a name of the house does not take its seat", "[match]")
{
    World world;
    world.start();
    for (std::uint8_t number = 1; number <= 2; ++number) { // as it could before those names were kept back
        NewAccount squatter;
        squatter.account.id = world.id<PlayerId>();
        squatter.account.name = "bot-000" + std::to_string(number);
        squatter.account.created_at = world.clock.now();
        squatter.account.bot = true;
        if (number == 1) squatter.account.device_secret = TokenHash{number};
        if (number == 2) squatter.account.password_hash = "$argon2id$";
        world.play([&]() -> Task<void> {
            const Result<void> made = co_await world.accounts->create(std::move(squatter), world.soon());
            REQUIRE(made);
        });
    }
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto casual = co_await world.signed_in(ann);
        std::string data = World::queue(ann, "casual");
        (void)co_await casual->call("match.queue", std::move(data));
        const Result<Push> found = co_await casual->push("match.found", 15s);
        REQUIRE(found);
        CHECK(protocol::decode<protocol::MatchFound>(found->data)->opponent.name == "bot-0003");
    });
}

TEST_CASE("A match whose instance is gone is announced again with a new ticket, or aborted and told", "[match]")
{
    World world;
    world.start();
    world.allocator->play_time = 10min;
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        world.allocator->crash();
        const Result<Push> again = co_await first->push("match.found", 20s);
        REQUIRE(again);
        CHECK(protocol::decode<protocol::MatchFound>(again->data)->match ==
              protocol::decode<protocol::MatchFound>(found->data)->match);
        world.allocator->crash();
        world.allocator->broken = true;
        const Result<Push> aborted = co_await first->push("match.aborted", 2min);
        REQUIRE(aborted);
        const Result<Push> other = co_await second->push("match.aborted", 5s);
        CHECK(other);
        const Result<std::string> status = co_await first->call("match.status", "{}");
        REQUIRE(status);
        CHECK(protocol::decode<protocol::StatusReply>(*status)->state == "idle");
    });
}

TEST_CASE("Who asks while the instance does not answer is told of the match as soon as it does", "[match]")
{
    World world;
    world.start();
    world.allocator->play_time = 10min;
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        world.allocator->broken = true; // it starts again, its lease goes on
        const Result<std::string> asked = co_await first->call("match.status", "{}");
        REQUIRE(asked);
        const auto status = protocol::decode<protocol::StatusReply>(*asked);
        CHECK(status->state == "in_match");
        CHECK_FALSE(status->found);
        world.allocator->broken = false;
        const Result<Push> again = co_await first->push("match.found", 10s);
        REQUIRE(again);
        CHECK(protocol::decode<protocol::MatchFound>(again->data)->match ==
              protocol::decode<protocol::MatchFound>(found->data)->match);
        const Result<Push> enough = co_await first->push("match.found", 10s);
        CHECK_FALSE(enough);
    });
}

TEST_CASE("A stored block keeps two players apart, whoever of them made it", "[match]")
{
    for (const bool by_first : {true, false}) {
        World world;
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
        world.play([&]() -> Task<void> {
            const Result<void> blocked = co_await world.block(by_first ? ann.id : bob.id, by_first ? bob.id : ann.id);
            REQUIRE(blocked);
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            auto third = co_await world.signed_in(eve);
            std::string data = World::queue(ann);
            (void)co_await first->call("match.queue", std::move(data));
            data = World::queue(bob);
            (void)co_await second->call("match.queue", std::move(data));
            std::string who = co_await met(*first, 60s);
            CHECK(who == "nobody");
            data = World::queue(eve);
            (void)co_await third->call("match.queue", std::move(data));
            who = co_await met(*third, 2s);
            CHECK(who != "nobody");
        });
    }
}

TEST_CASE("A block made while both wait keeps them apart", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        const Result<std::string> one = co_await first->call("match.queue", std::move(data));
        REQUIRE(one);
        data = World::queue(bob);
        const Result<std::string> two = co_await second->call("match.queue", std::move(data));
        REQUIRE(two);
        const Result<void> blocked = co_await world.block(ann.id, bob.id);
        REQUIRE(blocked);
        std::string who = co_await met(*first, 30s);
        CHECK(who == "nobody");
        const Result<std::string> asked = co_await second->call("match.status", "{}");
        REQUIRE(asked);
        CHECK(protocol::decode<protocol::StatusReply>(*asked)->state == "queued");
    });
}

TEST_CASE("A recent opponent is avoided for a while, and met again rather than nobody", "[match]")
{
    WorldOptions options;
    options.seed = 5;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(eve);
        const auto both_queue = [&]() -> Task<void> {
            std::string data = World::queue(ann);
            const Result<std::string> one = co_await first->call("match.queue", std::move(data));
            data = World::queue(bob);
            const Result<std::string> two = co_await second->call("match.queue", std::move(data));
            REQUIRE(one);
            REQUIRE(two);
        };
        co_await both_queue();
        std::string who = co_await met(*first, 1s);
        CHECK(who == "bob"); // strangers meet at once
        (void)co_await world.clock.sleep_until(world.clock.after(30s));
        co_await both_queue();
        who = co_await met(*first, 1s);
        CHECK(who == "nobody");
        who = co_await met(*first, 3s);
        CHECK(who == "bob");
        (void)co_await world.clock.sleep_until(world.clock.after(30s));
        second->pushes.clear();
        co_await both_queue();
        std::string data = World::queue(eve);
        const Result<std::string> queued = co_await third->call("match.queue", std::move(data));
        REQUIRE(queued);
        who = co_await met(*third, 1s);
        CHECK((who == "ann" || who == "bob"));
    });
}

TEST_CASE("A ticket whose deck is gone when a match is formed leaves the queue, and its player is told", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        const Result<std::string> one = co_await first->call("match.queue", std::move(data));
        REQUIRE(one);
        const Result<void> gone = co_await world.decks->remove(ann.id, ann.deck, world.soon());
        REQUIRE(gone);
        data = World::queue(bob);
        const Result<std::string> two = co_await second->call("match.queue", std::move(data));
        REQUIRE(two);
        const Result<Push> told = co_await first->push("match.cancelled", 5s);
        REQUIRE(told);
        const auto cancelled = protocol::decode<protocol::QueueCancelled>(told->data);
        REQUIRE(cancelled);
        CHECK(cancelled->reason == "bad_deck");
        CHECK(cancelled->ticket == protocol::decode<protocol::QueueReply>(*one)->ticket);
        const Result<std::string> idle = co_await first->call("match.status", "{}");
        REQUIRE(idle);
        CHECK(protocol::decode<protocol::StatusReply>(*idle)->state == "idle");
        const Result<std::string> waits = co_await second->call("match.status", "{}");
        REQUIRE(waits);
        CHECK(protocol::decode<protocol::StatusReply>(*waits)->state == "queued");
    });
}

TEST_CASE("What players wish reaches the matcher: latencies by region, and the rating gap", "[match]")
{
    struct Row {
        const char *left, *right;
        Millis not_before, at_last; // nobody met; met
    };
    constexpr Millis never{0};
    const std::vector<Row> rows{
        {"{}", "{}", 0s, 1s},
        {R"({"region_latency_ms":{"eu":20}})", R"({"region_latency_ms":{"eu":30}})", 0s, 1s},
        // 200 ms to the only region in common are 140 points more, beyond the first window.
        {R"({"region_latency_ms":{"eu":20,"us":200}})", R"({"region_latency_ms":{"us":20}})", 2s, 4s},
        {R"({"region_latency_ms":{"eu":20}})", R"({"region_latency_ms":{"us":20}})", 5s, 8s}, // none in common
        {R"({"region_latency_ms":{"eu":99999}})", R"({"region_latency_ms":{"eu":-1}})", 60s, never},
        {R"({"region_latency_ms":{"mars":500}})", R"({"region_latency_ms":{"eu":20}})", 0s, 1s}, // unknown: not told
        {R"({"max_rating_gap":50})", "{}", 0s, 1s},
        {R"({"max_rating_gap":49})", "{}", 60s, never},
        {"{}", R"({"max_rating_gap":49})", 60s, never},
        {"{}", R"({"max_rating_gap":-5})", 60s, never},
    };
    for (const Row& row : rows) {
        World world;
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob");
        rate(world, ann, 1'500);
        rate(world, bob, 1'550);
        INFO(row.left << " " << row.right);
        world.play([&]() -> Task<void> {
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            std::string data = wish(ann, row.left);
            const Result<std::string> one = co_await first->call("match.queue", std::move(data));
            data = wish(bob, row.right);
            const Result<std::string> two = co_await second->call("match.queue", std::move(data));
            REQUIRE(one);
            REQUIRE(two);
            std::string who = co_await met(*first, row.not_before);
            CHECK(who == "nobody");
            if (row.at_last == never) co_return;
            who = co_await met(*first, row.at_last - row.not_before);
            CHECK(who == "bob");
        });
    }
}

TEST_CASE("A match of others is watched with a ticket that has no seat", "[match][spectate]")
{
    World world;
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), cat = world.new_player("cat"),
                 dan = world.new_player("dan");
    world.options.match.judges = {dan.id.value};
    world.start();
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(cat);
        auto judge = co_await world.signed_in(dan);
        std::string data = World::queue(ann);
        const Result<std::string> queued = co_await first->call("match.queue", std::move(data));
        REQUIRE(queued);
        data = World::queue(bob);
        const Result<std::string> also = co_await second->call("match.queue", std::move(data));
        REQUIRE(also);
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        const std::string match = protocol::decode<protocol::MatchFound>(found->data)->match.value;

        const auto watch = [match](LiveClient& live) -> AsyncResult<std::string> {
            std::string wish = R"({"match":")" + match + "\"}";
            co_return co_await live.call("match.watch", std::move(wish));
        };
        const Result<std::string> seen = co_await watch(*third);
        REQUIRE(seen);
        const auto place = protocol::decode<protocol::WatchReply>(*seen);
        REQUIRE(place);
        CHECK(place->players.size() == 2);
        CHECK_FALSE(place->judge);
        CHECK(place->endpoints.size() == 2);
        CHECK(place->ticket == "ticket|" + cat.id.value + "|" + match + "|0|instance-0");
        const Result<std::string> judged = co_await watch(*judge);
        REQUIRE(judged);
        CHECK(protocol::decode<protocol::WatchReply>(*judged)->judge);

        const Result<std::string> own = co_await watch(*first);
        CHECK_FALSE(own);
        CHECK(first->error_text == "match.own_match");
        std::string nowhere = R"({"match":"m_01JDC8Z5K7QMBW2X9T4R6V0HNG"})";
        const Result<std::string> none = co_await third->call("match.watch", std::move(nowhere));
        CHECK_FALSE(none);
        CHECK(third->error_text == "not_found");
    });
}

TEST_CASE("The queue tells who walked out of matches today how long it makes him wait", "[match]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        sql::Job job = [&](sql::Connection& connection) -> Result<void> {
            const std::int64_t day = world.clock.now() / Millis{std::chrono::hours{24}};
            const Result<sql::Rows> rows =
                connection.execute("INSERT INTO daily_play VALUES ($1, $2, 3, 0, 0, 3)", {ann.id.value, day});
            if (!rows) return rows.error();
            return {};
        };
        const Result<void> done = co_await world.database->write(std::move(job), world.soon());
        REQUIRE(done);
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        const Result<std::string> queued = co_await first->call("match.queue", std::move(data));
        REQUIRE(queued);
        CHECK(protocol::decode<protocol::QueueReply>(*queued)->delay_ms == 30'000);
        data = World::queue(bob);
        const Result<std::string> also = co_await second->call("match.queue", std::move(data));
        REQUIRE(also);
        CHECK_FALSE(protocol::decode<protocol::QueueReply>(*also)->delay_ms);
        const Result<Push> early = co_await second->push("match.found", 29s);
        CHECK_FALSE(early);
        const Result<Push> found = co_await second->push("match.found", 5s);
        CHECK(found);
    });
}
