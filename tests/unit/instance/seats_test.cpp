#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

// The last chunk of the log, once all is written.
std::string last_logged(World& world, const Match& match)
{
    world.pass(100ms);
    const auto log = world.get(world.stores->matches.battle_log(match.id, world.soon())).value();
    return log.empty() ? std::string() : log.back().data;
}

} // namespace

TEST_CASE("T28: after a drop the missed updates come again, none lost and none twice", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    for (int round = 0; round < 8; ++round) {
        Client& gone = *clients[static_cast<std::size_t>(round % 2)];
        Client& other = *clients[static_cast<std::size_t>(1 - round % 2)];
        play(world, *clients[0], *clients[1], std::max(clients[0]->command, clients[1]->command) + 3);
        if (clients[0]->end) break;
        gone.read();
        gone.drop();
        while (other.act()) world.pass(5ms);
        other.read();
        CHECK(std::find(other.ops.begin(), other.ops.end(), "battle.opponent") != other.ops.end());
        world.pass(1s);
        gone.join(gone.last_seq);
        REQUIRE(gone.joined);
        CHECK(gone.joined->resumed);
        CHECK(gone.last_seq == gone.joined->last_seq);
        CHECK(gone.command == other.command);
    }
    play(world, *clients[0], *clients[1]);
    for (auto& client : clients) {
        REQUIRE(client->end);
        for (std::size_t i = 1; i < client->seqs.size(); ++i) CHECK(client->seqs[i] == client->seqs[i - 1] + 1);
        CHECK(client->seqs.size() == static_cast<std::size_t>(client->end->commands) + 2); // the deal and the end
    }
}

TEST_CASE("T28: a wrong ticket never disturbs the seat, and a late close of the old link keeps the new one",
          "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    const Match elsewhere = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    Client& sits = active(clients);

    const std::string own = world.ticket(match, sits.seat);
    std::string forged = own;
    forged[forged.size() - 8] = forged[forged.size() - 8] == 'A' ? 'B' : 'A';
    Match foreign = match;
    foreign.seats[static_cast<std::size_t>(sits.seat - 1)].player = new_id<PlayerId>(world.clock, world.entropy);
    const std::string expired = world.ticket(match, sits.seat, "instance-0", 1s);
    world.pass(90s); // a minute of skew is forgiven; still within turn and bank
    const std::vector<std::pair<std::string, std::string>> bad{
        {"", "unauthenticated"},
        {"x.y.z", "unauthenticated"},
        {forged, "unauthenticated"},
        {expired, "unauthenticated"},
        {world.ticket(match, sits.seat, "instance-9"), "unauthenticated"},
        {world.ticket(foreign, sits.seat), "unauthenticated"},
        {world.ticket(elsewhere, 1), "battle.not_here"},
    };
    for (const auto& [ticket, code] : bad) {
        Client stranger(world, *instance.link, match, sits.seat);
        stranger.join_with(ticket);
        INFO(ticket);
        CHECK(stranger.error_of(1) == code);
        CHECK_FALSE(stranger.joined);
        CHECK_FALSE(instance.link->peers[stranger.id].known);
        CHECK(instance.link->peers[sits.id].open);
    }
    // A newer link with a right ticket takes the seat; the old one is closed, and its late close changes nothing.
    const LinkId old = sits.id;
    sits.join(sits.last_seq);
    REQUIRE(sits.joined);
    CHECK(instance.link->peers[sits.id].known);
    CHECK(sits.joined->resumed);
    CHECK_FALSE(instance.link->peers[old].open);
    CHECK(instance.link->peers[old].reason == CloseReason::replaced);
    world.pass(10ms);
    waiting(clients).read();
    CHECK(sits.act());
    world.pass(10ms);
    sits.read();
    CHECK(sits.error_of(sits.next_id - 1).empty());
}

