#include "common/ports/records/battle_record.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

// Every logged command verified by the record, as people would.
void check_record(World& world, const MatchId& match)
{
    const Match stored = world.stored(match);
    REQUIRE(stored.state == MatchState::ended);
    const auto log = world.get(world.stores->matches.battle_log(match, world.soon())).value();
    const Result<battle::BattleRecord> record = battle_record(stored, log, *content());
    REQUIRE(record);
    const battle::Verdict verdict = battle::replay(*record, *content());
    INFO(verdict.path);
    CHECK(verdict.kind == battle::VerdictKind::verified);
    CHECK(static_cast<std::int64_t>(record->moves.size()) == stored.result->commands);
}

std::size_t logged(World& world, const MatchId& match)
{
    const auto log = world.get(world.stores->matches.battle_log(match, world.soon())).value();
    return read_battle_log(log).value().moves.size();
}

} // namespace

TEST_CASE("T14: a killed instance's match goes on from its log, and clients resume", "[instance]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 14);
    world.pass(200ms); // all of it is on disk
    for (auto& client : clients) client->read();
    const std::size_t on_disk = logged(world, match.id);
    REQUIRE(on_disk == static_cast<std::size_t>(clients[0]->command));
    const battle::SeatView before = *clients[0]->view;

    SECTION("with everything logged nothing is lost")
    {
        world.freeze(first);
    }
    SECTION("an unlogged tail is rewound at both seats")
    {
        const std::int64_t stood = clients[0]->command;
        while (clients[0]->command == stood) {
            (void)(clients[0]->act() || clients[1]->act());
            for (auto& client : clients) client->read();
        }
        world.freeze(first);
        CHECK(logged(world, match.id) == on_disk);
    }

    const std::int64_t seen = clients[0]->command;
    Running& second = world.start();
    if (GENERATE(false, true)) { // the content has changed meanwhile: the match keeps its rules
        battle::Rules rules = content()->rules();
        rules.health += 6;
        const auto other = std::make_shared<const battle::Content>(
            battle::Content::finish("other", rules, content()->cards(), content()->farmers(), {}));
        world.contents.set({other, world.farm, world.economy, world.recipes, nullptr, nullptr});
    }
    const Millis asked = world.clock.monotonic();
    REQUIRE(world.host(match.id));
    CHECK(world.clock.monotonic() - asked <= 3s);
    for (auto& client : clients) {
        client->link = second.link;
        client->join(client->last_seq);
        REQUIRE(client->joined);
        CHECK_FALSE(client->joined->resumed);
        CHECK(client->joined->command == static_cast<std::int64_t>(on_disk));
        CHECK(client->joined->commitment == clients[0]->joined->commitment);
        CHECK((client->rewound >= 0) == (seen > static_cast<std::int64_t>(on_disk)));
        client->command = *client->joined->command;
    }
    // The same cards, the same handles: a re-simulation, not a new deal.
    CHECK(clients[0]->view == before);

    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    check_record(world, match.id);
    CHECK(logged(world, match.id) == static_cast<std::size_t>(world.stored(match.id).result->commands));
}

TEST_CASE("T14: a restarted instance takes its matches up again by itself, old tickets included", "[instance]")
{
    World world;
    Running& first = world.start();
    std::vector<Match> matches;
    std::vector<std::array<std::unique_ptr<Client>, 2>> seats;
    for (int i = 0; i < 5; ++i) {
        matches.push_back(world.make_match("casual"));
        seats.push_back(begin(world, first, matches.back()));
        play(world, *seats.back()[0], *seats.back()[1], 6);
    }
    const std::string ticket = world.ticket(matches[2], 1);
    world.pass(200ms);
    world.freeze(first);
    Running& second = world.start();
    world.pass(100ms);
    CHECK(second.daemon->load().at("matches") == 5);
    Client& back = *seats[2][0];
    back.link = second.link;
    back.join_with(ticket, back.last_seq);
    REQUIRE(back.joined);
    CHECK(back.joined->command >= 6);
}

