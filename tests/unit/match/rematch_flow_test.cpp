// match.rematch, from live clients through to the match in the store.
#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

// Two who have played a match to its end.
struct Table {
    Player ann, bob;
    std::unique_ptr<LiveClient> first, second;
    MatchId match;
};

Task<MatchId> match_found(LiveClient& live, Millis within = 10s)
{
    const Result<Push> push = co_await live.push("match.found", within);
    if (!push) co_return MatchId{};
    co_return protocol::decode<protocol::MatchFound>(push->data)->match;
}

Task<Table> begun(World& world)
{
    Table table{world.new_player("ann"), world.new_player("bob"), {}, {}, {}};
    table.first = co_await world.signed_in(table.ann);
    table.second = co_await world.signed_in(table.bob);
    for (const auto& [live, player] :
         {std::pair{table.first.get(), &table.ann}, std::pair{table.second.get(), &table.bob}}) {
        std::string data = World::queue(*player);
        const Result<std::string> queued = co_await live->call("match.queue", std::move(data));
        if (!queued) throw std::runtime_error("not queued: " + live->error_text);
    }
    table.match = co_await match_found(*table.first);
    (void)co_await match_found(*table.second);
    co_return table;
}

Task<Table> played(World& world)
{
    Table table = co_await begun(world);
    co_await world.clock.sleep_until(world.clock.after(world.allocator->play_time + 2s));
    CHECK(world.allocator->ended.contains(table.match));
    co_return table;
}

// The state of the reply, or the code of the refusal.
Task<std::string> rematch(LiveClient& live, MatchId match, bool decline = false)
{
    protocol::RematchRequest request{std::move(match), std::nullopt};
    if (decline) request.decline = true;
    std::string data = protocol::encode(request);
    const Result<std::string> reply = co_await live.call("match.rematch", std::move(data));
    if (!reply) co_return live.error_text;
    co_return protocol::decode<protocol::RematchReply>(*reply)->state;
}

// The reason of the next push match.rematch, "" if there is none.
Task<std::string> news(LiveClient& live, Millis within = 2s)
{
    const Result<Push> push = co_await live.push("match.rematch", within);
    if (!push) co_return std::string{};
    co_return protocol::decode<protocol::RematchNews>(push->data)->reason;
}

} // namespace

