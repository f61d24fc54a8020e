// Leaderboards, achievements, quests and statistics over REST.
#include "common/protocol/account.hpp"
#include "common/protocol/problem.hpp"
#include "common/protocol/progress.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

struct Progressing {
    void apply(std::string_view projection, ProjectedEvent event)
    {
        event.event = new_id<EventId>(world.clock, world.entropy);
        std::vector<ProjectedEvent> events;
        events.push_back(std::move(event));
        const auto done = world.wait(
            world.progress.apply(std::string(projection), 1, std::move(events), world.clock.now(), world.by()));
        REQUIRE(done.has_value());
    }
    void count(const PlayerId& player, const std::string& statistic, std::int64_t value)
    {
        ProjectedEvent event;
        event.statistics.push_back({player, statistic, value});
        apply(projection::statistics, std::move(event));
    }
    void step(const PlayerId& player, const std::string& goal, std::int64_t day, std::int64_t amount,
              std::int64_t target)
    {
        GoalStep taken{player, goal, day, amount, target, world.clock.now(), true, {}, {}};
        taken.reward.push_back(
            {new_id<TransferId>(world.clock, world.entropy), "coin", "mint", player_account(player), 5, "achievement"});
        taken.told = {"harvest.user",
                      {new_id<EventId>(world.clock, world.entropy), "harvest.test.v1", "test", player.value, "",
                       world.clock.now(), "{}"}};
        ProjectedEvent event;
        event.goals.push_back(std::move(taken));
        apply(projection::achievements, std::move(event));
    }
    HttpResponse get(const std::string& path, const std::string& query = "", bool signed_in = true)
    {
        HttpRequest request;
        request.method = "GET";
        request.path = path;
        request.query = query;
        request.remote_address = "192.0.2.1";
        if (signed_in) request.headers.emplace_back("authorization", "Bearer " + tokens.access_token);
        return world.ask(std::move(request));
    }

    GatewayWorld world;
    protocol::TokenPair tokens = world.register_player("Kestrel").value();
};

std::string text_of(const protocol::Leaderboard& board)
{
    std::string text;
    for (const protocol::LeaderboardItem& item : board.items)
        text += std::to_string(item.rank) + " " + item.name + " " + std::to_string(item.score) +
                (item.league ? " " + *item.league : "") + ";";
    return text;
}

void put(GatewayWorld& world, const std::string& statement)
{
    const sql::Job job = [&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute(statement);
        if (!rows) return rows.error();
        return {};
    };
    REQUIRE(world.wait(world.database.write(job, world.by())).has_value());
}

void rate(GatewayWorld& world, const PlayerId& player, const std::string& mode, std::int64_t rating)
{
    put(world, "INSERT INTO ratings (player, mode, rating, deviation, volatility, games, wins, losses, draws, "
               "rated_at) VALUES ('" +
                   player.value + "', '" + mode + "', " + std::to_string(rating) + ", 60000, 60000, 9, 5, 4, 0, 0)");
}

} // namespace