TEST_CASE("T14: an instance killed before the deal keeps its commitment, and nonces that are fixed stay", "[instance]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("casual");
    REQUIRE(world.host(match.id));
    Client one(world, *first.link, match, 1), two(world, *first.link, match, 2);
    one.join();
    two.join();
    world.pass(5ms);
    two.read();
    REQUIRE(two.joined);
    const std::string commitment = two.joined->commitment;
    CHECK(commitment == world.stored(match.id).commitment);
    CHECK(world.stored(match.id).server_seed.empty());
    world.freeze(first);

    Running& second = world.start();
    REQUIRE(world.host(match.id));
    one.link = two.link = second.link;
    one.join();
    two.join();
    world.pass(5ms);
    one.read();
    two.read();
    REQUIRE(two.joined);
    CHECK(two.joined->phase == "nonces");
    CHECK(two.joined->commitment == commitment);
    one.send_nonce();
    two.send_nonce();
    play(world, one, two);
    REQUIRE(two.end);
    check_record(world, match.id);
}

TEST_CASE("T14: a match that ended but was not settled is settled by the next owner", "[instance]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("ranked");
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 10);
    clients[0]->ask("battle.concede", "{}");
    // The log is written, and the daemon dies before the settlement.
    for (int i = 0; i < 200 && logged(world, match.id) < 11; ++i) {
        world.clock.advance(1ms);
        first.loop.io().restart();
        first.loop.io().poll_one();
    }
    world.freeze(first);
    const MatchState state = world.stored(match.id).state;
    Running& second = world.start();
    if (state == MatchState::playing) {
        REQUIRE(world.host(match.id));
        clients[1]->link = second.link;
        clients[1]->join();
    }
    world.pass(500ms);
    CHECK(world.stored(match.id).state == MatchState::ended);
    CHECK(world.get(world.stores->matches.rating(match.seats[1].player, "ranked", world.soon()))->wins == 1);
    check_record(world, match.id);
}

TEST_CASE("T11: an owner paused past its lease writes nothing, and its clients are sent away", "[instance]")
{
    World world;
    Running& stale = world.start("instance-0");
    const Match match = world.make_match("ranked");
    auto clients = begin(world, stale, match);
    play(world, *clients[0], *clients[1], 8);
    world.pass(200ms);
    for (auto& client : clients) client->read();
    // Commands that the paused owner has taken, but not logged.
    const std::int64_t stood = clients[0]->command;
    while (clients[0]->command == stood) {
        (void)(clients[0]->act() || clients[1]->act());
        for (auto& client : clients) client->read();
    }
    world.freeze(stale);

    Running& heir = world.start("instance-1");
    CHECK(world.host(match.id, "instance-1").error() == Errc::conflict); // the lease still runs
    world.pass(16s);
    REQUIRE(world.host(match.id, "instance-1"));
    const std::int64_t epoch = world.stored(match.id).epoch;
    std::array<std::unique_ptr<Client>, 2> moved;
    for (int seat = 1; seat <= 2; ++seat) {
        auto& client = moved[static_cast<std::size_t>(seat - 1)];
        client = std::make_unique<Client>(world, *heir.link, match, seat);
        client->join({}, "instance-1");
        REQUIRE(client->joined);
        client->command = *client->joined->command;
    }
    play(world, *moved[0], *moved[1], clients[0]->command + 6);

    world.thaw(stale);
    for (int i = 0; i < 1'000; ++i) {
        clients[0]->ask("battle.concede", "{}");
        clients[1]->ask("battle.concede", "{}");
        if (i % 100 == 0) world.pass(30ms);
    }
    world.pass(6s);
    for (auto& client : clients) {
        client->read();
        CHECK(client->ops.back() == "battle.moved");
        CHECK_FALSE(stale.link->peers[client->id].open);
        CHECK(stale.link->peers[client->id].reason == CloseReason::going_away);
    }
    CHECK(world.stored(match.id).state == MatchState::playing);
    CHECK(world.stored(match.id).epoch == epoch);
    CHECK(stale.daemon->load().at("matches") == 0);

    play(world, *moved[0], *moved[1]);
    REQUIRE(moved[0]->end);
    check_record(world, match.id);
    CHECK(world.stored(match.id).result->commands > clients[0]->command);
}

