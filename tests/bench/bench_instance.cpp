// The instance daemon: a battle command from its bytes to the other seat's push (log, state hash, both seats' events
// included), and room allocations through Rpc, in memory and durable. Rates are per CPU-second of this process.
#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/base/encoding.hpp"
#include "common/config/game/content_loader.hpp"
#include "common/game/battle/deck.hpp"
#include "daemons/instance/instance.hpp"
#include "tests/contract/support/stores.hpp"
#include "tests/support/fixed_contents.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace harvest;
using namespace harvest::instance;
using harvest::test::Loop;

const std::shared_ptr<const battle::Content>& content()
{
    static const auto loaded =
        std::make_shared<const battle::Content>(std::move(config::load_content("config/game").content).value());
    return loaded;
}

battle::Nonce client_nonce(SeatIndex seat)
{
    battle::Nonce nonce;
    nonce.fill(static_cast<std::uint8_t>(0xA0 + seat));
    return nonce;
}

// Keeps matches in memory and is always right: what is measured is the daemon.
class PlainMatches final : public Matches {
public:
    std::map<std::string, Match> all;

    AsyncResult<void> queue(MatchTicket, Deadline) override { return done(); }
    AsyncResult<void> unqueue(TicketId, Deadline) override { return done(); }
    AsyncResult<std::vector<MatchTicket>> queued(Deadline) override { co_return std::vector<MatchTicket>{}; }
    AsyncResult<MatchTicket> ticket(PlayerId, Deadline) override { co_return Errc::not_found; }
    AsyncResult<void> make(Match match, std::array<TicketId, 2>, std::vector<OutboxEvent>, Deadline) override
    {
        all[match.id.value] = match;
        return done();
    }
    AsyncResult<Match> get(MatchId match, Deadline) override { co_return all.at(match.value); }
    AsyncResult<std::vector<Match>> list(MatchFilter, Deadline) override { co_return std::vector<Match>{}; }
    AsyncResult<Match> current(PlayerId, Deadline) override { co_return Errc::not_found; }
    AsyncResult<std::vector<Match>> ownerless(Millis, std::size_t, Deadline) override
    {
        co_return std::vector<Match>{};
    }
    AsyncResult<Match> claim(MatchId id, std::string instance, Millis, Millis until, Deadline) override
    {
        Match& match = all.at(id.value);
        match.instance = std::move(instance);
        match.epoch = 1;
        match.lease_until = until;
        match.state = MatchState::playing;
        co_return match;
    }
    AsyncResult<std::vector<MatchId>> renew(std::string, std::vector<std::pair<MatchId, std::int64_t>>, Millis,
                                            Deadline) override
    {
        co_return std::vector<MatchId>{};
    }
    AsyncResult<void> commit_seed(MatchId, std::int64_t, std::string, std::string, Deadline) override { return done(); }
    AsyncResult<void> set_nonces(MatchId, std::int64_t, std::array<std::string, 2>, Deadline) override
    {
        return done();
    }
    AsyncResult<void> append_battle(MatchId, std::int64_t, BattleChunk, OutboxEvent, Deadline) override
    {
        return done();
    }
    AsyncResult<std::vector<BattleChunk>> battle_log(MatchId, Deadline) override
    {
        co_return std::vector<BattleChunk>{};
    }
    AsyncResult<void> settle(Settlement, Deadline) override { return done(); }
    AsyncResult<void> abort(MatchId, std::int64_t, std::string, std::vector<OutboxEvent>, Millis, Deadline) override
    {
        return done();
    }
    AsyncResult<Rating> rating(PlayerId, std::string, Deadline) override { co_return Rating{}; }
    AsyncResult<DailyPlay> daily(PlayerId, std::int64_t, Deadline) override { co_return DailyPlay{}; }

private:
    static AsyncResult<void> done() { co_return Result<void>{}; }
};