TEST_CASE("T28: what cannot be resumed is a typed error, and a plain join starts from the view", "[instance]")
{
    World world;
    Config config = World::quick();
    config.resume_messages = 4;
    Running& instance = world.start("instance-0", config);
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Client& one = *clients[0];
    const std::int64_t early = one.last_seq;
    play(world, one, *clients[1], 20);
    one.read();
    one.drop();
    one.id = instance.link->open();
    const protocol::JoinRequest request{world.ticket(match, 1), early, std::nullopt};
    one.ask("battle.resume", protocol::encode(request));
    const auto& sent = instance.link->peers[one.id].sent;
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].find("battle.cannot_resume") != std::string::npos);
    one.join(early);
    REQUIRE(one.joined);
    CHECK_FALSE(one.joined->resumed);
    CHECK(one.joined->view.has_value());
    one.join(one.joined->last_seq + 1'000);
    CHECK_FALSE(one.joined->resumed);
    one.read();
    one.drop();
    one.id = instance.link->open();
    const protocol::JoinRequest known{world.ticket(match, 1), one.last_seq, std::nullopt};
    one.ask("battle.resume", protocol::encode(known));
    const auto& again = instance.link->peers[one.id].sent;
    REQUIRE_FALSE(again.empty());
    CHECK(again[0].find("\"resumed\":true") != std::string::npos);
}

TEST_CASE("T28: who comes back after the end is told how it ended, until the table is cleared", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1], 9);
    clients[1]->read();
    const std::int64_t last = clients[1]->last_seq;
    clients[1]->drop();
    clients[0]->ask("battle.concede", "{}");
    world.pass(1s);
    clients[1]->join(last);
    CHECK(clients[1]->joined->resumed);
    REQUIRE(clients[1]->end);
    CHECK(clients[1]->end->reason == "conceded");
    clients[1]->end.reset();
    clients[1]->join();
    CHECK(clients[1]->joined->phase == "over");
    REQUIRE(clients[1]->end);
    CHECK(clients[1]->last_seq == clients[1]->joined->last_seq + 1);
    world.pass(16s);
    Client late(world, *instance.link, match, 2);
    late.join();
    CHECK(late.error_of(1) == "battle.not_here");
}

TEST_CASE("a request asked again gets its first answer and no second effect", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    Client& one = active(clients);
    const std::string request = R"({"op":"battle.end_turn","id":900,"data":{}})";
    const std::string keyed = R"({"op":"battle.end_turn","id":901,"key":"k1","data":{}})";
    instance.link->say(one.id, request);
    instance.link->say(one.id, request);
    world.pass(10ms);
    const auto sent = instance.link->peers[one.id].sent;
    CHECK(std::count(sent.begin(), sent.end(), sent.back()) == 2);
    waiting(clients).read();
    one.read();
    CHECK(one.command == 3);

    // By its key it is known on a later link too; the id of that link is another.
    Client& two = *clients[static_cast<std::size_t>(one.seat == 1 ? 1 : 0)];
    instance.link->say(two.id, keyed);
    world.pass(5ms);
    two.drop();
    two.join(two.last_seq);
    instance.link->say(two.id, R"({"op":"battle.end_turn","id":7,"key":"k1","data":{}})");
    world.pass(5ms);
    two.read();
    REQUIRE(two.replies.contains(7));
    CHECK_FALSE(two.replies[7].error);
    CHECK(two.command == 4);
}