TEST_CASE("Two who both ask play again on swapped seats, as a challenge", "[match][rematch]")
{
    World world;
    world.start();
    world.play([&]() -> Task<void> {
        Table table = co_await played(world);
        std::string state = co_await rematch(*table.first, table.match);
        CHECK(state == "asked");
        const Result<Push> push = co_await table.second->push("match.rematch", 2s);
        REQUIRE(push);
        const auto asked = protocol::decode<protocol::RematchNews>(push->data);
        REQUIRE(asked);
        CHECK(asked->reason == "asked");
        CHECK(asked->match == table.match);
        CHECK(asked->player == table.ann.id);
        CHECK(asked->name == "ann");
        CHECK(asked->expires_in_ms.value_or(0) > 50'000);
        state = co_await rematch(*table.first, table.match);
        CHECK(state == "asked"); // it is asked already
        state = co_await rematch(*table.second, table.match);
        CHECK(state == "agreed");
        const MatchId again = co_await match_found(*table.first);
        const MatchId too = co_await match_found(*table.second);
        CHECK(again == too);
        CHECK_FALSE(again.empty());
        const Result<harvest::Match> old = co_await world.matches->get(table.match, world.soon());
        const Result<harvest::Match> made = co_await world.matches->get(again, world.soon());
        REQUIRE(made);
        CHECK(made->mode == protocol::challenge_mode);
        for (std::size_t place : {0U, 1U}) {
            CHECK(made->seats[place].player == old->seats[1 - place].player);
            CHECK(made->seats[place].cards == old->seats[1 - place].cards);
            CHECK(made->seats[place].farmer == old->seats[1 - place].farmer);
        }
        state = co_await rematch(*table.first, table.match);
        CHECK(state == "match.in_match");
        state = co_await rematch(*table.first, again);
        CHECK(state == "match.not_over");
        state = co_await news(*table.first, 1s);
        CHECK(state == "");
    });
}

TEST_CASE("A rematch is refused where there can be none", "[match][rematch]")
{
    World world;
    world.start();
    world.play([&]() -> Task<void> {
        Table table = co_await begun(world);
        const Player eve = world.new_player("eve");
        auto outside = co_await world.signed_in(eve);
        std::string state = co_await rematch(*table.first, table.match);
        CHECK(state == "match.not_over");
        co_await world.clock.sleep_until(world.clock.after(world.allocator->play_time + 2s));
        state = co_await rematch(*outside, table.match);
        CHECK(state == "match.no_rematch");
        state = co_await rematch(*table.first, world.id<MatchId>());
        CHECK(state == "match.no_rematch");
        std::string data = World::queue(table.bob);
        const Result<std::string> queued = co_await table.second->call("match.queue", std::move(data));
        REQUIRE(queued);
        state = co_await rematch(*table.second, table.match);
        CHECK(state == "match.already_queued");
        state = co_await rematch(*table.first, table.match); // the other looks elsewhere
        CHECK(state == "match.no_rematch");
        const Result<std::string> cancelled = co_await table.second->call("match.cancel", "{}");
        REQUIRE(cancelled);
        Sanction ban{table.ann.id, "ban", "all", "x", world.clock.now(), world.clock.now() + 10s, "op", AuditId{"a_1"}};
        std::vector<OutboxEvent> untold;
        Imposing imposing{std::move(ban)};
        const Result<void> banned =
            co_await world.accounts->sanction(std::move(imposing), std::move(untold), world.soon());
        REQUIRE(banned);
        state = co_await rematch(*table.first, table.match);
        CHECK(state == "match.banned");
        const Result<void> blocked = co_await world.block(table.ann.id, table.bob.id);
        REQUIRE(blocked);
        state = co_await rematch(*table.second, table.match); // nobody learns of a block
        CHECK(state == "match.no_rematch");
        co_await world.clock.sleep_until(world.clock.after(60s));
        state = co_await rematch(*table.first, table.match);
        CHECK(state == "match.too_late");
    });
}

TEST_CASE("What ends an offer is told to both", "[match][rematch]")
{
    for (const std::string why : {"declined", "taken back", "elsewhere", "expired", "away", "failed"}) {
        INFO(why);
        WorldOptions options;
        options.connsrv.resume_within = 5s;
        World world(std::move(options));
        world.start();
        world.play([&]() -> Task<void> {
            Table table = co_await played(world);
            std::string state = co_await rematch(*table.first, table.match);
            CHECK(state == "asked");
            state = co_await news(*table.second);
            CHECK(state == "asked");
            std::string reason = why;
            if (why == "declined") state = co_await rematch(*table.second, table.match, true);
            if (why == "taken back") {
                state = co_await rematch(*table.first, table.match, true);
                reason = "declined";
            }
            if (why == "elsewhere") {
                std::string data = World::queue(table.bob);
                const Result<std::string> queued = co_await table.second->call("match.queue", std::move(data));
                CHECK(queued);
            }
            if (why == "away") table.first->close();
            if (why == "failed") { // the cards are gone meanwhile
                const auto balances = co_await world.ledger->balances(player_account(table.ann.id), world.soon());
                REQUIRE(balances);
                std::vector<Transfer> away;
                for (const Balance& each : *balances)
                    if (each.asset.starts_with("card."))
                        away.push_back({world.id<TransferId>(), each.asset, player_account(table.ann.id), "sink",
                                        each.amount, "test"});
                std::vector<OutboxEvent> untold;
                const Result<void> moved = co_await world.ledger->transfer(std::move(away), world.clock.now(),
                                                                           std::move(untold), world.soon());
                REQUIRE(moved);
                state = co_await rematch(*table.second, table.match);
                CHECK(state == "agreed");
            }
            state = co_await news(*table.second, 65s);
            CHECK(state == reason);
            if (why != "away") {
                state = co_await news(*table.first, 2s);
                CHECK(state == reason);
            }
            const MatchId none = co_await match_found(*table.second, 2s);
            CHECK(none.empty());
            const Result<harvest::Match> current = co_await world.matches->current(table.ann.id, world.soon());
            CHECK(current.error() == Errc::not_found);
        });
    }
}

TEST_CASE("A match daemon that starts anew has forgotten the asking, and the two ask again", "[match][rematch]")
{
    World world;
    world.start();
    world.play([&]() -> Task<void> {
        Table table = co_await played(world);
        std::string state = co_await rematch(*table.first, table.match);
        CHECK(state == "asked");
        world.kill_match(0);
        world.start_match(0);
        co_await world.clock.sleep_until(world.clock.after(2s));
        state = co_await rematch(*table.second, table.match);
        CHECK(state == "asked");
        state = co_await rematch(*table.first, table.match);
        CHECK(state == "agreed");
        const MatchId again = co_await match_found(*table.second);
        CHECK_FALSE(again.empty());
    });
}

TEST_CASE("Nobody is in two matches, whatever both ask for at once", "[match][rematch]")
{
    World world;
    world.start();
    world.play([&]() -> Task<void> {
        Table table = co_await played(world);
        std::string state = co_await rematch(*table.first, table.match);
        CHECK(state == "asked");
        // The store has the asker in the queue before the daemon that was asked knows.
        MatchTicket ticket;
        ticket.id = world.id<TicketId>();
        ticket.player = table.ann.id;
        ticket.mode = "ranked";
        ticket.deck = table.ann.deck;
        ticket.preferences = "{}";
        ticket.queued_at = world.clock.now() + 1h;
        const Result<void> queued = co_await world.matches->queue(std::move(ticket), world.soon());
        REQUIRE(queued);
        state = co_await rematch(*table.second, table.match);
        CHECK(state == "match.no_rematch");
        MatchFilter filter;
        filter.player = table.ann.id;
        const auto all = co_await world.matches->list(std::move(filter), world.soon());
        REQUIRE(all);
        CHECK(all->size() == 1);
    });
}
