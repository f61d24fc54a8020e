// The daemons on one thread, a clock that stands still, faults and players from one seed.
#include "common/ports/records/battle_record.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/runtime/kept_loops.hpp"
#include "tests/sim/possessions.hpp"
#include "tests/sim/sim_player.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/flaky.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

struct Tally {
    Trace trace;
    Sightings seen;
    std::map<std::string, int> faults;
    int in_two_matches{}, against_himself{}, queued_in_match{}, over_queue{};
    std::size_t matches{}, ended{}, left_playing{}, left_queued{}, unproved{}, miscounted{};
    std::string unsettled; // a line a match
    bool sound{};
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
        options.instances = 2;
        options.plain_auth = false;
        options.match.bot_after = 6s;
        options.instance.drain = 0ms;
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
        front = std::make_unique<Front>(*world);
        front->start();
        world->start();
    }
    Clock* clock{};
    std::unique_ptr<Faults> faults;
    std::unique_ptr<FlakyRpc> rpc;
    std::unique_ptr<FlakyEventLog> events;
    std::unique_ptr<FlakyMatches> matches;
    std::unique_ptr<Front> front;
    std::unique_ptr<World> world; // last: it ends before what it goes through
};

// Whether a settled match is what its log says, and its chance what was promised (T15, T17).
Task<bool> proved(World& world, Match match)
{
    const auto log = co_await world.matches->battle_log(match.id, world.soon());
    if (!log) co_return false;
    const auto record = battle_record(match, *log, test_content());
    co_return record&& game::battle::replay(*record, test_content()).kind == game::battle::VerdictKind::verified;
}

// What is left when everybody has gone home.
void count_up(World& world, Front& front, Tally& tally)
{
    tally.sound = sound(world);
    world.play([&]() -> Task<void> {
        const Result<std::vector<MatchTicket>> tickets = co_await world.matches->queued(world.soon());
        REQUIRE(tickets);
        tally.left_queued = tickets->size();
        MatchFilter all;
        all.limit = 10'000;
        const Result<std::vector<Match>> made = co_await world.matches->list(std::move(all), world.soon());
        REQUIRE(made);
        tally.matches = made->size();
        tally.left_playing = tally.ended = tally.unproved = tally.miscounted = 0;
        std::map<std::string, std::int64_t> played; // bots' matches count for none of them
        tally.unsettled.clear();
        for (const Match& match : *made) {
            if (match.state == MatchState::made || match.state == MatchState::playing) {
                ++tally.left_playing;
                tally.unsettled +=
                    fmt::format("{} {} {} of {} on {} epoch {} lease {} now {}\n", match.id.value,
                                to_string(match.state), match.mode, match.created_at.count(), match.instance,
                                match.epoch, match.lease_until.count(), world.clock.now().count());
            }
            if (match.state != MatchState::ended) continue;
            ++tally.ended;
            for (const MatchSeat& seat : match.seats) played[seat.player.value] += seat.bot.empty();
            const bool is_proved = co_await proved(world, match);
            if (!is_proved) ++tally.unproved;
        }
        for (const auto& [player, times] : played) { // I6: each event counts once, however often it came
            PlayerId who{player};
            const auto counts = co_await front.progress.statistics(std::move(who), world.soon());
            REQUIRE(counts);
            const auto matches = std::ranges::find(*counts, "matches", &PlayerStatistic::statistic);
            if ((matches == counts->end() ? 0 : matches->value) != times) ++tally.miscounted;
        }
    });
}

struct Evening {
    std::uint64_t seed{};
    std::uint64_t players = 12;
    Millis length = 90s; // of play; what is left then ends by itself
};

// Of some size: a small world comes sooner to states that a full one drowns (swarm testing, Groce et al. 2012).
Evening evening_of(std::uint64_t seed)
{
    std::mt19937_64 size(seed);
    return {seed, 4 + size() % 7, Millis(12'000 + 1'000 * (size() % 34))};
}

