// A whole backend on one thread and a clock that stands still: real daemons, real SQL stores (inline, in memory-backed
// files), links in memory. Chance comes from the seed alone.
#pragma once

#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_link.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/adapters/memory/memory_resume_buffers.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/sql/accounts.hpp"
#include "common/adapters/sql/chat_store.hpp"
#include "common/adapters/sql/crafting.hpp"
#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/event_log.hpp"
#include "common/adapters/sql/farms.hpp"
#include "common/adapters/sql/groups.hpp"
#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/market.hpp"
#include "common/adapters/sql/matches.hpp"
#include "common/adapters/sql/personal_data.hpp"
#include "common/adapters/sql/player_keys.hpp"
#include "common/adapters/sql/reports.hpp"
#include "common/adapters/sql/seasons.hpp"
#include "common/adapters/sql/sessions.hpp"
#include "common/adapters/sql/social.hpp"
#include "common/adapters/sql/tournaments.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/game/battle/content.hpp"
#include "common/telemetry/metrics.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/chat/chat.hpp"
#include "daemons/connsrv/connsrv.hpp"
#include "daemons/instance/craft_desk.hpp"
#include "daemons/instance/farm_desk.hpp"
#include "daemons/instance/instance.hpp"
#include "daemons/instance/market_desk.hpp"
#include "daemons/match/match.hpp"
#include "tests/support/fakes.hpp"
#include "tests/support/fixed_contents.hpp"
#include "tests/support/live_client.hpp"
#include "tests/support/small_leagues.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace harvest::test {

const game::battle::Content& test_content();   // config/game/, loaded once
const game::crafting::Content& test_recipes(); // the same

struct Player {
    PlayerId id;
    SessionId session;
    std::string name;
    DeckId deck;
    std::string token;
};

struct WorldOptions {
    std::uint64_t seed{1};
    int connsrvs{1}, matches{1}, chats{1};
    int instances{};       // none: matches are played by waiting, and the desks answer as "instance-0"
    bool plain_auth{true}; // tickets and keys come from a stand-in; else from an auth that the test adds
    connsrv::Config connsrv;
    instance::Config instance;
    match::Config match;
    chat::Config chat;
    // Decorators, where a test wants faults between the daemons and a port.
    std::function<Rpc&(Rpc&)> rpc;
    std::function<EventLog&(EventLog&)> events;
    std::function<Matches&(Matches&)> matches_port;
    std::function<Tournaments&(Tournaments&)> tournaments_port;
    std::function<ChatStore&(ChatStore&)> chat_port;
    std::function<PlayerKeys&(PlayerKeys&)> keys_port;
    std::function<ResumeBuffers&(ResumeBuffers&)> resumes_port;
    std::function<Sessions&(Sessions&)> sessions_port; // of the connection servers
    std::function<Presence&(Presence&)> presence_port; // of the connection servers and the match daemons
};

class World {
public:
    explicit World(WorldOptions options = {});
    ~World();

    Executor executor() { return io.get_executor(); }
    // Runs until `length` of virtual time has passed.
    void run_for(Millis length);
    // Runs until it holds; false if it does not within `limit`.
    bool run_until(const std::function<bool()>& holds, Millis limit);
    // Runs a test's coroutine to its end (at most 10 virtual minutes); what it throws is thrown on.
    void play(std::function<Task<void>()> script);

    // A daemon besides those that start() makes, on a loop of its own; the world's to end.
    void add(const std::function<std::unique_ptr<Daemon>(const Executor&)>& make);
    void start(); // every daemon, until all are ready
    void stop();  // every daemon, in reverse
    void start_match(int slot);
    void start_instance(int slot);
    void kill_connsrv(int slot); // as kill_match()
    void kill_instance(int slot);
    void kill_match(int slot); // as by SIGKILL: nothing is finished, all memory is gone
    void stop_daemon(Daemon& daemon);

