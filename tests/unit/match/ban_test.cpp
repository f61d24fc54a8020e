// A ban reaches who waits and who plays: at once by the event log, and where that was not heard by the store.
#include "common/base/encoding.hpp"
#include "common/protocol/battle.hpp"
#include "common/protocol/matchmaking.hpp"
#include "tests/support/bans.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

Task<void> enter_queue(LiveClient& live, const Player& player, std::string mode = "ranked")
{
    std::string data = World::queue(player, mode);
    const Result<std::string> queued = co_await live.call("match.queue", std::move(data));
    if (!queued) throw std::runtime_error("not queued: " + live.error_text);
}

Task<void> impose_ban(World& world, const Player& player, std::string scope, bool told)
{
    const Result<void> done =
        co_await ban(*world.accounts, world.clock, world.entropy, player.id, std::move(scope), told);
    if (!done) throw std::runtime_error("no ban: " + done.error().message());
}

// Why the player is out of the queue; empty if it is not.
Task<std::string> why_out(LiveClient& live, Millis within)
{
    const Result<Push> push = co_await live.push("match.cancelled", within);
    if (!push) co_return std::string{};
    co_return protocol::decode<protocol::QueueCancelled>(push->data)->reason;
}

// Who is met within that time: a name, or "nobody".
Task<std::string> meets(LiveClient& live, Millis within)
{
    const Result<Push> found = co_await live.push("match.found", within);
    if (!found) co_return "nobody";
    co_return protocol::decode<protocol::MatchFound>(found->data)->opponent.name;
}

Task<bool> still_waits(World& world, const Player& player)
{
    const Result<MatchTicket> ticket = co_await world.matches->ticket(player.id, world.soon());
    co_return ticket.has_value();
}

void rename_table(World& world, const std::string& from, const std::string& to)
{
    world.play([&]() -> Task<void> {
        sql::Job job = [&](sql::Connection& connection) -> Result<void> {
            const Result<sql::Rows> done = connection.execute("ALTER TABLE " + from + " RENAME TO " + to, {});
            if (!done) return done.error();
            return {};
        };
        const Result<void> done = co_await world.database->write(std::move(job), world.soon());
        if (!done) throw std::runtime_error("not renamed: " + done.error().message());
    });
}

// At the table, with the nonce sent.
Task<std::unique_ptr<LiveClient>> take_seat(World& world, LiveClient& live)
{
    const Result<Push> push = co_await live.push("match.found", 10s);
    if (!push) throw std::runtime_error("no match");
    const auto found = protocol::decode<protocol::MatchFound>(push->data);
    std::unique_ptr<LiveClient> table = world.at_table(found->endpoints.front().host);
    const Result<void> up = co_await table->connect();
    if (!up) throw std::runtime_error("no table");
    std::string data = protocol::encode(protocol::JoinRequest{found->ticket, std::nullopt, std::nullopt});
    const Result<std::string> joined = co_await table->call("battle.join", std::move(data));
    if (!joined) throw std::runtime_error("not joined: " + table->error_text);
    table->last_seq = protocol::decode<protocol::JoinReply>(*joined)->last_seq;
    data = protocol::encode(protocol::NonceRequest{to_hex(std::array<std::uint8_t, 32>{1})});
    const Result<std::string> sent = co_await table->call("battle.nonce", std::move(data));
    if (!sent) throw std::runtime_error("no nonce: " + table->error_text);
    co_return table;
}

} // namespace

TEST_CASE("Who is banned while waiting is not paired, and the other one waits for somebody else", "[match][ban]")
{
    struct Row {
        const char *scope, *out; // out: why; empty: it does not keep from ranked matches
    };
    for (const auto& [scope, out] : {Row{"all", "banned"}, Row{"login", "banned"}, Row{"ranked", "banned"},
                                     Row{"casual", ""}, Row{"market", ""}}) {
        INFO(scope);
        World world;
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob"), cat = world.new_player("cat");
        world.play([&, scope = scope, out = std::string(out)]() -> Task<void> {
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            auto third = co_await world.signed_in(cat);
            co_await enter_queue(*first, ann);
            co_await impose_ban(world, ann, scope, false);
            co_await enter_queue(*second, bob);
            if (out.empty()) {
                const std::string who = co_await meets(*second, 5s);
                CHECK(who == "ann");
                co_return;
            }
            const std::string why = co_await why_out(*first, 5s);
            CHECK(why == out);
            const bool left = co_await still_waits(world, ann);
            CHECK_FALSE(left);
            const bool stays = co_await still_waits(world, bob);
            CHECK(stays);
            co_await enter_queue(*third, cat);
            const std::string who = co_await meets(*second, 5s);
            CHECK(who == "cat");
            const std::string nobody = co_await meets(*first, 5s);
            CHECK(nobody == "nobody");
        });
    }
}

