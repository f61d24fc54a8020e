#include "common/game/battle/deck.hpp"
#include "common/protocol/spectate.hpp"
#include "tests/unit/instance/world.hpp"

#include <set>

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;

namespace {

// A link in the gallery: what it was told, in order.
struct Watcher {
    Watcher(World& the_world, Running& running, const Match& match, bool judge = false, char who = 'A')
        : world(the_world),
          link(*running.link),
          id(link.open())
    {
        TicketClaims claims;
        claims.player = PlayerId{std::string("p_01JDC8Z5K7QMBW2X9T4R6V0HN") + who};
        claims.match = match.id;
        claims.judge = judge;
        claims.instance = "instance-0";
        claims.issued_at = world.clock.now();
        claims.expires_at = world.clock.now() + 60s;
        say("spectate.join", protocol::encode(protocol::SpectateRequest{world.signer->ticket(claims)}));
        world.settle_down();
        read();
    }
    void say(const std::string& op, const std::string& data)
    {
        link.say(id, protocol::encode_request(op, ++asked, data));
    }
    void read()
    {
        const std::vector<std::string>& sent = link.peers[id].sent;
        for (; taken < sent.size(); ++taken) {
            bytes.push_back(sent[taken]);
            const auto message = protocol::decode<protocol::ServerMessage>(sent[taken]);
            REQUIRE(message);
            if (message->error) error = message->error->code;
            if (message->re && message->data && !joined) {
                joined = protocol::decode<protocol::SpectateReply>(message->data->text).value();
                view = joined->view;
                command = joined->command;
            }
            if (!message->op) continue;
            ops.push_back(*message->op);
            if (*message->op == "spectate.update") {
                const auto update = protocol::decode<protocol::SpectateUpdate>(message->data->text).value();
                CHECK((view ? update.command > command : update.command == 0));
                command = update.command;
                view = update.view;
            }
            if (*message->op == "spectate.end")
                end = protocol::decode<protocol::SpectateEnd>(message->data->text).value();
        }
    }

    World& world;
    RecordingLink& link;
    LinkId id;
    std::int64_t asked{}, command{};
    std::size_t taken{};
    std::string error;
    std::vector<std::string> ops, bytes;
    std::optional<protocol::SpectateReply> joined;
    std::optional<battle::SpectatorView> view;
    std::optional<protocol::SpectateEnd> end;
};

// Both play until the end; after each command `look` sees the match as the seats do.
template <class Look>
void play_on(World& world, Clients& clients, const Look& look)
{
    for (int idle = 0; idle < 200 && !(clients[0]->end && clients[1]->end);) {
        for (auto& client : clients) client->read();
        const bool moved = clients[0]->act() || clients[1]->act();
        idle = moved ? 0 : idle + 1;
        world.pass(5ms);
        for (auto& client : clients) client->read();
        look();
    }
}

} // namespace

TEST_CASE("a spectator sees the match three turns late, and all of it in the end", "[instance][spectate]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Watcher watcher(world, instance, match);
    REQUIRE(watcher.joined);
    CHECK(watcher.joined->delay_turns == 3);
    CHECK(watcher.joined->commitment == clients[0]->joined->commitment);
    CHECK_FALSE(watcher.view);

    std::set<int> seen;
    play_on(world, clients, [&] {
        watcher.read();
        const battle::SeatView& now = *clients[0]->view;
        if (now.phase == battle::Phase::over) return;
        CHECK(watcher.view.has_value() == (now.turn >= 3));
        if (watcher.view) {
            CHECK(watcher.view->turn == now.turn - 3);
            seen.insert(watcher.view->turn);
        }
    });
    REQUIRE(clients[0]->end);
    watcher.read();
    CHECK(seen.size() > 3);
    REQUIRE(watcher.end);
    CHECK(watcher.view->phase == battle::Phase::over);
    CHECK(watcher.command == clients[0]->end->commands);
    CHECK(watcher.end->winner == clients[0]->end->winner);
    CHECK(watcher.end->server_seed == clients[0]->end->server_seed);
    CHECK(watcher.end->final_hash == clients[0]->end->final_hash);
    CHECK(std::ranges::count(watcher.ops, "spectate.end") == 1);
}

TEST_CASE("a judge sees each command as it falls; who comes late starts where the others are", "[instance][spectate]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Watcher judge(world, instance, match, true);
    REQUIRE(judge.view);
    Watcher early(world, instance, match, false, 'C');
    std::optional<Watcher> late;
    play_on(world, clients, [&] {
        judge.read();
        CHECK(judge.command == std::max(clients[0]->command, clients[1]->command));
        early.read();
        if (!late && clients[0]->view->turn == 6) {
            late.emplace(world, instance, match, false, 'B');
            CHECK(late->joined->view == early.view);
            CHECK(late->joined->command == early.command);
        }
    });
    REQUIRE(late);
    late->read();
    REQUIRE(late->end);
    CHECK(late->view == judge.view);
    // After the end, while the table lingers, the last word is told at once.
    Watcher after(world, instance, match);
    CHECK(after.end);
    CHECK(after.view == judge.view);
}

