#include "tests/support/world.hpp"

#include "common/adapters/process/in_process_allocator.hpp"
#include "common/base/assert.hpp"
#include "common/config/game/content_loader.hpp"
#include "common/config/game/farm_loader.hpp"
#include "common/config/game/recipe_loader.hpp"
#include "common/game/battle/deck.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/session.hpp"
#include "tests/support/small_market.hpp"

#include <boost/asio/co_spawn.hpp>
#include <stdlib.h>

#include <filesystem>
#include <optional>
#include <stdexcept>

namespace harvest::test {
namespace {

std::string fresh_directory()
{
    // In memory where that is possible: the simulator asks what happens, not how long a disk takes.
    const std::filesystem::path base =
        std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (base / "harvest-world-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    return name;
}

} // namespace

const game::battle::Content& test_content()
{
    static const config::LoadedContent loaded = config::load_content("config/game");
    if (!loaded.content) throw std::runtime_error("config/game: " + loaded.faults.front().text());
    return *loaded.content;
}

const game::crafting::Content& test_recipes()
{
    static const config::LoadedRecipes loaded = [] {
        const config::LoadedFarm farm = config::load_farm("config/game");
        if (!farm.content) throw std::runtime_error("config/game: " + farm.faults.front().text());
        return config::load_recipes("config/game", test_content(), *farm.content);
    }();
    if (!loaded.content) throw std::runtime_error("config/game: " + loaded.faults.front().text());
    return *loaded.content;
}

// One daemon as a process of its own: a loop that can be frozen.
struct World::Running {
    asio::io_context io;
    Daemon* daemon{};
    bool frozen{}, ended{};
    std::exception_ptr failure;
};

World::World(WorldOptions wanted)
    : entropy(wanted.seed),
      directory(fresh_directory()),
      contents({borrowed(test_content()), std::make_shared<const game::farm::Content>(small_farm()), shared_market(),
                borrowed(test_recipes()), nullptr, borrowed(ladder)}),
      rpc(clock),
      presence(clock),
      resumes(clock),
      limits(clock),
      tasks(io.get_executor()),
      options(std::move(wanted))
{
    sqlite::Options file;
    file.path = directory + "/harvest.db";
    file.threads = false;
    database = std::make_unique<sqlite::SqliteDatabase>(file, clock);
    accounts = std::make_unique<sql::SqlAccounts>(*database);
    sessions = std::make_unique<sql::SqlSessions>(*database);
    ledger = std::make_unique<sql::SqlLedger>(*database);
    decks = std::make_unique<sql::SqlDecks>(*database);
    matches = std::make_unique<sql::SqlMatches>(*database);
    chat_store = std::make_unique<sql::SqlChatStore>(*database);
    keys = std::make_unique<sql::SqlPlayerKeys>(*database, sealer, entropy);
    personal = std::make_unique<sql::SqlPersonalData>(*database);
    social = std::make_unique<sql::SqlSocial>(*database);
    groups = std::make_unique<sql::SqlGroups>(*database);
    reports = std::make_unique<sql::SqlReports>(*database);
    events = std::make_unique<sql::SqlEventLog>(*database, clock);
    allocator = std::make_unique<WaitingAllocator>(*matches, clock, tasks);
    farms = std::make_unique<sql::SqlFarms>(*database);
    market = std::make_unique<sql::SqlMarket>(*database);
    crafting = std::make_unique<sql::SqlCrafting>(*database);
    seasons = std::make_unique<sql::SqlSeasons>(*database);
    tournaments = std::make_unique<sql::SqlTournaments>(*database);
    leases = std::make_unique<sql::SqlLeases>(*database, clock);
    if (options.instances == 0) serve_desks();
    if (options.plain_auth) serve_plain_auth(rpc, io.get_executor());
}

void World::serve_desks()
{
    market_desk = std::make_unique<instance::MarketDesk>("instance-0", contents, *market, *accounts, clock, entropy);
    farm_desk = std::make_unique<instance::FarmDesk>("instance-0", contents, *farms, clock, entropy);
    craft_desk = std::make_unique<instance::CraftDesk>("instance-0", contents, *crafting, clock, entropy);
    rpc.serve("instance", "instance-0", io.get_executor(), [this](RpcRequest request) {
        if (instance::MarketDesk::answers(request.method)) return market_desk->serve(std::move(request));
        if (instance::CraftDesk::answers(request.method)) return craft_desk->serve(std::move(request));
        return farm_desk->serve(std::move(request));
    });
}

World::~World()
{
    try {
        stop();
    }
    catch (const std::exception&) {
        HARVEST_ASSERT(false); // a daemon that does not stop is our own mistake
    }
    tasks.cancel();
    poll();
    HARVEST_ASSERT(tasks.size() == 0);
    if (options.plain_auth) rpc.withdraw("auth", "auth-0");
    if (options.instances == 0) rpc.withdraw("instance", "instance-0");
    poll();
    connsrvs.clear();
    instances.clear();
    match_daemons.clear();
    killed_.clear();
    added_.clear();
    chats.clear();
    links.clear();
    running_.clear();
    events.reset();
    database.reset();
    std::filesystem::remove_all(directory);
}

EventLog& World::events_port()
{
    return options.events ? options.events(*events) : *events;
}

Matches& World::matches_port()
{
    return options.matches_port ? options.matches_port(*matches) : *matches;
}

// Everything that is ready, one handler at a time, of a loop that the seed picks.
void World::poll()
{
    std::vector<asio::io_context*> loops;
    loops.push_back(&io);
    for (const auto& running : running_)
        if (!running->frozen) loops.push_back(&running->io);
    while (!loops.empty()) {
        const std::size_t pick = entropy.bytes<1>()[0] % loops.size();
        loops[pick]->restart();
        if (loops[pick]->poll_one() > 0) continue;
        bool any = false;
        for (asio::io_context* loop : loops) {
            loop->restart();
            if (loop->poll_one() == 0) continue;
            any = true;
            break;
        }
        if (!any) return;
    }
}

void World::run_for(Millis length)
{
    const Millis end = clock.monotonic() + length;
    for (;;) {
        poll();
        const std::optional<Millis> next = clock.next_deadline();
        if (!next || *next > end) break;
        clock.advance_to_next();
    }
    if (clock.monotonic() < end) clock.advance(end - clock.monotonic());
    poll();
}

bool World::run_until(const std::function<bool()>& holds, Millis limit)
{
    const Millis end = clock.monotonic() + limit;
    for (;;) {
        poll();
        if (holds()) return true;
        const std::optional<Millis> next = clock.next_deadline();
        if (!next || *next > end) return false;
        clock.advance_to_next();
    }
}

void World::play(std::function<Task<void>()> script)
{
    bool ended = false;
    std::exception_ptr failure;
    auto hold = [](std::function<Task<void>()> make) -> Task<void> { co_await make(); };
    auto done = [&](std::exception_ptr error) {
        ended = true;
        failure = std::move(error);
    };
    asio::co_spawn(io, hold(std::move(script)), std::move(done));
    const bool in_time = run_until([&] { return ended; }, 10min);
    HARVEST_ASSERT(in_time);
    if (failure) std::rethrow_exception(failure);
}

void World::launch(Daemon& daemon)
{
    const std::shared_ptr<Running> running = running_.back();
    running->daemon = &daemon;
    auto hold = [](Daemon& one) -> Task<void> { co_await one.run(); };
    auto done = [running](std::exception_ptr error) {
        running->ended = true;
        running->failure = std::move(error);
    };
    asio::co_spawn(running->io, hold(daemon), std::move(done));
}

void World::add(const std::function<std::unique_ptr<Daemon>(const Executor&)>& make)
{
    running_.push_back(std::make_shared<Running>());
    added_.push_back(make(running_.back()->io.get_executor()));
    launch(*added_.back());
}

void World::start_match(int slot)
{
    running_.push_back(std::make_shared<Running>());
    match_daemons.push_back(std::make_unique<match::MatchDaemon>(
        options.match, "match-" + std::to_string(slot), running_.back()->io.get_executor(), rpc_port(), events_port(),
        matches_port(), *decks, *ledger, *accounts, *social,
        options.presence_port ? options.presence_port(presence) : presence, homes ? *homes : *allocator, *seasons,
        tournaments_port(), *leases, contents, clock, entropy, metrics));
    launch(*match_daemons.back());
}

void World::start_instance(int slot)
{
    running_.push_back(std::make_shared<Running>());
    const Executor executor = running_.back()->io.get_executor();
    const std::string id = "instance-" + std::to_string(slot);
    auto link = std::make_unique<memory::MemoryLink>(executor, clock, "127.0.0.1", "wss");
    Seated& made = instances[slot];
    made.link = link.get();
    instance::Doors doors;
    doors.links.push_back(std::move(link));
    instance::Config config = options.instance;
    config.advertise.host = id;
    config.advertise.tcp = 7401;
    made.daemon = std::make_unique<instance::Instance>(
        std::move(config), id, executor, std::move(doors), contents, rpc_port(), events_port(), matches_port(), *farms,
        *market, *crafting, *accounts, verifier, sealer, limits, presence, clock, entropy, metrics, spans);
    launch(*made.daemon);
}

std::unique_ptr<LiveClient> World::at_table(const std::string& host)
{
    for (const auto& [slot, seated] : instances)
        if (host == "instance-" + std::to_string(slot))
            return std::make_unique<LiveClient>(seated.link->client(), clock, "instance");
    return nullptr;
}

AsyncResult<void> World::block(const PlayerId& player, const PlayerId& other)
{
    SocialOrder order;
    order.player = player;
    order.other = other;
    order.at = clock.now();
    order.event = id<EventId>();
    order.source = "test";
    return social->block(std::move(order), soon());
}

void World::freeze(const Daemon& daemon)
{
    for (const auto& running : running_)
        if (running->daemon == &daemon) running->frozen = true;
}

void World::kill_connsrv(int slot)
{
    freeze(*connsrvs[static_cast<std::size_t>(slot)]);
    rpc.withdraw("connsrv", "connsrv-" + std::to_string(slot));
}

void World::kill_instance(int slot)
{
    const auto found = instances.find(slot);
    freeze(*found->second.daemon);
    rpc.withdraw("instance", "instance-" + std::to_string(slot));
    killed_.push_back(std::move(found->second.daemon));
    instances.erase(found);
}

void World::kill_match(int slot)
{
    auto& daemon = match_daemons[static_cast<std::size_t>(slot)];
    freeze(*daemon);
    rpc.withdraw("match", "match-" + std::to_string(slot));
    killed_.push_back(std::move(daemon));
    match_daemons.erase(match_daemons.begin() + slot);
}

void World::start()
{
    if (options.instances > 0) homes = std::make_unique<process::InProcessAllocator>(rpc_port(), presence, clock);
    for (int slot = 0; slot < options.instances; ++slot) start_instance(slot);
    for (int slot = 0; slot < options.matches; ++slot) start_match(slot);
    for (int slot = 0; slot < options.chats; ++slot) {
        running_.push_back(std::make_shared<Running>());
        chats.push_back(std::make_unique<chat::Chat>(
            options.chat, "chat-" + std::to_string(slot), running_.back()->io.get_executor(), rpc_port(), events_port(),
            options.chat_port ? options.chat_port(*chat_store) : *chat_store, keys_port(), *accounts, *social, *groups,
            *matches, *reports, limits, clock, entropy, metrics));
        launch(*chats.back());
    }
    for (int slot = 0; slot < options.connsrvs; ++slot) {
        running_.push_back(std::make_shared<Running>());
        const Executor executor = running_.back()->io.get_executor();
        links.push_back(std::make_unique<memory::MemoryLink>(executor, clock));
        std::vector<ClientLink*> doors;
        doors.push_back(links.back().get());
        connsrvs.push_back(std::make_unique<connsrv::Connsrv>(
            options.connsrv, "connsrv-" + std::to_string(slot), executor, doors, rpc_port(), events_port(), keys_port(),
            options.presence_port ? options.presence_port(presence) : presence,
            options.resumes_port ? options.resumes_port(resumes) : resumes,
            options.sessions_port ? options.sessions_port(*sessions) : *sessions, *social, limits, verifier, clock,
            entropy, metrics, spans));
        launch(*connsrvs.back());
    }
    const auto all_ready = [&] {
        for (const auto& running : running_)
            if (!running->daemon->ready()) return false;
        return true;
    };
    if (!run_until(all_ready, 10s)) throw std::runtime_error("not every daemon is ready");
}

void World::stop()
{
    for (const auto& running : running_) running->frozen = false; // a killed one ends in peace, now that all is judged
    for (auto running = running_.rbegin(); running != running_.rend(); ++running) {
        if ((*running)->ended) continue;
        (*running)->daemon->stop();
        if (!run_until([&] { return (*running)->ended; }, 2min)) throw std::runtime_error("a daemon does not stop");
        if ((*running)->failure) std::rethrow_exception((*running)->failure);
    }
}

void World::stop_daemon(Daemon& daemon)
{
    for (const auto& running : running_) {
        if (running->daemon != &daemon) continue;
        daemon.stop();
        if (!run_until([&] { return running->ended; }, 2min)) throw std::runtime_error("a daemon does not stop");
    }
}

Player World::new_player(const std::string& name)
{
    const game::battle::Content& content = test_content();
    const game::battle::StarterDeck& starter = content.starters().front();
    Player player;
    player.id = id<PlayerId>();
    player.session = id<SessionId>();
    player.name = name;
    player.deck = id<DeckId>();
    NewAccount account;
    account.account.id = player.id;
    account.account.name = name;
    account.account.created_at = clock.now();
    for (const auto& [card, count] : game::battle::starter_collection(content)) {
        Transfer grant;
        grant.id = id<TransferId>();
        grant.asset = "card." + card;
        grant.debit = "mint";
        grant.credit = player_account(player.id);
        grant.amount = count;
        grant.reason = "starter";
        account.grants.push_back(std::move(grant));
    }
    Deck deck;
    deck.id = player.deck;
    deck.player = player.id;
    deck.name = "starter";
    deck.farmer = content.farmers()[starter.farmer].id;
    deck.cards = game::battle::card_ids(content, starter.cards);
    deck.version = 1;
    account.decks.push_back(std::move(deck));
    Session session;
    session.id = player.session;
    session.player = player.id;
    session.generation = 1;
    session.current = entropy.bytes<32>();
    session.expires_at = clock.now() + 24h * 30;
    AccessClaims claims{player.id, player.session, name, false, clock.now(), clock.now() + 10min};
    player.token = plain_token(claims);
    play([&]() -> Task<void> {
        const Result<void> made = co_await accounts->create(account, soon());
        if (!made) throw std::runtime_error("no account: " + made.error().message());
        std::vector<OutboxEvent> none;
        SignInGrounds grounds{{}, clock.now()};
        const Result<void> signed_in_now =
            co_await sessions->create(session, std::move(grounds), std::move(none), soon());
        if (!signed_in_now) throw std::runtime_error("no session: " + signed_in_now.error().message());
    });
    return player;
}

std::unique_ptr<LiveClient> World::client(int connsrv_slot, std::string address)
{
    auto link = links[static_cast<std::size_t>(connsrv_slot)]->client(std::move(address));
    return std::make_unique<LiveClient>(std::move(link), clock);
}

std::string World::hello(const Player& player, const std::string& device_class)
{
    const protocol::HelloRequest request{
        player.token, std::string(protocol::live_protocol), {"test", "1.0", device_class}};
    return protocol::encode(request);
}

std::string World::queue(const Player& player, const std::string& mode)
{
    const protocol::QueueRequest request{mode, player.deck, std::nullopt};
    return protocol::encode(request);
}

Task<std::unique_ptr<LiveClient>> World::signed_in(const Player& player, std::string device_class, int connsrv_slot)
{
    std::unique_ptr<LiveClient> live = client(connsrv_slot);
    const Result<void> up = co_await live->connect();
    if (!up) throw std::runtime_error("no connection");
    std::string data = hello(player, device_class);
    const Result<std::string> reply = co_await live->call("session.hello", std::move(data));
    if (!reply) throw std::runtime_error("no hello: " + live->error_text + " " + reply.error().message());
    co_return live;
}

} // namespace harvest::test
