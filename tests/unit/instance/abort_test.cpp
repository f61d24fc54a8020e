// A match that cannot be played on: it is over for its players, and nobody is sent elsewhere.
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/session.hpp"
#include "tests/unit/instance/world.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;
using Fault = FaultyMatches::Fault;

namespace {

// What the connection server is given for the two players of a match.
class Pushes {
public:
    Pushes(World& world, const Match& match) : world_(world)
    {
        world_.rpc.serve("connsrv", "connsrv-0", world_.loop.executor(),
                         [this](RpcRequest request) -> AsyncResult<std::string> {
                             told.push_back(protocol::decode<protocol::PushRequest>(request.body).value());
                             co_return std::string("{}");
                         });
        for (const MatchSeat& seat : match.seats) {
            PlayerPresence here{seat.player, SessionId{"s_" + seat.name}, "connsrv-0", "desktop", "online"};
            REQUIRE(world_.get(world_.presence.put(here, 2h, world_.soon())));
        }
    }
    ~Pushes() { world_.rpc.withdraw("connsrv", "connsrv-0"); }
    Pushes(const Pushes&) = delete;
    Pushes& operator=(const Pushes&) = delete;

    // Once to each of the two, and nothing else.
    void check_aborted(const Match& match, const std::string& reason = "log_damaged") const
    {
        REQUIRE(told.size() == 2);
        for (std::size_t i : {0U, 1U}) {
            CHECK(told[i].op == "match.aborted");
            CHECK(told[i].player == match.seats[i].player);
            const auto aborted = protocol::decode<protocol::MatchAborted>(told[i].data.text);
            REQUIRE(aborted);
            CHECK(aborted->match == match.id);
            CHECK(aborted->reason == reason);
        }
    }
    std::vector<protocol::PushRequest> told;

private:
    World& world_;
};

void bad_deck(Match& match)
{
    match.seats[0].cards = {"no_such_card"};
}

std::string fence_rejects(World& world)
{
    const std::string text = world.metrics.exposition();
    const std::size_t at = text.find("harvest_instance_fence_rejects_total{");
    return text.substr(at, text.find('\n', at) - at);
}

} // namespace

TEST_CASE("A match whose deck no longer builds is aborted and told so once, and is not said to go on elsewhere",
          "[instance]")
{
    for (const Fault fault : {Fault::none, Fault::unheard, Fault::lost}) {
        World world;
        Running& instance = world.start();
        const Match match = world.make_match("casual", {}, bad_deck);
        Pushes pushes(world, match);
        world.matches->faults["abort"] = {fault};
        REQUIRE(world.host(match.id));
        Client one(world, *instance.link, match, 1), two(world, *instance.link, match, 2);
        one.join();
        two.join();
        world.pass(5ms);
        one.send_nonce();
        two.send_nonce();
        world.pass(3s);
        one.read();
        two.read();
        const bool on_disk = fault != Fault::lost;
        CHECK((world.stored(match.id).state == MatchState::aborted) == on_disk);
        for (const Client* client : {&one, &two}) {
            CHECK_FALSE(instance.link->peers[client->id].open);
            CHECK(std::count(client->ops.begin(), client->ops.end(), "battle.moved") == (on_disk ? 0 : 1));
        }
        CHECK(fence_rejects(world) ==
              std::string("harvest_instance_fence_rejects_total{slot=\"instance-0\"} ") + (on_disk ? "0" : "1"));
        if (!on_disk) { // whoever takes it up next says so
            CHECK(pushes.told.empty());
            CHECK_FALSE(world.host(match.id));
            world.pass(1s);
            CHECK(world.stored(match.id).state == MatchState::aborted);
        }
        pushes.check_aborted(match);
    }
}

TEST_CASE("The players of a match whose log is damaged are told that it was aborted", "[instance]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("casual");
    Pushes pushes(world, match);
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 6);
    world.pass(200ms);
    world.freeze(first);
    sql::Job job = [](sql::Connection& connection) -> Result<void> {
        const auto done =
            connection.execute("UPDATE battle_chunks SET data = replace(data, '\"hash\":\"', '\"hash\":\"f')");
        if (!done) return done.error();
        return {};
    };
    REQUIRE(world.get(world.stores->database->write(job, world.soon())));
    world.start();
    CHECK_FALSE(world.host(match.id));
    world.pass(1s);
    CHECK(world.stored(match.id).state == MatchState::aborted);
    pushes.check_aborted(match);
}

TEST_CASE("Players whose clients never reach the table are told that the match is not played", "[instance]")
{
    for (const Fault fault : {Fault::none, Fault::unheard, Fault::lost}) {
        World world;
        world.start();
        const Match match = world.make_match("casual");
        Pushes pushes(world, match);
        world.matches->faults["abort"] = {fault};
        REQUIRE(world.host(match.id));
        world.pass(40s);
        CHECK(world.stored(match.id).state == MatchState::aborted);
        std::erase_if(pushes.told, [](const protocol::PushRequest& push) { return push.op == "match.found"; });
        pushes.check_aborted(match, "nobody_came");
    }
}
