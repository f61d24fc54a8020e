// Everything an instance needs, on one thread under a manual clock: real SQLite stores in a temporary directory, real
// tickets, and listeners whose peers are the test.
#pragma once

#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/crypto/es256_signer.hpp"
#include "common/adapters/crypto/jwt_verifier.hpp"
#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "daemons/instance/instance.hpp"
#include "tests/contract/support/stores.hpp"
#include "tests/support/fixed_contents.hpp"
#include "tests/support/small_market.hpp"
#include "tests/support/small_recipes.hpp"
#include "tests/unit/instance/faulty_matches.hpp"
#include "tests/unit/instance/recording_link.hpp"

namespace harvest::instance::test {

using harvest::test::Loop;

const std::shared_ptr<const battle::Content>& content();
battle::Seed client_nonce(SeatIndex seat);

// One running daemon on a loop of its own. Frozen, nothing of it runs any more: a killed process, or a paused one.
struct Running {
    Loop loop;
    std::unique_ptr<Instance> daemon;
    RecordingLink* link{};
    bool ended{}, frozen{};
};

class World {
public:
    explicit World(std::uint64_t seed = 7);
    ~World();

    Running& start(const std::string& id = "instance-0", Config config = quick());
    void stop(Running& each);
    void freeze(Running& each) { each.frozen = true; }
    void thaw(Running& each);

    // Made and ready to be hosted; `bot` empty for a person.
    Match make_match(const std::string& mode = "ranked", std::array<std::string, 2> bots = {},
                     const std::function<void(Match&)>& change = {});
    Result<std::string> host(const MatchId& match, const std::string& id = "instance-0");
    std::string ticket(const Match& match, int seat, const std::string& id = "instance-0", Millis life = 600s);

    void settle_down();       // all that is ready runs
    void pass(Millis length); // time passes, every sleeper in its turn

    template <class T>
    Result<T> get(AsyncResult<T> call)
    {
        std::optional<Result<T>> outcome;
        auto waiting = std::make_shared<AsyncResult<T>>(std::move(call));
        loop.spawn([&outcome, waiting]() -> Task<void> { outcome.emplace(co_await std::move(*waiting)); });
        for (int i = 0; i < 10'000 && !outcome; ++i) {
            settle_down();
            if (!outcome) pass(1ms);
        }
        return outcome ? std::move(*outcome) : Result<T>(Errc::timed_out);
    }
    Match stored(const MatchId& match) { return get(stores->matches.get(match, soon())).value(); }
    Deadline soon() const { return clock.after(60s); }
    static Config quick();

    harvest::test::TempDir dir;
    memory::ManualClock clock;
    memory::SeededEntropy entropy;
    Loop loop;
    std::unique_ptr<harvest::test::OpenStores> stores;
    std::unique_ptr<FaultyMatches> matches; // what the daemons are given
    std::shared_ptr<const game::farm::Content> farm =
        std::make_shared<const game::farm::Content>(harvest::test::small_farm());
    std::shared_ptr<const game::economy::Content> economy = harvest::test::shared_market();
    std::shared_ptr<const game::crafting::Content> recipes =
        std::make_shared<const game::crafting::Content>(harvest::test::small_recipes());
    harvest::test::FixedContents contents{{content(), farm, economy, recipes, nullptr, nullptr}};
    local::LocalRpc rpc;
    memory::MemoryPresence presence;
    memory::MemoryRateLimit limits;
    telemetry::Metrics metrics;
    // Before start().
    void trace_all() { spans = std::make_unique<telemetry::Spans>(true, 1, 10'000); }
    std::unique_ptr<telemetry::Spans> spans = std::make_unique<telemetry::Spans>(); // none wanted
    crypto::AesSealer sealer;
    std::unique_ptr<crypto::Es256Signer> signer;
    crypto::JwtVerifier verifier;
    std::vector<std::unique_ptr<Running>> daemons;
};

// A client on one seat: follows its own view, keeps every byte it was sent.
class Client {
public:
    Client(World& world, RecordingLink& link, Match match, int seat);

    // Opens a link and joins; with `last_seq` it asks to resume.
    void join(std::optional<std::int64_t> last_seq = {}, const std::string& instance = "instance-0");
    void join_with(const std::string& ticket, std::optional<std::int64_t> last_seq = {});
    void send_nonce();
    std::int64_t ask(const std::string& op, const std::string& data, const std::string& key = {});
    void read(); // takes in what has come
    // One command of `level` if it is to act.
    bool act(battle::bots::Level level = battle::bots::Level::greedy);
    void drop();
    std::string error_of(std::int64_t request) const; // code, empty if none came
    bool answered(std::int64_t request) const { return replies.contains(request); }

    World& world;
    RecordingLink* link;
    Match match;
    int seat; // 1 or 2
    LinkId id{};
    std::int64_t next_id{1}, last_seq{}, command{}, rewound{-1};
    std::optional<protocol::JoinReply> joined;
    std::optional<battle::SeatView> view;
    std::optional<protocol::BattleEnd> end;
    std::map<std::int64_t, protocol::ServerMessage> replies;
    std::vector<std::int64_t> seqs;
    std::vector<std::string> ops, bytes;
    std::uint64_t step{};

private:
    std::size_t taken_{};
};

// Both play until the match has ended, `until` commands have been played, or nothing moves any more.
void play(World& world, Client& one, Client& two, std::int64_t until = 1'000'000);
// Hosted, joined, nonces sent, dealt.
using Clients = std::array<std::unique_ptr<Client>, 2>;
Clients begin(World& world, Running& running, const Match& match);
// Both keep their hands, so that the match is in its playing phase.
void keep_hands(World& world, Clients& clients);
Client& active(Clients& clients);
Client& waiting(Clients& clients);

// A player, and what the gateway asks of an instance for them.
inline const PlayerId ada{"p_01JDC8Z5K7QMBW2X9T4R6V0HNE"};
RpcRequest call_of(World& world, const std::string& instance, const std::string& method, const std::string& request,
                   const std::string& key);
Result<std::string> ask(World& world, const std::string& instance, const std::string& method,
                        const std::string& request, const std::string& key);

} // namespace harvest::instance::test
