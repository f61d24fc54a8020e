// The battle engine: random legal matches from the deal to the end, with the log of every command and the state hash
// after it. Run from the repository's root; `battles` and `commands` are rates per CPU-second.
#include "common/config/game/content_loader.hpp"
#include "common/game/battle/bots/bot.hpp"
#include "common/game/battle/record.hpp"
#include "tests/unit/game/random_play.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>

namespace {

using namespace harvest;
using namespace harvest::game::battle;

const Content& content()
{
    static const config::LoadedContent loaded = config::load_content("config/game");
    if (!loaded.content) {
        for (const config::ContentFault& fault : loaded.faults) std::fprintf(stderr, "%s\n", fault.text().c_str());
        std::exit(78);
    }
    return *loaded.content;
}

struct LogEntry {
    SeatIndex seat;
    Command command;
    std::uint64_t hash;
};

// Matches are set up beforehand, so that what is measured is the engine and not the making of decks.
std::vector<MatchSetup> setups(std::size_t count)
{
    test::Dice dice(7);
    std::vector<MatchSetup> out;
    while (out.size() < count) out.push_back(test::random_setup(content(), dice));
    return out;
}

// How many different matches there are: what it costs grows with them where it leaves the caches.
void tell_size(benchmark::State& bench)
{
    bench.SetLabel("matches");
    bench.counters["size"] = static_cast<double>(bench.range(0));
}

void random_battles(benchmark::State& bench)
{
    const std::vector<MatchSetup> matches = setups(static_cast<std::size_t>(bench.range(0)));
    test::Dice dice(11);
    RawEvents events;
    std::vector<LogEntry> log;
    CommandBuffer buffer;
    std::uint64_t commands = 0, happened = 0;
    std::size_t next = 0;
    for (auto _ : bench) {
        log.clear();
        events.clear();
        State state = *start(content(), matches[next++ % matches.size()], &events);
        while (state.phase != Phase::over) {
            const SeatIndex seat = test::seat_to_act(state);
            const Command command = test::random_command(state, content(), seat, dice, buffer);
            if (!apply(state, content(), seat, command, &events)) std::abort();
            log.push_back({seat, command, state_hash(state)});
        }
        commands += log.size();
        happened += events.size();
        benchmark::DoNotOptimize(log.data());
    }
    tell_size(bench);
    bench.counters["battles"] =
        benchmark::Counter(static_cast<double>(bench.iterations()), benchmark::Counter::kIsRate);
    bench.counters["commands"] = benchmark::Counter(static_cast<double>(commands), benchmark::Counter::kIsRate);
    bench.counters["commands_a_battle"] = static_cast<double>(commands) / static_cast<double>(bench.iterations());
    bench.counters["events_a_battle"] = static_cast<double>(happened) / static_cast<double>(bench.iterations());
}
BENCHMARK(random_battles)->Arg(25)->Arg(250)->Arg(2'500);

BattleRecord played(const MatchSetup& setup, test::Dice& dice)
{
    CommandBuffer buffer;
    State state = *start(content(), setup);
    BattleRecord record;
    record.header = make_header(content(), setup, state);
    while (state.phase != Phase::over) {
        const SeatIndex seat = test::seat_to_act(state);
        const Command command = test::random_command(state, content(), seat, dice, buffer);
        if (!apply(state, content(), seat, command)) std::abort();
        record.moves.push_back(make_move(state, seat, command));
    }
    reveal(record.header, setup.server_seed);
    record.winner = state.winner;
    record.ending = state.ending;
    return record;
}

// Records as `admin replay` takes them: every command played again, its hash and its count of draws compared.
void replays(benchmark::State& bench)
{
    test::Dice dice(13);
    std::vector<BattleRecord> records;
    for (const MatchSetup& setup : setups(static_cast<std::size_t>(bench.range(0))))
        records.push_back(played(setup, dice));
    std::uint64_t commands = 0;
    std::size_t next = 0;
    for (auto _ : bench) {
        const BattleRecord& record = records[next++ % records.size()];
        if (replay(record, content()).kind != VerdictKind::verified) std::abort();
        commands += record.moves.size();
    }
    tell_size(bench);
    bench.counters["commands"] = benchmark::Counter(static_cast<double>(commands), benchmark::Counter::kIsRate);
}
BENCHMARK(replays)->Arg(13)->Arg(130)->Arg(1'300);

// A state from the middle of a match.
State midgame()
{
    test::Dice dice(3);
    State state = *start(content(), setups(1)[0]);
    CommandBuffer buffer;
    while (state.phase != Phase::over && state.turn < 16) {
        const SeatIndex seat = test::seat_to_act(state);
        const Command command = test::random_command(state, content(), seat, dice, buffer);
        if (!apply(state, content(), seat, command)) std::abort();
    }
    return state;
}

void hash_of_a_state(benchmark::State& bench)
{
    const State state = midgame();
    for (auto _ : bench) benchmark::DoNotOptimize(state_hash(state));
}
BENCHMARK(hash_of_a_state);

void view_of_a_seat(benchmark::State& bench)
{
    const State state = midgame();
    for (auto _ : bench) benchmark::DoNotOptimize(view(state, content(), state.active));
}
BENCHMARK(view_of_a_seat);

void bot_decision(benchmark::State& bench)
{
    const State state = midgame();
    const SeatView seen = view(state, content(), state.active);
    const auto level = static_cast<bots::Level>(bench.range(0));
    std::uint64_t step = 0;
    for (auto _ : bench) benchmark::DoNotOptimize(bots::choose(level, seen, content(), ++step));
}
BENCHMARK(bot_decision)->DenseRange(0, 2);

} // namespace

BENCHMARK_MAIN();