Match match_of(const Clock& clock, Entropy& entropy)
{
    Match match;
    match.id = new_id<MatchId>(clock, entropy);
    match.mode = "casual";
    match.content_hash = content()->hash();
    for (std::size_t i = 0; i < 2; ++i) {
        const battle::StarterDeck& deck = content()->starters().at(i);
        match.seats[i].player = new_id<PlayerId>(clock, entropy);
        match.seats[i].name = "bench";
        match.seats[i].farmer = content()->farmers()[deck.farmer].id;
        match.seats[i].cards = battle::card_ids(*content(), deck.cards);
    }
    return match;
}

// A room that plays a match once, remembering what each seat sent, so that the measured run needs no bot.
struct Script {
    Match match;
    std::vector<std::pair<SeatIndex, std::string>> requests;
};

battle::Seed fixed_seed()
{
    battle::Seed seed;
    seed.fill(0x5A);
    return seed;
}

std::string request_of(const battle::SeatCommand& command, std::int64_t id)
{
    using battle::CommandKind;
    if (command.kind == CommandKind::mulligan)
        return protocol::encode_request("battle.mulligan", id,
                                        protocol::encode(protocol::MulliganRequest{command.cards}));
    if (command.kind == CommandKind::attack)
        return protocol::encode_request("battle.attack", id,
                                        protocol::encode(protocol::AttackRequest{command.card, command.target}));
    protocol::PlayRequest play;
    play.card = command.card;
    if (command.target != 0) play.target = command.target;
    if (command.kind == CommandKind::play) return protocol::encode_request("battle.play", id, protocol::encode(play));
    protocol::PowerRequest power;
    power.target = play.target;
    if (command.choice != battle::Choice::none) power.choice = boost::describe::enum_to_string(command.choice, "");
    if (command.kind == CommandKind::power)
        return protocol::encode_request("battle.power", id, protocol::encode(power));
    return protocol::encode_request("battle.end_turn", id, "{}");
}

Room new_room(const Match& match)
{
    Room room(match, content(), fixed_seed(), RoomRules{}, 0ms);
    Effects effects;
    for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}}) room.join(seat, {}, false, 0ms, effects);
    for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}}) (void)room.nonce(seat, client_nonce(seat), 0ms);
    (void)room.deal(0ms, effects);
    return room;
}

Script write_script(const Clock& clock, Entropy& entropy)
{
    Script script;
    script.match = match_of(clock, entropy);
    Room room = new_room(script.match);
    std::array<std::int64_t, 2> ids{10, 10};
    while (room.phase() == RoomPhase::playing)
        for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}}) {
            const battle::SeatView view = battle::view(*room.state(), *content(), seat);
            if (view.phase == battle::Phase::over || !battle::bots::to_act(view)) continue;
            const auto chosen = battle::bots::choose(battle::bots::Level::greedy, view, *content(),
                                                     static_cast<std::uint64_t>(room.commands()));
            Effects effects;
            if (!room.command(seat, chosen, 0ms, effects)) continue;
            script.requests.emplace_back(seat, request_of(chosen, ++ids[seat]));
        }
    return script;
}

struct CountingLink final : public ClientLink {
    Result<void> listen(LinkEvents& with) override
    {
        events = &with;
        return {};
    }
    std::uint16_t port() const override { return 7401; }
    std::string_view transport() const override { return "wss"; }
    bool send(LinkId, std::string_view bytes) override
    {
        ++messages;
        octets += bytes.size();
        return true;
    }
    void close(LinkId, CloseReason, std::string_view) override {}
    void stop_accepting() override {}
    Task<void> stop() override { co_return; }
    LinkEvents* events{};
    std::size_t messages{}, octets{};
};

// Tickets are not what is measured here (bench of tokens): "<match> <player> <seat>".
class PlainVerifier final : public TokenVerifier {
public:
    Result<AccessClaims> access(std::string_view, Millis) override { return Errc::unauthenticated; }
    Result<TicketClaims> ticket(std::string_view token, std::string_view, Millis) override
    {
        TicketClaims claims;
        claims.match.value = token.substr(0, 28);
        claims.player.value = token.substr(29, 28);
        claims.seat = token.back() - '0';
        return claims;
    }
    Result<void> use_keys(std::string_view) override { return {}; }
};

