// The daemons on one thread, a clock that stands still, faults and players from one seed.
#include "common/protocol/matchmaking.hpp"
#include "tests/sim/sim_player.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/flaky.hpp"

#include <chrono>
#include <cstdlib>
#include <map>

using namespace harvest;
using namespace harvest::test;

namespace {

struct Tally {
    std::uint64_t hash{};
    std::size_t lines{};
    Sightings seen;
    std::map<std::string, int> faults;
    int in_two_matches{}, against_himself{}, queued_in_match{}, over_queue{};
    std::size_t matches{}, left_playing{}, left_queued{};
};

// I7 and I10, looked at twice a virtual second.
Task<void> watch(World& world, Tally& tally, const bool& stop)
{
    while (!stop) {
        (void)co_await world.clock.sleep_until(world.clock.after(500ms));
        std::map<std::string, int> playing;
        for (const MatchState state : {MatchState::made, MatchState::playing}) {
            MatchFilter filter;
            filter.state = state;
            filter.limit = 1'000;
            const Result<std::vector<Match>> matches = co_await world.matches->list(std::move(filter), world.soon());
            if (!matches) continue;
            for (const Match& match : *matches) {
                if (match.seats[0].player == match.seats[1].player) ++tally.against_himself;
                for (const MatchSeat& seat : match.seats)
                    if (seat.bot.empty() && ++playing[seat.player.value] > 1) ++tally.in_two_matches;
            }
        }
        for (const auto& link : world.links)
            if (link->most_queued() > 64) ++tally.over_queue;
    }
}

// A world whose daemons meet faults at every port that they share.
struct FaultyWorld {
    explicit FaultyWorld(std::uint64_t seed)
    {
        WorldOptions options;
        options.seed = seed;
        options.matches = 2;
        options.match.bot_after = 6s;
        const auto faults_of = [this, seed]() -> Faults& {
            if (!faults) faults = std::make_unique<Faults>(seed, FaultRates{}, *clock);
            return *faults;
        };
        options.rpc = [this, faults_of](Rpc& inner) -> Rpc& {
            if (!rpc) rpc = std::make_unique<FlakyRpc>(inner, faults_of());
            return *rpc;
        };
        options.events = [this, faults_of](EventLog& inner) -> EventLog& {
            if (!events) events = std::make_unique<FlakyEventLog>(inner, faults_of());
            return *events;
        };
        options.matches_port = [this, faults_of](Matches& inner) -> Matches& {
            if (!matches) matches = std::make_unique<FlakyMatches>(inner, faults_of());
            return *matches;
        };
        world = std::make_unique<World>(options);
        clock = &world->clock;
        world->allocator->play_time = 9s;
        world->start();
    }
    Clock* clock{};
    std::unique_ptr<Faults> faults;
    std::unique_ptr<FlakyRpc> rpc;
    std::unique_ptr<FlakyEventLog> events;
    std::unique_ptr<FlakyMatches> matches;
    std::unique_ptr<World> world; // last: it ends before what it goes through
};

// What is left when everybody has gone home.
void count_up(World& world, Tally& tally)
{
    world.play([&]() -> Task<void> {
        const Result<std::vector<MatchTicket>> tickets = co_await world.matches->queued(world.soon());
        REQUIRE(tickets);
        tally.left_queued = tickets->size();
        MatchFilter all;
        all.limit = 10'000;
        const Result<std::vector<Match>> made = co_await world.matches->list(std::move(all), world.soon());
        REQUIRE(made);
        tally.matches = made->size();
        for (const Match& match : *made)
            if (match.state == MatchState::made || match.state == MatchState::playing) ++tally.left_playing;
    });
}

Tally simulate(std::uint64_t seed, Millis length)
{
    FaultyWorld faulty(seed);
    World& world = *faulty.world;
    Tally tally;
    Trace trace;
    bool stop = false, stop_watching = false;
    std::vector<std::unique_ptr<SimPlayer>> players;
    for (std::uint64_t i = 0; i < 12; ++i) {
        Player player = world.new_player("player-" + std::to_string(i));
        players.push_back(std::make_unique<SimPlayer>(world, std::move(player), seed * 1'000 + i, trace, tally.seen));
    }
    std::size_t alive = players.size();
    for (const auto& player : players)
        world.tasks.spawn([&alive, &stop, one = player.get()]() -> Task<void> {
            co_await one->live(stop);
            --alive;
        });
    world.tasks.spawn([&]() { return watch(world, tally, stop_watching); });
    const Millis third = length / 3;
    world.run_for(third);
    world.kill_match(static_cast<int>(seed % 2)); // one slot dies in the middle of things
    world.run_for(third);
    world.start_match(static_cast<int>(seed % 2));
    world.run_for(third);
    stop = true;
    REQUIRE(world.run_until([&] { return alive == 0; }, 2min));
    faulty.faults->stop();
    world.run_for(60s);
    stop_watching = true;
    world.run_for(1s);
    count_up(world, tally);
    tally.hash = trace.hash();
    tally.lines = trace.lines();
    tally.faults = faulty.faults->count;
    return tally;
}

void check(const Tally& tally, std::uint64_t seed)
{
    INFO("replay: HARVEST_SIM_SEED=" << seed << " build/<preset>/sim");
    CHECK(tally.in_two_matches == 0);        // I7
    CHECK(tally.against_himself == 0);       // I7
    CHECK(tally.seen.late_revocations == 0); // I11
    CHECK(tally.over_queue == 0);            // I10
    CHECK(tally.seen.sequence_faults == 0);
    CHECK(tally.seen.doubled_chat == 0); // I6
    CHECK(tally.left_playing == 0);
    CHECK(tally.left_queued <= 1);
    CHECK(tally.matches > 0);
}

} // namespace

TEST_CASE("T9: simulated evenings keep every promise, whatever the seed", "[sim]")
{
    std::uint64_t first = 1, count = 6;
    if (const char* one = std::getenv("HARVEST_SIM_SEED")) {
        first = std::strtoull(one, nullptr, 10);
        count = 1;
    }
    if (const char* many = std::getenv("HARVEST_SIM_SEEDS")) count = std::strtoull(many, nullptr, 10);
    Sightings total;
    std::map<std::string, int> faults;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Tally tally = simulate(seed, 90s);
        check(tally, seed);
        total.resumed += tally.seen.resumed;
        total.not_resumed += tally.seen.not_resumed;
        total.found += tally.seen.found;
        total.cancelled += tally.seen.cancelled;
        total.revoked += tally.seen.revoked;
        total.chat += tally.seen.chat;
        total.bots += tally.seen.bots;
        for (const auto& [kind, times] : tally.faults) faults[kind] += times;
    }
    if (count < 6) return;
    // I12: a run that never came by these has shown nothing.
    CHECK(total.resumed > 0);
    CHECK(total.not_resumed > 0);
    CHECK(total.found > 0);
    CHECK(total.cancelled > 0);
    CHECK(total.revoked > 0);
    CHECK(total.chat > 0);
    CHECK(total.bots > 0);
    for (const char* kind : {"rpc.lost", "rpc.reply_lost", "rpc.doubled", "log.again", "log.away", "late",
                             "make.reply_lost", "make.lost", "queue.reply_lost"})
        CHECK(faults[kind] > 0);
}

TEST_CASE("T9: the same seed gives the same run, another seed another one", "[sim]")
{
    const Tally first = simulate(77, 30s), again = simulate(77, 30s), other = simulate(78, 30s);
    CHECK(first.lines > 100);
    CHECK(first.lines == again.lines);
    CHECK(first.hash == again.hash);
    CHECK(first.hash != other.hash);
}