    // An account with a session, all starter cards and a starter deck.
    Player new_player(const std::string& name);
    std::unique_ptr<LiveClient> client(int connsrv_slot = 0, std::string address = {});
    // To an instance by the host that it is advertised under; null if none runs there.
    std::unique_ptr<LiveClient> at_table(const std::string& host);
    // One player blocks another, as the gateway has it done.
    AsyncResult<void> block(const PlayerId& player, const PlayerId& other);
    // Connected and signed in; the reply to hello in `hello`.
    Task<std::unique_ptr<LiveClient>> signed_in(const Player& player, std::string device_class = "desktop",
                                                int connsrv_slot = 0);
    static std::string hello(const Player& player, const std::string& device_class = "desktop");
    static std::string queue(const Player& player, const std::string& mode = "ranked");

    template <class TypedId>
    TypedId id()
    {
        return new_id<TypedId>(clock, entropy);
    }
    Deadline soon() const { return clock.after(5s); }
    Rpc& rpc_port() { return options.rpc ? options.rpc(rpc) : rpc; }
    EventLog& events_port();

    asio::io_context io; // first: what refers to it dies earlier
    memory::ManualClock clock;
    memory::SeededEntropy entropy;
    std::string directory;
    std::unique_ptr<sqlite::SqliteDatabase> database;
    std::unique_ptr<sql::SqlAccounts> accounts;
    std::unique_ptr<sql::SqlSessions> sessions;
    std::unique_ptr<sql::SqlLedger> ledger;
    std::unique_ptr<sql::SqlDecks> decks;
    std::unique_ptr<sql::SqlMatches> matches;
    std::unique_ptr<sql::SqlChatStore> chat_store;
    crypto::AesSealer sealer{crypto::AesKey{7}, entropy};
    std::unique_ptr<sql::SqlPlayerKeys> keys;
    std::unique_ptr<sql::SqlPersonalData> personal;
    std::unique_ptr<sql::SqlSocial> social;
    std::unique_ptr<sql::SqlGroups> groups;
    std::unique_ptr<sql::SqlReports> reports;
    std::unique_ptr<sql::SqlFarms> farms;
    std::unique_ptr<sql::SqlMarket> market;
    std::unique_ptr<sql::SqlCrafting> crafting;
    game::rating::Ladder ladder = small_leagues();
    // The small farm, market and leagues; cards and recipes of config/game; no quests.
    FixedContents contents;
    std::unique_ptr<sql::SqlSeasons> seasons;
    std::unique_ptr<sql::SqlTournaments> tournaments;
    std::unique_ptr<sql::SqlLeases> leases;
    std::unique_ptr<sql::SqlEventLog> events;
    local::LocalRpc rpc;
    memory::MemoryPresence presence;
    memory::MemoryResumeBuffers resumes;
    memory::MemoryRateLimit limits;
    telemetry::Metrics metrics;
    telemetry::Spans spans;
    TaskGroup tasks;
    std::unique_ptr<WaitingAllocator> allocator;
    std::unique_ptr<Allocator> homes; // of the instances, where some run
    PlainVerifier verifier;
    std::unique_ptr<instance::FarmDesk> farm_desk; // of "instance-0", like the next two
    std::unique_ptr<instance::MarketDesk> market_desk;
    std::unique_ptr<instance::CraftDesk> craft_desk;
    WorldOptions options;

    std::vector<std::unique_ptr<memory::MemoryLink>> links;
    std::vector<std::unique_ptr<connsrv::Connsrv>> connsrvs;
    std::vector<std::unique_ptr<match::MatchDaemon>> match_daemons;
    std::vector<std::unique_ptr<chat::Chat>> chats;
    struct Seated { // an instance and its listener
        memory::MemoryLink* link{};
        std::unique_ptr<instance::Instance> daemon;
    };
    std::map<int, Seated> instances; // those that run, by slot

private:
    void launch(Daemon& daemon);
    void serve_desks();
    void poll();
    PlayerKeys& keys_port() { return options.keys_port ? options.keys_port(*keys) : *keys; }
    Matches& matches_port();
    Tournaments& tournaments_port()
    {
        return options.tournaments_port ? options.tournaments_port(*tournaments) : *tournaments;
    }
    struct Running;
    std::vector<std::shared_ptr<Running>> running_;
    std::vector<std::unique_ptr<Daemon>> killed_, added_;
    void freeze(const Daemon& daemon);
};

} // namespace harvest::test