Tally simulate(Evening evening)
{
    const std::uint64_t seed = evening.seed;
    FaultyWorld faulty(seed);
    World& world = *faulty.world;
    Tally tally;
    Trace trace;
    bool stop = false, stop_watching = false;
    std::vector<std::unique_ptr<SimPlayer>> players;
    for (std::uint64_t i = 0; i < evening.players; ++i) {
        players.push_back(std::make_unique<SimPlayer>(world, *faulty.front, "player-" + std::to_string(i),
                                                      seed * 1'000 + i, trace, tally.seen));
    }
    std::size_t alive = players.size();
    for (const auto& player : players)
        world.tasks.spawn([&alive, &stop, one = player.get()]() -> Task<void> {
            co_await one->live(stop);
            --alive;
        });
    world.tasks.spawn([&]() { return watch(world, tally, stop_watching); });
    const Millis third = evening.length / 3;
    world.run_for(third);
    const int slot = static_cast<int>(seed % 2); // of each kind one dies in the middle of things
    world.kill_match(slot);
    world.kill_instance(slot);
    world.run_for(third);
    world.start_match(slot);
    world.start_instance(slot);
    world.run_for(third);
    stop = true;
    REQUIRE(world.run_until([&] { return alive == 0; }, 2min));
    faulty.faults->stop();
    world.run_for(60s);
    stop_watching = true;
    world.run_for(1s);
    count_up(world, *faulty.front, tally);
    for (int i = 0; i < 40 && tally.left_playing > 0; ++i) { // who left loses by the clocks: 380 s where both did
        world.run_for(10s);
        count_up(world, *faulty.front, tally);
    }
    world.run_for(5s); // the last one may have ended just now: metrics counts what comes by the log
    count_up(world, *faulty.front, tally);
    tally.trace = std::move(trace);
    tally.faults = faulty.faults->count;
    return tally;
}

// The least that any evening shows.
void check(const Tally& tally)
{
    CHECK(tally.in_two_matches == 0);        // I7
    CHECK(tally.against_himself == 0);       // I7
    CHECK(tally.seen.late_revocations == 0); // I11
    CHECK(tally.over_queue == 0);            // I10
    CHECK(tally.seen.sequence_faults == 0);
    CHECK(tally.seen.doubled_chat == 0); // I6
    CHECK(tally.seen.unfair == 0);       // T17
    CHECK(tally.unproved == 0);          // T15
    CHECK(tally.miscounted == 0);        // I6
    CHECK(tally.seen.not_renewed == 0);  // T21
    CHECK(tally.sound);                  // I1
    CHECK(tally.unsettled == "");
    CHECK(tally.left_queued <= 1);
    CHECK(loops_begun_anew() == 0); // no exception left one
}

struct Total {
    Sightings seen;
    std::map<std::string, int> faults;
    std::size_t matches{}, ended{};
};

void add(Total& total, const Tally& tally)
{
    const auto add_all = [&](auto... member) { ((total.seen.*member += tally.seen.*member), ...); };
    add_all(&Sightings::resumed, &Sightings::not_resumed, &Sightings::found, &Sightings::cancelled, &Sightings::revoked,
            &Sightings::chat, &Sightings::bots, &Sightings::entered, &Sightings::renewed, &Sightings::joined,
            &Sightings::seat_resumed, &Sightings::commands, &Sightings::refused, &Sightings::rewound, &Sightings::moved,
            &Sightings::ended, &Sightings::rated);
    for (const auto& [kind, times] : tally.faults) total.faults[kind] += times;
    total.matches += tally.matches;
    total.ended += tally.ended;
}

const std::vector<const char*> usual_faults{
    "rpc.lost",           "rpc.reply_lost",           "rpc.doubled", "log.again", "log.away", "late",
    "append_battle.lost", "append_battle.reply_lost", "renew.lost"};

std::uint64_t number_from(const char* name, std::uint64_t otherwise)
{
    const char* value = std::getenv(name);
    return value != nullptr ? std::strtoull(value, nullptr, 10) : otherwise;
}

// I12: evenings that never came by these have shown nothing.
void check_came_by(Total& total, const std::vector<const char*>& faults)
{
    const Sightings& seen = total.seen;
    UNSCOPED_INFO("joined " << seen.joined << ", resumed " << seen.seat_resumed << ", commands " << seen.commands
                            << ", refused " << seen.refused << ", rewound " << seen.rewound << ", moved " << seen.moved
                            << ", ended " << seen.ended << ", rated " << seen.rated);
    CHECK(seen.resumed > 0);
    CHECK(seen.not_resumed > 0);
    CHECK(seen.found > 0);
    CHECK(seen.cancelled > 0);
    CHECK(seen.revoked > 0);
    CHECK(seen.chat > 0);
    CHECK(seen.bots > 0);
    CHECK(seen.entered > 72);
    CHECK(seen.renewed > 0);
    CHECK(seen.joined > 0);
    CHECK(seen.seat_resumed > 0);
    CHECK(seen.commands > 1'000);
    CHECK(seen.refused > 0);
    CHECK(seen.ended > 0);
    CHECK(seen.rated > 0);
    for (const char* kind : faults) {
        INFO(kind);
        CHECK(total.faults[kind] > 0);
    }
}

} // namespace

TEST_CASE("T9: full evenings keep every promise, these seeds all of them", "[sim]")
{
    Total total;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        INFO("seed " << seed);
        const Tally tally = simulate({seed});
        check(tally);
        CHECK(tally.matches > 0);
        CHECK(tally.ended > 0);
        add(total, tally);
    }
    auto faults = usual_faults;
    faults.insert(faults.end(), {"make.lost", "make.reply_lost", "queue.reply_lost", "claim.reply_lost", "settle.lost",
                                 "settle.reply_lost"}); // what a match does but once meets few
    check_came_by(total, faults);
}

// Hidden: it is run in pieces (tests/sim/CMakeLists.txt, scripts/nightly). A seed that has failed joins those above.
TEST_CASE("T9: evenings of any size keep every promise, whatever the seed", "[.fresh]")
{
    const std::uint64_t first = number_from("HARVEST_SIM_SEED", std::random_device{}());
    const std::uint64_t count = number_from("HARVEST_SIM_SEEDS", 1);
    std::printf("seeds %" PRIu64 " to %" PRIu64 "\n", first, first + count - 1);
    std::fflush(stdout); // also of a run that hangs
    Total total;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        INFO("replay: HARVEST_SIM_SEED=" << seed << " build/release/sim 'T9: evenings of any size*'");
        const Tally tally = simulate(evening_of(seed));
        check(tally);
        add(total, tally);
    }
    if (count >= 100) check_came_by(total, usual_faults);
}

TEST_CASE("T9: the same seed gives the same run, another seed another one", "[sim]")
{
    const auto half_a_minute = [](std::uint64_t seed) { return simulate({seed, 12, 30s}); };
    const Tally first = half_a_minute(77), again = half_a_minute(77), other = half_a_minute(78);
    CHECK(first.trace.size() > 100);
    const auto [one, two] = std::ranges::mismatch(first.trace, again.trace);
    CHECK((one == first.trace.end() ? "" : *one) == (two == again.trace.end() ? "" : *two));
    CHECK((first.trace != other.trace)); // not to be printed
}