TEST_CASE("Who is banned while waiting gets no bot either", "[match][ban]")
{
    WorldOptions options;
    options.match.bot_after = 1s;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        co_await enter_queue(*first, ann, "casual");
        co_await impose_ban(world, ann, "casual", false);
        const std::string why = co_await why_out(*first, 5s);
        CHECK(why == "banned");
        const std::string nobody = co_await meets(*first, 5s);
        CHECK(nobody == "nobody");
    });
}

TEST_CASE("While the store does not tell who is banned nobody is paired, and afterwards all are", "[match][ban]")
{
    WorldOptions options;
    options.match.cycle = 5s;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    std::unique_ptr<LiveClient> first, second;
    world.play([&]() -> Task<void> {
        first = co_await world.signed_in(ann);
        second = co_await world.signed_in(bob);
        co_await enter_queue(*first, ann);
        co_await enter_queue(*second, bob);
    });
    rename_table(world, "sanctions", "sanctions_away");
    world.play([&]() -> Task<void> {
        const std::string nobody = co_await meets(*first, 12s);
        CHECK(nobody == "nobody");
        const bool stays = co_await still_waits(world, ann);
        CHECK(stays);
    });
    rename_table(world, "sanctions_away", "sanctions");
    world.play([&]() -> Task<void> {
        const std::string who = co_await meets(*first, 12s);
        CHECK(who == "bob");
    });
}

TEST_CASE("A ban that is told takes the ticket back within a second, and so does the end of all sessions",
          "[match][ban]")
{
    for (const std::string how : {"all", "login", "ranked", "casual", "kick", "an old kick", "an old ban"}) {
        INFO(how);
        World world;
        world.start();
        const Player ann = world.new_player("ann");
        world.play([&]() -> Task<void> {
            auto first = co_await world.signed_in(ann);
            std::vector<Event> events;
            if (how.ends_with("kick")) events.push_back(kick_of(world.clock, world.entropy, ann.id));
            const protocol::UserSanctioned lifted{ann.id, "ban", "all", ""};
            if (how == "an old ban")
                events.push_back(
                    user_event(world.clock, world.entropy, protocol::event_type::user_sanctioned, ann.id, lifted)
                        .event);
            if (how == "kick") events.front().time += 500ms;
            (void)co_await world.clock.sleep_until(world.clock.after(100ms));
            co_await enter_queue(*first, ann);
            const bool by_event = !events.empty();
            if (by_event) {
                const Result<void> told =
                    co_await world.events->append("harvest.user", std::move(events), world.soon());
                REQUIRE(told);
            } else {
                co_await impose_ban(world, ann, how, true);
            }
            const std::string why = co_await why_out(*first, 1s);
            if (how == "ranked") CHECK(why == "banned");
            const bool still = co_await still_waits(world, ann);
            CHECK(still == (how == "casual" || how.starts_with("an old")));
        });
    }
}

TEST_CASE("Nobody gets a rematch against who is banned meanwhile", "[match][ban]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        co_await enter_queue(*first, ann);
        co_await enter_queue(*second, bob);
        const Result<Push> found = co_await second->push("match.found", 5s);
        REQUIRE(found);
        const MatchId played = protocol::decode<protocol::MatchFound>(found->data)->match;
        (void)co_await meets(*first, 5s);
        (void)co_await world.clock.sleep_until(world.clock.after(world.allocator->play_time + 2s));
        const std::string wish = protocol::encode(protocol::RematchRequest{played, std::nullopt});
        std::string data = wish;
        const Result<std::string> asked = co_await first->call("match.rematch", std::move(data));
        REQUIRE(asked);
        co_await impose_ban(world, ann, "login", false);
        data = wish;
        const Result<std::string> agreed = co_await second->call("match.rematch", std::move(data));
        REQUIRE(agreed);
        const std::string nobody = co_await meets(*second, 5s);
        CHECK(nobody == "nobody");
    });
}

TEST_CASE("Who is banned in mid-match is gone from the table within a second, and the opponent wins", "[match][ban]")
{
    WorldOptions options;
    options.instances = 1;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        co_await enter_queue(*first, ann);
        co_await enter_queue(*second, bob);
        auto mine = co_await take_seat(world, *first);
        auto theirs = co_await take_seat(world, *second);
        const Result<Push> dealt = co_await theirs->push("battle.update", 5s);
        REQUIRE(dealt);
        const Result<harvest::Match> match = co_await world.matches->current(ann.id, world.soon());
        REQUIRE(match);

        co_await impose_ban(world, ann, "login", true);
        const bool closed = co_await mine->closed(1s);
        CHECK(closed);
        const Result<Push> end = co_await theirs->push("battle.end", 1s);
        REQUIRE(end);
        const auto told = protocol::decode<protocol::BattleEnd>(end->data);
        const int winner = match->seats[0].player == bob.id ? 1 : 2;
        CHECK(told->winner == winner);
        CHECK(told->reason == "conceded");
        const Result<harvest::Match> over = co_await world.matches->get(match->id, world.soon());
        REQUIRE(over);
        CHECK(over->state == MatchState::ended);
    });
}
