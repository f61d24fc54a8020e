// Players who have to go: their links close, older tickets open nothing, and a ban loses the match.
#include "common/ports/records/battle_record.hpp"
#include "common/protocol/spectate.hpp"
#include "tests/support/bans.hpp"
#include "tests/unit/instance/world.hpp"

using namespace harvest;
using namespace harvest::instance;
using namespace harvest::instance::test;
using harvest::test::ban;
using harvest::test::kick_of;
using harvest::test::user_event;

namespace {

void register_account(World& world, const PlayerId& player, const std::string& name)
{
    NewAccount account;
    account.account.id = player;
    account.account.name = name;
    account.account.created_at = world.clock.now();
    REQUIRE(world.get(world.stores->accounts.create(std::move(account), world.soon())));
}

// Of two players with accounts.
Match match_of_people(World& world, const std::string& mode = "ranked")
{
    const Match match = world.make_match(mode);
    register_account(world, match.seats[0].player, "kestrel");
    register_account(world, match.seats[1].player, "moss");
    return match;
}

void banned(World& world, const PlayerId& player, const std::string& scope = "all", bool told = true)
{
    REQUIRE(world.get(ban(world.stores->accounts, world.clock, world.entropy, player, scope, told)));
}

void tell_log(World& world, Event event)
{
    std::vector<Event> events;
    events.push_back(std::move(event));
    REQUIRE(world.get(world.stores->events.append("harvest.user", std::move(events), world.soon())));
}

// Sits nowhere yet; gives the refusal of that ticket, empty for none.
std::string join_refusal(World& world, Running& instance, const Match& match, int seat, const std::string& ticket)
{
    Client back(world, *instance.link, match, seat);
    back.join_with(ticket);
    return back.error_of(1);
}

// Conceded by that seat, as the log proves to anybody.
void check_conceded(World& world, const Match& match, int by)
{
    const Match stored = world.stored(match.id);
    REQUIRE(stored.state == MatchState::ended);
    CHECK(stored.result->winner == 2 - by);
    CHECK(stored.result->reason == "conceded");
    const auto log = world.get(world.stores->matches.battle_log(match.id, world.soon())).value();
    const Result<battle::BattleRecord> record = battle_record(stored, log, *content());
    REQUIRE(record);
    CHECK(battle::replay(*record, *content()).kind == battle::VerdictKind::verified);
}

} // namespace

TEST_CASE("Who is banned in mid-match leaves the table and loses, and the old ticket opens it no more",
          "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1], 12);
    REQUIRE_FALSE(clients[0]->end);
    const std::string ticket = world.ticket(match, 1);
    world.pass(1s);

    banned(world, match.seats[0].player, GENERATE("all", "login"));
    world.pass(500ms);
    CHECK_FALSE(instance.link->peers[clients[0]->id].open);
    CHECK(instance.link->peers[clients[0]->id].reason == CloseReason::revoked);
    check_conceded(world, match, 1);
    CHECK(join_refusal(world, instance, match, 1, ticket) == "unauthenticated");
    clients[1]->read();
    CHECK(instance.link->peers[clients[1]->id].open);
    REQUIRE(clients[1]->end);
    CHECK(clients[1]->end->winner == 2);
    CHECK_FALSE(clients[1]->end->rewards.empty()); // by the ordinary rules
    const Rating rating =
        world.get(world.stores->matches.rating(match.seats[0].player, "ranked", world.soon())).value();
    CHECK(rating.losses == 1);
}

TEST_CASE("A ban from one mode, or from the market, ends no match", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    for (const char* scope : {"ranked", "market"}) banned(world, match.seats[0].player, scope);
    world.pass(500ms);
    CHECK(instance.link->peers[clients[0]->id].open);
    CHECK(world.stored(match.id).state == MatchState::playing);
}

TEST_CASE("Whose sessions have all ended comes back to the match with a ticket of a new one", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    const std::string old = world.ticket(match, 2);
    world.pass(1s);
    tell_log(world, kick_of(world.clock, world.entropy, match.seats[1].player));
    world.pass(500ms);
    CHECK_FALSE(instance.link->peers[clients[1]->id].open);
    CHECK(instance.link->peers[clients[1]->id].reason == CloseReason::revoked);
    CHECK(instance.link->peers[clients[0]->id].open);
    CHECK(world.stored(match.id).state == MatchState::playing);
    CHECK(join_refusal(world, instance, match, 2, old) == "unauthenticated");
    world.pass(1s);
    clients[1]->join();
    REQUIRE(clients[1]->joined);
    tell_log(world, [&] { // the same once more, late: it was about the session before
        Event late = kick_of(world.clock, world.entropy, match.seats[1].player);
        late.time -= 5s;
        return late;
    }());
    world.pass(500ms);
    REQUIRE(instance.link->peers[clients[1]->id].open);
    play(world, *clients[0], *clients[1]);
    CHECK(clients[1]->end);
}

TEST_CASE("A ban that was lifted before the match began is nothing to it, however late it is told", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = world.make_match("ranked");
    const PlayerId player = match.seats[0].player;
    const protocol::UserSanctioned data{player, "ban", "all", ""};
    Event lifted = user_event(world.clock, world.entropy, protocol::event_type::user_sanctioned, player, data).event;
    lifted.time = match.created_at - 1s;
    const bool before_hosting = GENERATE(true, false);
    if (before_hosting) tell_log(world, lifted);
    auto clients = begin(world, instance, match);
    if (!before_hosting) tell_log(world, lifted);
    world.pass(500ms);
    REQUIRE(instance.link->peers[clients[0]->id].open);
    play(world, *clients[0], *clients[1]);
    REQUIRE(clients[0]->end);
    CHECK(clients[0]->end->reason != "conceded");
}