TEST_CASE("bad inputs: the game's own codes, and nothing changes", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Client& first = *clients[0];
    const auto refused = [&](Client& client, const std::string& op, const std::string& data) {
        const std::int64_t id = client.ask(op, data);
        world.pass(5ms);
        client.read();
        return client.error_of(id);
    };
    CHECK(refused(first, "battle.end_turn", "{}") == "battle.wrong_phase");
    CHECK(refused(first, "battle.nonce", R"({"nonce":")" + std::string(64, '1') + "\"}") == "battle.nonces_fixed");
    CHECK(refused(first, "battle.mulligan", R"({"cards":[4294967295]})") == "battle.no_such_card");
    keep_hands(world, clients);
    CHECK(refused(first, "battle.mulligan", R"({"cards":[]})") == "battle.wrong_phase");

    const std::string before = last_logged(world, match);
    Client& now = active(clients);
    Client& later = waiting(clients);
    const std::string own_card = std::to_string(later.view->hand.at(0).handle);
    const std::string foreign_card = std::to_string(now.view->hand.at(0).handle);
    CHECK(refused(later, "battle.end_turn", "{}") == "battle.not_your_turn");
    CHECK(refused(later, "battle.play", "{\"card\":" + own_card + "}") == "battle.not_your_turn");
    CHECK_FALSE(refused(now, "battle.play", "{\"card\":99}").empty());
    CHECK(refused(now, "battle.play", R"({"card":1})") == "battle.no_such_card");
    CHECK(refused(now, "battle.attack", "{\"attacker\":" + foreign_card + ",\"target\":1}") == "battle.no_such_card");
    CHECK(refused(now, "battle.play", "{\"card\":-1}") == "invalid_argument");
    CHECK(refused(now, "battle.play", "{\"card\":4294967296}") == "invalid_argument");
    CHECK(refused(now, "battle.play", "{\"card\":1,\"seat\":2}") == "invalid_argument");
    CHECK(refused(now, "battle.power", R"({"choice":"none"})") != "");
    CHECK(refused(now, "battle.power", R"({"choice":"steal"})") == "invalid_argument");
    CHECK(refused(now, "battle.emote", R"({"emote":"<b>"})") == "invalid_argument");
    CHECK(refused(now, "battle.join", R"({"ticket":"x"})") == "battle.already_joined");
    CHECK(last_logged(world, match) == before);
    CHECK(now.view->turn == 1);

    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    CHECK(refused(first, "battle.end_turn", "{}") == "battle.wrong_phase");
    CHECK(refused(first, "battle.concede", "{}") == "battle.wrong_phase");
    world.pass(20s);
    CHECK(instance.daemon->load().at("links") == 0);
}