TEST_CASE("T12: hosting the same match again, or at once, gives one table and one epoch", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    int answers = 0;
    for (int i = 0; i < 20; ++i)
        world.loop.spawn([&world, &answers, id = match.id]() -> Task<void> {
            RpcRequest request;
            request.daemon = "instance";
            request.method = "host";
            request.body = "{\"match\":\"" + id.value + "\"}";
            request.by = world.clock.after(5s);
            const Result<std::string> answer = co_await world.rpc.call(request);
            if (answer) ++answers;
        });
    world.pass(1s);
    CHECK(answers == 20);
    CHECK(world.stored(match.id).epoch == 1);
    CHECK(instance.daemon->load().at("matches") == 1);
}

TEST_CASE("a match of unknown rules or with a damaged log is not played", "[instance]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 6);
    world.pass(200ms);
    world.freeze(first);
    auto damage = [](sql::Connection& connection) -> Result<void> {
        const auto done =
            connection.execute("UPDATE battle_chunks SET data = replace(data, '\"hash\":\"', '\"hash\":\"f')");
        if (!done) return done.error();
        return {};
    };
    sql::Job job = damage;
    REQUIRE(world.get(world.stores->database->write(job, world.soon())));
    world.start();
    CHECK_FALSE(world.host(match.id));
    CHECK(world.stored(match.id).state == MatchState::aborted);
}

TEST_CASE("a match whose chance is sealed under another installation's key is left to those who have it", "[instance]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 6);
    world.pass(200ms);
    world.freeze(first);
    const auto rename = [&](const char* from, const char* to) {
        std::string sql =
            std::string("UPDATE matches SET sealed_seed = replace(sealed_seed, '") + from + "', '" + to + "')";
        sql::Job job = [sql](sql::Connection& connection) -> Result<void> {
            const auto done = connection.execute(sql);
            if (!done) return done.error();
            return {};
        };
        REQUIRE(world.get(world.stores->database->write(job, world.soon())));
    };
    const std::string ours = world.sealer.key_id() + ".";
    REQUIRE(world.stored(match.id).sealed_seed.starts_with(ours));
    rename(ours.c_str(), "0badc0de.");
    Running& second = world.start();
    world.pass(10s);
    CHECK(world.host(match.id).error() == Errc::failed_precondition);
    CHECK(world.stored(match.id).state == MatchState::playing);
    CHECK(world.stored(match.id).instance == "instance-0");
    rename("0badc0de.", ours.c_str());
    CHECK(world.host(match.id));
    clients[0]->link = clients[1]->link = second.link;
    for (auto& client : clients) client->join();
    CHECK(clients[0]->joined->command >= 6);
}

TEST_CASE("a drain lets matches end, and the next daemon finds the rest", "[instance]")
{
    World world;
    Config config = World::quick();
    Running& first = world.start("instance-0", config);
    const Match match = world.make_match("casual");
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 5);
    first.daemon->stop();
    CHECK_FALSE(first.daemon->ready());
    world.settle_down();
    CHECK(world.host(match.id).error() == Errc::unavailable);
    world.stop(first);
    Running& second = world.start();
    REQUIRE(world.host(match.id));
    clients[0]->link = clients[1]->link = second.link;
    for (auto& client : clients) client->join();
    CHECK(clients[0]->joined->command >= 5);
    play(world, *clients[0], *clients[1]);
    CHECK(clients[0]->end);
}