TEST_CASE("A ban counts though a clock elsewhere tells a time before the match", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1], 6);
    const PlayerId player = match.seats[1].player;
    banned(world, player, "all", false);
    const protocol::UserSanctioned data{player, "ban", "all", ""};
    Event early = user_event(world.clock, world.entropy, protocol::event_type::user_sanctioned, player, data).event;
    early.time = match.created_at - 5s;
    tell_log(world, early);
    world.pass(500ms);
    CHECK_FALSE(instance.link->peers[clients[1]->id].open);
    check_conceded(world, match, 2);
}

TEST_CASE("A ban counts though the clock that it was made by is ahead", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    play(world, *clients[0], *clients[1], 6);
    const PlayerId player = match.seats[1].player;
    memory::ManualClock ahead;
    ahead.advance(world.clock.now() + 2s - ahead.now());
    REQUIRE(world.get(ban(world.stores->accounts, ahead, world.entropy, player, "all", false)));
    const protocol::UserSanctioned data{player, "ban", "all", ""};
    tell_log(world, user_event(ahead, world.entropy, protocol::event_type::user_sanctioned, player, data).event);
    world.pass(500ms);
    CHECK_FALSE(instance.link->peers[clients[1]->id].open);
    check_conceded(world, match, 2);
}

TEST_CASE("Tickets from before all sessions ended open nothing at an instance that was not there to hear of it",
          "[instance][ban]")
{
    World world;
    Running& first = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 6);
    const std::string ticket = world.ticket(match, 2);
    world.pass(1s);
    world.freeze(first);
    tell_log(world, kick_of(world.clock, world.entropy, match.seats[1].player));
    Running& second = world.start();
    world.pass(500ms);
    CHECK(join_refusal(world, second, match, 2, ticket) == "unauthenticated");
    world.pass(1s);
    CHECK(join_refusal(world, second, match, 2, world.ticket(match, 2)) == "");
}

TEST_CASE("An instance that takes a match up anew lets nobody in who was banned meanwhile", "[instance][ban]")
{
    World world;
    Running& first = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, first, match);
    play(world, *clients[0], *clients[1], 8);
    const std::string ticket = world.ticket(match, 2);
    world.pass(1s);
    world.freeze(first);
    banned(world, match.seats[1].player);
    Running& second = world.start();
    CHECK(join_refusal(world, second, match, 2, ticket) != "");
    world.pass(500ms);
    CHECK(join_refusal(world, second, match, 2, ticket) == "unauthenticated");
    check_conceded(world, match, 2);
}

TEST_CASE("Who is banned before the cards are dealt loses once they are", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    const bool before_hosting = GENERATE(true, false);
    if (before_hosting) banned(world, match.seats[0].player);
    REQUIRE(world.host(match.id));
    Client other(world, *instance.link, match, 2);
    other.join();
    other.send_nonce();
    world.pass(1s);
    if (!before_hosting) banned(world, match.seats[0].player);
    CHECK(join_refusal(world, instance, match, 1, world.ticket(match, 1)) == (before_hosting ? "" : "unauthenticated"));
    world.pass(60s);
    check_conceded(world, match, 1);
    other.read();
    CHECK(other.end);
}

TEST_CASE("A concession of a ban waits for the battle log like any other command", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    keep_hands(world, clients);
    world.matches->faults["append"] = std::deque<FaultyMatches::Fault>(12, FaultyMatches::Fault::lost);
    REQUIRE(active(clients).act());
    world.pass(300ms); // beyond log_tail
    for (auto& each : clients) each->read();
    const Client& gone = active(clients);
    const std::int64_t before = gone.command;
    for (int i = 0; i < 3; ++i) // these are held
        instance.link->say(gone.id, protocol::encode_request("battle.end_turn", 900 + i, "{}"));
    world.settle_down();
    banned(world, match.seats[static_cast<std::size_t>(gone.seat - 1)].player);
    world.pass(300ms);
    Client& other = waiting(clients);
    other.read();
    CHECK(other.view->phase == battle::Phase::playing);
    world.pass(20s);
    check_conceded(world, match, gone.seat);
    other.read();
    CHECK(other.command == before + 1); // the concession alone
}

TEST_CASE("Who watches and is banned sees no more", "[instance][ban]")
{
    World world;
    Running& instance = world.start();
    const Match match = match_of_people(world);
    auto clients = begin(world, instance, match);
    register_account(world, ada, "ada");
    TicketClaims claims;
    claims.player = ada;
    claims.match = match.id;
    claims.instance = "instance-0";
    claims.issued_at = world.clock.now();
    claims.expires_at = world.clock.now() + 600s;
    const std::string ticket = world.signer->ticket(claims);
    const std::string wish =
        protocol::encode_request("spectate.join", 1, protocol::encode(protocol::SpectateRequest{ticket}));
    const auto watch = [&] {
        const LinkId link = instance.link->open();
        instance.link->say(link, wish);
        world.settle_down();
        return link;
    };
    const LinkId link = watch();
    CHECK(instance.link->peers[link].sent.back().find("\"error\"") == std::string::npos);
    world.pass(1s);
    banned(world, ada);
    world.pass(100ms);
    CHECK_FALSE(instance.link->peers[link].open);
    const LinkId again = watch();
    CHECK(instance.link->peers[again].sent.back().find("unauthenticated") != std::string::npos);
    CHECK(instance.link->peers[clients[0]->id].open);
    CHECK(world.stored(match.id).state == MatchState::playing);
}