TEST_CASE("bad inputs: bad messages are counted, then the link is closed; the match goes on", "[instance]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    const LinkId stranger = instance.link->open();
    const std::vector<std::string> bad{"",
                                       "{",
                                       "[]",
                                       "{\"op\":1}",
                                       R"({"op":"battle.fly"})",
                                       "\xff\xfe",
                                       R"({"op":"battle.play","id":1})",
                                       R"({"op":"x","op":"y"})",
                                       std::string(10'000, '['),
                                       R"({"op":"session.hello","id":3})"};
    for (const std::string& text : bad) instance.link->say(stranger, text);
    world.settle_down();
    CHECK(instance.link->peers[stranger].sent.size() == bad.size());
    for (const std::string& text : instance.link->peers[stranger].sent)
        CHECK(text.find("\"error\"") != std::string::npos);
    CHECK_FALSE(instance.link->peers[stranger].open);
    CHECK(instance.link->peers[stranger].reason == CloseReason::policy);

    const LinkId silent = instance.link->open();
    world.pass(4s);
    CHECK(instance.link->peers[silent].open);
    world.pass(1200ms);
    CHECK_FALSE(instance.link->peers[silent].open);
    CHECK(active(clients).act());
}

TEST_CASE("bad inputs: a thousand actions at once are limited, a seat of its own", "[instance]")
{
    World world;
    Running& instance = world.start("instance-0", Config{});
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    Client& loud = waiting(clients);
    for (int i = 0; i < 1'000; ++i) loud.ask("battle.end_turn", "{}");
    world.settle_down();
    loud.read();
    std::map<std::string, int> codes;
    for (const auto& [id, reply] : loud.replies)
        if (reply.error) ++codes[reply.error->code];
    CHECK(codes["battle.not_your_turn"] <= 61);
    CHECK(codes["resource_exhausted"] == 160); // sixteen of them are one bad message, ten of which end the link
    CHECK_FALSE(instance.link->peers[loud.id].open);
    CHECK(active(clients).act());
    world.pass(5ms);
    Client& quiet = active(clients);
    quiet.read();
    CHECK(quiet.error_of(quiet.next_id - 1).empty());
}

TEST_CASE("Each battle op has a limit of its own, a seat; who goes on over it loses the link", "[instance]")
{
    World world;
    Config config = World::quick();
    config.command_burst = 3;
    config.command_interval = 1h;
    config.faults = 2;
    Running& instance = world.start("instance-0", config);
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Client& eager = *clients[0];
    const auto say = [&](Client& client, const std::string& op) {
        const std::int64_t id = client.ask(op, "{}");
        world.settle_down();
        client.read();
        return client.error_of(id);
    };
    for (int i = 0; i < 3; ++i) CHECK(say(eager, "battle.state").empty());
    CHECK(say(eager, "battle.state") == "resource_exhausted");
    CHECK(say(eager, "battle.end_turn") != "resource_exhausted"); // a bucket of its own
    CHECK(say(*clients[1], "battle.state").empty());              // and so has the other seat

    eager.drop();
    eager.join(eager.last_seq);
    REQUIRE(eager.joined);
    int refused = 0; // a new link brings new patience, and the seat's old buckets
    while (instance.link->peers[eager.id].open && refused < 100) {
        CHECK(say(eager, "battle.state") == "resource_exhausted");
        ++refused;
    }
    CHECK(refused == 32); // sixteen count as one bad message
    CHECK(instance.link->peers[eager.id].reason == CloseReason::policy);
    CHECK(instance.link->peers[clients[1]->id].open);
}

TEST_CASE("An emote reaches both seats, is limited a seat of its own, and is not sent again", "[instance]")
{
    World world;
    const Config config;
    Running& instance = world.start("instance-0", config);
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Client& loud = *clients[0];
    Client& other = *clients[1];
    const auto heard = [](Client& client) {
        client.read();
        return std::count(client.ops.begin(), client.ops.end(), "battle.emote");
    };
    const auto say = [&](Client& client, const std::string& emote) {
        const protocol::EmoteRequest request{emote};
        const std::int64_t id = client.ask("battle.emote", protocol::encode(request));
        world.settle_down();
        client.read();
        return client.error_of(id);
    };
    const std::int64_t last_seq = other.last_seq;
    CHECK(say(loud, "well_played").empty());
    CHECK(heard(other) == 1);
    CHECK(heard(loud) == 1);
    CHECK(instance.link->peers[other.id].sent.back().find(R"("data":{"seat":1,"emote":"well_played"})") !=
          std::string::npos);
    CHECK(other.last_seq == last_seq);

    for (std::int64_t i = 1; i < config.emote_burst; ++i) CHECK(say(loud, "hurry").empty());
    CHECK(say(loud, "hurry") == "resource_exhausted");
    CHECK(heard(other) == config.emote_burst);
    CHECK(say(other, "oops").empty());
    world.pass(config.emote_interval);
    CHECK(say(loud, "thanks").empty());
    CHECK(say(loud, "thanks") == "resource_exhausted");
    CHECK(heard(other) == config.emote_burst + 2);

    other.drop();
    CHECK(heard(loud) == config.emote_burst + 2);
    world.pass(2 * config.emote_interval);
    CHECK(say(loud, "wow").empty());
    other.ops.clear();
    other.join(other.last_seq);
    REQUIRE(other.joined);
    CHECK(heard(other) == 0);
}

TEST_CASE("who has not come to the table is told again where it is, until there", "[instance]")
{
    World world;
    std::vector<std::string> calls;
    world.rpc.serve("match", "match-0", world.loop.executor(),
                    [&calls](RpcRequest request) -> AsyncResult<std::string> {
                        calls.push_back(request.method + " " + request.body);
                        co_return std::string("{}");
                    });
    Config config = World::quick();
    config.gather = 60s;
    Running& instance = world.start("instance-0", config);
    const Match match = world.make_match("ranked");
    REQUIRE(world.host(match.id));
    Client one(world, *instance.link, match, 1), two(world, *instance.link, match, 2);
    world.pass(2s);
    CHECK(calls.empty()); // match.found has its time
    one.join();
    world.pass(5s);
    const std::string call = "absent {\"match\":\"" + match.id.value + "\",\"seats\":[2]}";
    CHECK(calls == std::vector<std::string>{call, call});
    two.join();
    one.drop(); // who was here once knows the way
    world.pass(10s);
    CHECK(calls.size() == 2);
}