TEST_CASE("T16: nobody in the gallery is told a card of a hand or the seed before the end", "[instance][spectate]")
{
    for (std::uint64_t seed = 40; seed < 44; ++seed) {
        World world(seed);
        Running& instance = world.start();
        const Match match = world.make_match("casual");
        auto clients = begin(world, instance, match);
        Watcher judge(world, instance, match, true), watcher(world, instance, match);
        std::set<std::string> shown; // cards that the seats have seen of each other
        std::size_t looked = 0;      // at the judge's messages; the other's are the same, later
        play_on(world, clients, [&] {
            for (Watcher* each : {&judge, &watcher}) each->read();
            if (clients[0]->end) return;
            for (const auto& client : clients) {
                const battle::SideView& other = client->view->opponent;
                for (const battle::UnitView& unit : other.row) shown.insert(unit.card);
                shown.insert(other.spent.begin(), other.spent.end());
                if (client->view->weather) shown.insert(client->view->weather->card);
            }
            for (; looked < judge.bytes.size(); ++looked)
                for (const MatchSeat& seat : match.seats)
                    for (const std::string& card : seat.cards) {
                        const std::string& told = judge.bytes[looked];
                        const std::string named = "\"card\":\"" + card + '"';
                        if (told.find(R"("kind":"revealed","seat":1,)" + named) != std::string::npos ||
                            told.find(R"("kind":"revealed","seat":2,)" + named) != std::string::npos)
                            shown.insert(card);
                        if (!shown.contains(card)) CHECK(told.find(named) == std::string::npos);
                    }
        });
        REQUIRE(judge.end);
        for (const Watcher* each : {&judge, &watcher})
            for (const std::string& text : each->bytes)
                if (text.find("spectate.end") == std::string::npos)
                    CHECK(text.find(judge.end->server_seed) == std::string::npos);
    }
}

TEST_CASE("who watches has no seat, and a seat's ticket does not open the gallery", "[instance][spectate]")
{
    World world;
    Config config = World::quick();
    config.spectators = 2;
    Running& instance = world.start("instance-0", config);
    const Match match = world.make_match("casual");
    auto clients = begin(world, instance, match);
    Watcher watcher(world, instance, match);
    const std::int64_t command = clients[0]->command;
    for (const char* op : {"battle.concede", "battle.end_turn", "battle.state", "battle.emote", "battle.nonce"}) {
        watcher.error.clear();
        watcher.say(op, "{}");
        world.settle_down();
        watcher.read();
        CHECK(watcher.error == "spectate.only_watching");
    }
    clients[0]->read();
    CHECK(clients[0]->command == command);

    const LinkId stranger = instance.link->open();
    const auto first_error = [&](const std::string& op, const std::string& ticket) {
        instance.link->say(stranger, protocol::encode_request(op, 1, R"({"ticket":")" + ticket + "\"}"));
        world.settle_down();
        return instance.link->peers[stranger].sent.back();
    };
    CHECK(first_error("spectate.join", world.ticket(match, 1)).find("unauthenticated") != std::string::npos);
    TicketClaims claims;
    claims.player = match.seats[0].player;
    claims.match = match.id;
    claims.instance = "instance-0";
    claims.issued_at = world.clock.now();
    claims.expires_at = world.clock.now() + 60s;
    CHECK(first_error("battle.join", world.signer->ticket(claims)).find("unauthenticated") != std::string::npos);

    Watcher second(world, instance, match, false, 'B'), third(world, instance, match, false, 'C');
    CHECK(second.joined);
    CHECK(third.error == "spectate.full");
    Watcher judge(world, instance, match, true, 'D');
    CHECK(judge.joined); // takes no place
    Watcher newer(world, instance, match, false, 'B');
    CHECK(newer.joined); // the same player has one place, by the newest link
    world.settle_down();
    CHECK_FALSE(instance.link->peers[second.id].open);
    instance.link->drop(newer.id);
    world.settle_down();
    Watcher fourth(world, instance, match, false, 'C');
    CHECK(fourth.joined);
}

TEST_CASE("an instance that took the match over shows its gallery the same match", "[instance][spectate]")
{
    World world;
    Running& first = world.start();
    const Match match = world.make_match("casual");
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 20);
    world.pass(500ms); // the log is on disk
    Watcher before(world, first, match, true);
    const auto seen = before.view;
    world.freeze(first);
    Running& second = world.start();
    world.pass(100ms);
    Watcher after(world, second, match, true);
    REQUIRE(after.joined);
    CHECK(after.joined->command >= before.command);
    REQUIRE(seen);
    CHECK(after.view->turn >= seen->turn);
}