TEST_CASE("a leaderboard shows the best, around oneself, and goes on by its cursor", "[gateway][progress]")
{
    Progressing game;
    CHECK(body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/wins")).items.empty());
    CHECK(body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/wins", "around=me")).items.empty());
    game.count(game.tokens.player, "wins", 7);
    for (int i = 0; i < 60; ++i) {
        NewAccount account;
        account.account.id = new_id<PlayerId>(game.world.clock, game.world.entropy);
        account.account.name = "rival" + std::to_string(i);
        const PlayerId rival = account.account.id;
        REQUIRE(game.world.wait(game.world.accounts.create(std::move(account), game.world.by())).has_value());
        game.count(rival, "wins", i + 1);
    }
    const auto first = body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/wins"));
    REQUIRE(first.items.size() == 50);
    CHECK(first.items[0].name == "rival59");
    CHECK(first.items[0].rank == 1);
    REQUIRE(first.next_cursor);
    const auto second =
        body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/wins", "cursor=" + *first.next_cursor));
    CHECK(second.items.size() == 11);
    CHECK(second.items.front().rank == 51);
    CHECK_FALSE(second.next_cursor);
    const auto around = body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/wins", "around=me"));
    CHECK(text_of(around).find("54 Kestrel 7;") != std::string::npos);
    CHECK(text_of(around).find("54 rival6 7;") != std::string::npos);
    CHECK(around.items.size() <= 21);
    CHECK(body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/rating")).items.empty());
    CHECK(body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/harvests")).items.empty());
    CHECK(game.get("/v1/leaderboards/losses").status == 404);
    for (const char* query : {"cursor=7", "cursor=x.p_1",
                              "cursor=-1."
                              "p_01JDC8Z5K7QMBW2X9T4R6V0HNE",
                              "around=you", "page=2", "around=me&cursor=7.p_01JDC8Z5K7QMBW2X9T4R6V0HNE"})
        CHECK(game.get("/v1/leaderboards/wins", query).status == 400);
    CHECK(game.get("/v1/leaderboards/wins", "", false).status == 401);
}

TEST_CASE("a board among friends shows them alone, with the league of their place among all", "[gateway][progress]")
{
    GatewayWorld world;
    Person ada(world, "Ada"), bob(world, "Bob"), cleo(world, "Cleo"), dan(world, "Dan");
    rate(world, ada.tokens.player, "ranked", 1'750'000);
    rate(world, bob.tokens.player, "ranked", 1'720'000);
    rate(world, cleo.tokens.player, "ranked", 1'790'000);
    rate(world, dan.tokens.player, "ranked", 1'780'000);
    const auto among = [&](Person& who) {
        return text_of(body_of<protocol::Leaderboard>(who.send("GET", "leaderboards/rating", "", "among=friends")));
    };
    CHECK(among(ada) == "1 Ada 1750000 high;");
    REQUIRE(ada.send("POST", "friends", R"({"player":")" + dan.id() + R"("})").status == 200);
    REQUIRE(dan.send("PUT", "friends/" + ada.id()).status == 200);
    CHECK(among(ada) == "1 Dan 1780000 best;2 Ada 1750000 high;"); // two places, Cleo has the other one
    CHECK(among(bob) == "1 Bob 1720000 high;");
    REQUIRE(dan.send("PUT", "blocks/" + ada.id()).status < 300);
    CHECK(among(ada) == "1 Ada 1750000 high;");
    CHECK(body_of<protocol::Leaderboard>(ada.send("GET", "leaderboards/wins", "", "among=friends")).items.empty());
    for (const char* query : {"among=foes", "among=friends&around=me",
                              "among=friends&cursor=7."
                              "p_01JDC8Z5K7QMBW2X9T4R6V0HNE"})
        CHECK(code_of(ada.send("GET", "leaderboards/rating", "", query)) == "invalid_argument");
}

TEST_CASE("a season's board is found by its number or as the current one", "[gateway][progress]")
{
    GatewayWorld world;
    Person ada(world, "Ada");
    const auto read = [&](const std::string& query) { return ada.send("GET", "leaderboards/rating", "", query); };
    CHECK(code_of(read("season=current")) == "leaderboard.no_such_season");
    put(world, "INSERT INTO seasons (season, board_rating, board_places, opened_at, closed_at, players, rewarded) "
               "VALUES (3, 0, 0, 1, 5, 0, 0), (4, 0, 0, 5, 0, 0, 0)");
    put(world, "INSERT INTO season_bests (player, season, rating, place, league, last_rating) VALUES ('" + ada.id() +
                   "', 3, 1900000, 1, 'best', 1650000), ('" + ada.id() + "', 4, 1710000, 1, '', 1710000)");
    const auto past = body_of<protocol::Leaderboard>(read("season=3"));
    CHECK(text_of(past) == "1 Ada 1650000 high;");
    REQUIRE(past.season);
    CHECK(past.season->number == 3);
    CHECK(past.season->final);
    CHECK(past.season->begins_at == "2027-01-03T00:00:00.000Z");
    CHECK(past.season->ends_at == "2027-01-04T00:00:00.000Z");
    for (const char* query : {"season=current", "season=4", "season=4&around=me", "season=current&among=friends"}) {
        const auto current = body_of<protocol::Leaderboard>(read(query));
        INFO(query);
        CHECK(text_of(current) == "1 Ada 1710000 best;");
        REQUIRE(current.season);
        CHECK(current.season->number == 4);
        CHECK_FALSE(current.season->final);
    }
    CHECK_FALSE(body_of<protocol::Leaderboard>(read("")).season);
    for (const char* query : {"season=2", "season=5", "season=0", "season=-1"})
        CHECK(code_of(read(query)) == "leaderboard.no_such_season");
    for (const char* query : {"season=last", "season=3x", "season=99999999999999999999"})
        CHECK(code_of(read(query)) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "leaderboards/wins", "", "season=3")) == "leaderboard.no_seasons");
}

TEST_CASE("achievements and the day's quests are shown with how far one has come", "[gateway][progress]")
{
    Progressing game;
    const auto fresh = body_of<protocol::AchievementList>(game.get("/v1/achievements"));
    REQUIRE(fresh.items.size() == 2);
    CHECK(fresh.items[0].id == "winner");
    CHECK(fresh.items[0].count == 0);
    CHECK(fresh.items[0].target == 2);
    CHECK(fresh.items[0].reward.size() == 2);
    CHECK_FALSE(fresh.items[0].reached_at);
    const std::int64_t today = game::progress::day_of(game.world.clock.now());
    const auto quests = body_of<protocol::QuestList>(game.get("/v1/quests"));
    REQUIRE(quests.items.size() == 2);
    CHECK(quests.items[0].id == game::progress::quests_of(small_quests(), 7, today)[0]->id);
    game.step(game.tokens.player, "winner", 0, 1, 2);
    game.step(game.tokens.player, quests.items[0].id, today, 1, 1);
    game.step(game.tokens.player, quests.items[1].id, today - 1, 1, 1);
    CHECK(body_of<protocol::AchievementList>(game.get("/v1/achievements")).items[0].count == 1);
    const auto done = body_of<protocol::QuestList>(game.get("/v1/quests"));
    CHECK(done.items[0].reached_at);
    CHECK(done.items[0].count == 1);
    CHECK(done.items[1].count == 0); // yesterday's does not count
    game.step(game.tokens.player, "winner", 0, 1, 2);
    const auto earned = body_of<protocol::AchievementList>(game.get("/v1/achievements"));
    CHECK(earned.items[0].reached_at);
    REQUIRE(game.world.wait(game.world.progress.rebuild("achievements", game.world.clock.now(), game.world.by()))
                .has_value());
    CHECK(game.get("/v1/achievements").body == game.get("/v1/achievements").body);
    CHECK(body_of<protocol::AchievementList>(game.get("/v1/achievements")).items[0].count == 2); // earned stays earned
    CHECK(game.get("/v1/quests", "", false).status == 401);
}

TEST_CASE("a rating is shown with its league, the highest by the place on the board", "[gateway][progress]")
{
    Progressing game;
    rate(game.world, game.tokens.player, "ranked", 1'750'000);
    rate(game.world, game.tokens.player, "casual", 1'750'000);
    const std::string path = "/v1/players/" + game.tokens.player.value;
    const auto alone = body_of<protocol::PlayerProfile>(game.get(path));
    REQUIRE(alone.ratings.size() == 2);
    CHECK(alone.ratings[0].league == "best");
    CHECK_FALSE(alone.ratings[1].league);
    const std::vector<std::int64_t> rivals{1'790'000, 1'780'000, 1'590'000};
    for (std::size_t i = 0; i < rivals.size(); ++i) {
        const std::string name = "Rival" + std::to_string(i);
        rate(game.world, game.world.register_player(name)->player, "ranked", rivals[i]);
    }
    CHECK(body_of<protocol::PlayerProfile>(game.get(path)).ratings[0].league == "high"); // third of two places
    std::string leagues;
    for (const protocol::LeaderboardItem& item :
         body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/rating")).items)
        leagues += item.league.value_or("none") + ' ';
    CHECK(leagues == "best best high low ");
    game.count(game.tokens.player, "wins", 1);
    CHECK_FALSE(body_of<protocol::Leaderboard>(game.get("/v1/leaderboards/wins")).items.at(0).league);
}

TEST_CASE("a profile shows what was counted for its player", "[gateway][progress]")
{
    Progressing game;
    const std::string path = "/v1/players/" + game.tokens.player.value;
    CHECK(body_of<protocol::PlayerProfile>(game.get(path)).statistics.empty());
    game.count(game.tokens.player, "wins", 3);
    game.count(game.tokens.player, "crops", 120);
    const auto profile = body_of<protocol::PlayerProfile>(game.get(path));
    REQUIRE(profile.statistics.size() == 2);
    CHECK(profile.statistics[0].statistic == "crops");
    CHECK(profile.statistics[0].value == 120);
}