// Seals nothing: the benchmark gives every match the same seed.
class PlainSealer final : public Sealer {
public:
    Bytes seal(ByteView secret, std::string_view) override { return {secret.begin(), secret.end()}; }
    Result<Bytes> open(ByteView box, std::string_view) override { return Bytes(box.begin(), box.end()); }
    std::string key_id() const override { return "none"; }
    std::shared_ptr<Sealer> under(const SealKey&) override { return std::make_shared<PlainSealer>(); }
};

// An instance over a store, on a loop of its own.
struct House {
    class NoFarms final : public Farms {
    public:
        AsyncResult<FarmView> view(PlayerId, std::string, Millis, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::string> change(FarmChange, Deadline) override { co_return Errc::unavailable; }
    } farms;
    class NoMarket final : public Market {
    public:
        AsyncResult<OrderOpened> open_order(OpenOrder, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::string> cancel_order(CancelOrder, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<OrdersExpired> expire(ExpireOrders, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<BookView> book(std::string, std::size_t, Millis, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::vector<MarketOrder>> orders(PlayerId, bool, OrderId, std::size_t, Deadline) override
        {
            co_return Errc::unavailable;
        }
        AsyncResult<std::vector<MarketTrade>> trades(std::string, std::int64_t, std::size_t, Deadline) override
        {
            co_return Errc::unavailable;
        }
        AsyncResult<std::vector<Candle>> candles(std::string, Millis, Deadline) override
        {
            co_return Errc::unavailable;
        }
    } market;
    class NoCrafting final : public Crafting {
    public:
        AsyncResult<CraftView> view(PlayerId, std::string, Millis, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::string> craft(CraftOrder, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::string> dismantle(DismantleOrder, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::vector<NumberedCard>> numbered_before(PlayerId, Millis, Deadline) override
        {
            co_return Errc::unavailable;
        }
        AsyncResult<std::vector<NumberedCardStep>> history(std::string, std::int64_t, Deadline) override
        {
            co_return Errc::unavailable;
        }
    } crafting;
    class NoAccounts final : public Accounts {
    public:
        AsyncResult<void> create(NewAccount, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<Account> get(PlayerId, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<Account> find_by_name(std::string, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<Account> find_by_device(TokenHash, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::vector<Account>> list(AccountFilter, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<void> set_password(NewPassword, std::vector<OutboxEvent>, Deadline) override
        {
            co_return Errc::unavailable;
        }
        AsyncResult<void> rename(Renaming, std::vector<OutboxEvent>, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<void> sanction(Imposing, std::vector<OutboxEvent>, Deadline) override
        {
            co_return Errc::unavailable;
        }
        AsyncResult<void> lift(Lifting, std::vector<OutboxEvent>, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::vector<Sanction>> sanctions(PlayerId, Millis, Deadline) override
        {
            co_return std::vector<Sanction>{};
        }
    } accounts;
    class NoEvents final : public EventLog {
    public:
        explicit NoEvents(Clock& time) : clock_(time) {}
        AsyncResult<void> append(std::string, std::vector<Event>, Deadline) override { co_return Errc::unavailable; }
        std::unique_ptr<EventReader> subscribe(Subscription) override { return std::make_unique<Silent>(clock_); }
        AsyncResult<std::vector<StoredEvent>> read(std::string, std::string, std::int64_t, std::size_t,
                                                   Deadline) override
        {
            co_return Errc::unavailable;
        }
        AsyncResult<std::vector<TopicInfo>> topics(Deadline) override { co_return Errc::unavailable; }
        AsyncResult<std::vector<GroupLag>> lags(Deadline) override { co_return Errc::unavailable; }

    private:
        class Silent final : public EventReader {
        public:
            explicit Silent(Clock& time) : clock_(time) {}
            AsyncResult<std::vector<StoredEvent>> next(std::size_t, Deadline by) override
            {
                const Result<void> slept = co_await clock_.sleep_until(by);
                if (!slept) co_return slept.error();
                co_return std::vector<StoredEvent>{};
            }
            AsyncResult<void> commit(Deadline) override { co_return Errc::unavailable; }

        private:
            Clock& clock_;
        };
        Clock& clock_;
    } events;
    harvest::test::FixedContents contents{
        {content(), nullptr, std::make_shared<const game::economy::Content>(), nullptr, nullptr, nullptr}};
    explicit House(Matches& matches, Clock& time) : events(time), clock(time), rpc(time), presence(time), limits(time)
    {
        auto doors = Doors{};
        auto counting = std::make_unique<CountingLink>();
        link = counting.get();
        doors.links.push_back(std::move(counting));
        Config config;
        config.max_matches = 1'000'000;
        config.command_burst = 1'000'000'000;
        config.command_interval = 1ms;
        config.bot_think = std::chrono::hours{1};
        config.drain = 0ms;
        config.lease = std::chrono::hours{1};
        rpc.serve("auth", "auth-0", loop.executor(),
                  [](RpcRequest) -> AsyncResult<std::string> { co_return std::string("{}"); });
        daemon = std::make_unique<Instance>(config, "instance-0", loop.executor(), std::move(doors), contents, rpc,
                                            events, matches, farms, market, crafting, accounts, verifier, sealer,
                                            limits, presence, time, entropy, metrics, spans);
        loop.spawn([this]() -> Task<void> {
            co_await daemon->run();
            ended = true;
        });
        loop.poll();
    }
    void host(const MatchId& match, std::size_t& hosted)
    {
        loop.spawn([this, match, &hosted]() -> Task<void> {
            RpcRequest request;
            request.daemon = "instance";
            request.method = "host";
            request.body = "{\"match\":\"" + match.value + "\"}";
            request.by = clock.after(60s);
            const Result<std::string> answer = co_await rpc.call(std::move(request));
            if (answer) ++hosted;
        });
    }

    Clock& clock;
    Loop loop;
    memory::SeededEntropy entropy{5};
    local::LocalRpc rpc;
    memory::MemoryPresence presence;
    memory::MemoryRateLimit limits;
    telemetry::Metrics metrics;
    telemetry::Spans spans;
    PlainVerifier verifier;
    PlainSealer sealer;
    CountingLink* link{};
    std::unique_ptr<Instance> daemon;
    bool ended{};
};

// Rooms allocated at a time.
void tell_size(benchmark::State& bench)
{
    bench.SetLabel("rooms");
    bench.counters["size"] = static_cast<double>(bench.range(0));
}

void command_to_push(benchmark::State& bench)
{
    const bool views = bench.range(0) != 0;
    memory::ManualClock clock;
    PlainMatches matches;
    House house(matches, clock);
    memory::SeededEntropy ids(9);
    std::vector<Script> scripts;
    for (int i = 0; i < 16; ++i) scripts.push_back(write_script(clock, ids));
    std::size_t next = 0, commands = 0, hosted = 0;
    LinkId link = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        const Script& script = scripts[next++ % scripts.size()];
        Match match = script.match;
        // The same match again: with the same seed and nonces the script's handles are right.
        match.sealed_seed = to_base64url(fixed_seed());
        match.commitment = to_hex(battle::commitment(fixed_seed()));
        matches.all[match.id.value] = match;
        house.host(match.id, hosted);
        house.loop.poll();
        const std::array<LinkId, 2> seats{link + 1, link + 2};
        link += 2;
        for (std::size_t seat = 0; seat < 2; ++seat) {
            house.link->events->opened({seats[seat], "wss", "127.0.0.1"});
            protocol::JoinRequest join;
            join.ticket = match.id.value + " " + match.seats[seat].player.value + " " + std::to_string(seat + 1);
            join.views = views;
            house.link->events->message(seats[seat],
                                        protocol::encode_request("battle.join", 1, protocol::encode(join)));
            const protocol::NonceRequest nonce{to_hex(client_nonce(static_cast<SeatIndex>(seat)))};
            house.link->events->message(seats[seat],
                                        protocol::encode_request("battle.nonce", 2, protocol::encode(nonce)));
        }
        house.loop.poll();
        bench.ResumeTiming();
        std::size_t played = 0;
        for (const auto& [seat, request] : script.requests) {
            house.link->events->message(seats[seat], request);
            if (++played % 16 == 0) {
                clock.advance(25ms); // the log is written
                house.loop.poll();
            }
        }
        commands += played;
        bench.PauseTiming();
        for (int i = 0; i < 40; ++i) {
            clock.advance(500ms); // settled, lingered, gone
            house.loop.poll();
        }
        for (const LinkId id : seats) house.link->events->closed(id, CloseReason::normal);
        bench.ResumeTiming();
    }
    bench.counters["commands"] = benchmark::Counter(static_cast<double>(commands), benchmark::Counter::kIsRate);
    bench.counters["bytes_a_push"] =
        static_cast<double>(house.link->octets) / static_cast<double>(house.link->messages);
    house.daemon->stop();
    while (!house.ended) {
        clock.advance(10ms);
        house.loop.poll();
    }
}

void allocations_in_memory(benchmark::State& bench)
{
    memory::ManualClock clock;
    PlainMatches matches;
    memory::SeededEntropy ids(9);
    House house(matches, clock);
    std::size_t hosted = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        std::vector<MatchId> made;
        for (std::int64_t i = 0; i < bench.range(0); ++i) {
            const Match match = match_of(clock, ids);
            matches.all[match.id.value] = match;
            made.push_back(match.id);
        }
        bench.ResumeTiming();
        const std::size_t before = hosted;
        for (const MatchId& match : made) house.host(match, hosted);
        house.loop.poll();
        bench.PauseTiming();
        if (hosted != before + made.size()) std::abort(); // some were refused
        for (int i = 0; i < 100; ++i) {
            clock.advance(500ms); // nobody comes: aborted, gone
            house.loop.poll();
        }
        matches.all.clear();
        bench.ResumeTiming();
    }
    tell_size(bench);
    bench.counters["allocations"] = benchmark::Counter(static_cast<double>(hosted), benchmark::Counter::kIsRate);
    house.daemon->stop();
    while (!house.ended) {
        clock.advance(10ms);
        house.loop.poll();
    }
}

void allocations_durable(benchmark::State& bench)
{
    system::SystemClock clock;
    harvest::test::TempDir dir;
    sqlite::Options options;
    options.path = (dir.path() / "harvest.db").string();
    sqlite::SqliteDatabase database(options, clock);
    sql::SqlMatches matches(database);
    memory::SeededEntropy ids(9);
    House house(matches, clock);
    std::size_t hosted = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        std::vector<MatchId> made;
        const std::size_t before = hosted;
        const auto batch = static_cast<std::size_t>(bench.range(0));
        std::size_t stored = 0;
        for (std::size_t i = 0; i < batch; ++i) {
            Match match = match_of(clock, ids);
            match.seats[0].bot = match.seats[1].bot = "greedy";
            made.push_back(match.id);
            house.loop.spawn([&matches, &clock, &stored, match]() -> Task<void> {
                const std::array<TicketId, 2> none;
                std::vector<OutboxEvent> quiet;
                const Result<void> ok = co_await matches.make(match, none, std::move(quiet), clock.after(60s));
                if (ok) ++stored;
            });
        }
        while (stored < batch) {
            house.loop.io().restart();
            house.loop.io().run_for(5ms);
        }
        bench.ResumeTiming();
        for (const MatchId& match : made) house.host(match, hosted);
        while (hosted < before + batch) {
            house.loop.io().restart();
            house.loop.io().run_one_for(5ms);
        }
    }
    tell_size(bench);
    bench.counters["allocations"] = benchmark::Counter(static_cast<double>(hosted), benchmark::Counter::kIsRate);
    house.daemon->stop();
    while (!house.ended) {
        house.loop.io().restart();
        house.loop.io().run_for(10ms);
    }
}

BENCHMARK(command_to_push)->Arg(0)->Arg(1)->ArgName("views")->Unit(benchmark::kMicrosecond);
BENCHMARK(allocations_in_memory)->Arg(40)->Arg(400)->Arg(4'000)->Unit(benchmark::kMillisecond);
BENCHMARK(allocations_durable)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

} // namespace

BENCHMARK_MAIN();
