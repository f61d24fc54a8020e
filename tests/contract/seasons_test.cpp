// Seasons: the best of one is kept where a match is settled; its end comes to each player once, whatever cuts it off.
#include "common/adapters/sql/ledger_check.hpp"
#include "common/ports/seasons.hpp"
#include "common/protocol/player_fold.hpp"
#include "daemons/match/season_end.hpp"
#include "daemons/match/season_roll.hpp"
#include "tests/contract/support/stores.hpp"
#include "tests/support/fixed_contents.hpp"
#include "tests/support/small_leagues.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <random>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

const game::rating::Ladder ladder = small_leagues();
constexpr std::int64_t first = 20; // the season that the tests begin in

// The wall clock of a season, everything else the real one's.
class SeasonClock final : public Clock {
public:
    explicit SeasonClock(Clock& real) : real_(real) {}
    Millis now() const override { return at; }
    Millis monotonic() const override { return real_.monotonic(); }
    AsyncResult<void> sleep_until(Deadline by) override { return real_.sleep_until(by); }
    Millis at = ladder.begin_of(first);

private:
    Clock& real_;
};

// A store whose process dies: the call that is hit is not made, or made and its reply lost; each later one fails.
class Dying final : public Seasons {
public:
    Dying(Seasons& inner, std::mt19937& chance, int calls) : inner_(inner), chance_(chance), left_(calls) {}

    AsyncResult<Season> open(Deadline by) override { return run<Season>(inner_.open(by)); }
    AsyncResult<Season> find(std::int64_t season, Deadline by) override { return run<Season>(inner_.find(season, by)); }
    AsyncResult<std::vector<Season>> list(std::size_t limit, Deadline by) override
    {
        return run<std::vector<Season>>(inner_.list(limit, by));
    }
    AsyncResult<void> begin(Lease lease, std::int64_t season, BoardRule board, Millis now, Deadline by) override
    {
        return run<void>(inner_.begin(std::move(lease), season, board, now, by));
    }
    AsyncResult<std::vector<SeasonPlayer>> unsettled(std::int64_t season, std::size_t limit, Deadline by) override
    {
        return run<std::vector<SeasonPlayer>>(inner_.unsettled(season, limit, by));
    }
    AsyncResult<void> settle(Lease lease, std::int64_t season, std::vector<SeasonEnd> page, Millis now,
                             Deadline by) override
    {
        return run<void>(inner_.settle(std::move(lease), season, std::move(page), now, by));
    }
    AsyncResult<void> close(Lease lease, std::int64_t season, BoardRule next, Millis now, Deadline by) override
    {
        return run<void>(inner_.close(std::move(lease), season, next, now, by));
    }

private:
    template <class T>
    AsyncResult<T> run(AsyncResult<T> call)
    {
        if (left_ < 0) co_return Errc::unavailable;
        const bool dies = left_-- == 0;
        if (dies && chance_() % 2 == 0) co_return Errc::unavailable;
        Result<T> done = co_await std::move(call);
        if (dies) co_return Errc::in_doubt;
        co_return done;
    }

    Seasons& inner_;
    std::mt19937& chance_;
    int left_;
};

template <class Stores>
Lease lease_of(Stores& stores, const std::string& holder)
{
    const Result<Lease> lease = get(stores->leases.acquire("season", holder, 1ms, stores.soon()));
    REQUIRE(lease);
    return *lease;
}

template <class Stores>
void register_player(Stores& stores, const PlayerId& player)
{
    const auto put = [&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows =
            connection.execute("INSERT INTO accounts (id, name, name_key, password_hash, created_at, bot) VALUES "
                               "($1, $1, $1, '', 0, 0) ON CONFLICT (id) DO NOTHING",
                               {player.value});
        if (!rows) return rows.error();
        return {};
    };
    REQUIRE(get(stores->database->write(put, stores.soon())));
}

// A ranked match of the player's, settled with this rating after it.
template <class Stores>
Result<void> play(Stores& stores, const Rating& before, std::int64_t rating)
{
    register_player(stores, before.player);
    Match match;
    match.id = stores.template id<MatchId>();
    match.mode = "ranked";
    match.seats[0] = {before.player, "one", "gardener", {"hen"}, ""};
    match.seats[1] = {PlayerId{"p_house"}, "two", "gardener", {"hen"}, "greedy"};
    REQUIRE(get(stores->matches.make(match, {}, {}, stores.soon())));
    REQUIRE(get(stores->matches.claim(match.id, "instance-0", noon, noon + 10s, stores.soon())));
    Settlement settlement;
    settlement.match = match.id;
    settlement.epoch = 1;
    settlement.result = {0, "health", 9, 20, "0123456789abcdef"};
    settlement.at = noon;
    Rating after = before;
    after.mode = "ranked";
    after.rating = rating;
    ++after.games;
    ++after.wins;
    settlement.ratings = {after};
    const Result<void> settled = get(stores->matches.settle(settlement, stores.soon()));
    if (!settled) REQUIRE(get(stores->matches.abort(match.id, 1, "test", {}, noon, stores.soon())));
    return settled;
}

template <class Stores>
Rating rating_of(Stores& stores, const PlayerId& player)
{
    return get(stores->matches.rating(player, "ranked", stores.soon())).value();
}

template <class Stores>
void play(Stores& stores, const PlayerId& player, std::int64_t rating)
{
    Rating before = rating_of(stores, player);
    before.player = player;
    REQUIRE(play(stores, before, rating));
}

template <class Stores>
Result<void> roll(Stores& stores, Seasons& seasons, Clock& clock)
{
    match::SeasonRollConfig config;
    config.page = 3;
    config.pause = 0ms;
    config.lease_length = 0ms; // the next process need not wait for the one that died
    const FixedContents contents({nullptr, nullptr, nullptr, nullptr, nullptr, borrowed(ladder)});
    match::SeasonRoll season_roll(config, "match-0", contents, seasons, stores->leases, clock, stores.entropy);
    return get(season_roll.catch_up());
}

// Ratings, bests, seasons and balances, all that the end of a season writes; not the times.
template <class Stores>
std::string books(Stores& stores)
{
    std::string text;
    const auto look = [&text](sql::Connection& connection) -> Result<void> {
        for (const char* statement :
             {"SELECT player, '', rating, deviation, season FROM ratings ORDER BY player",
              "SELECT player, league, season, rating, place FROM season_bests ORDER BY player, season",
              "SELECT '', '', season, players, rewarded FROM seasons ORDER BY season",
              "SELECT account, asset, amount, 0, 0 FROM balances ORDER BY account, asset",
              "SELECT credit, id, amount, 0, 0 FROM transfers ORDER BY id",
              "SELECT subject, id, 0, 0, 0 FROM events ORDER BY id"}) {
            const Result<sql::Rows> rows = connection.execute(statement);
            if (!rows) return rows.error();
            for (const sql::Row& row : *rows)
                text += fmt::format("{} {} {} {} {}\n", row.text(0), row.text(1), row.integer(2), row.integer(3),
                                    row.integer(4));
        }
        return {};
    };
    REQUIRE(stores->database->read_now(look));
    return text;
}

PlayerId player_of(int number)
{
    return PlayerId{fmt::format("p_{:02}", number)};
}

// Eleven rated players and one whose rating is from before there were seasons.
template <class Stores>
void populate(Stores& stores)
{
    play(stores, PlayerId{"p_early"}, 1'900'000);
    const Lease lease = lease_of(stores, "test");
    REQUIRE(get(stores->seasons.begin(lease, first, match::board_of(ladder), noon, stores.soon())));
    for (int i = 0; i < 11; ++i) play(stores, player_of(i), 1'400'000 + i * 50'000);
}

// Holdings by the events alone against the store's, and the ledger's own check.
template <class Stores>
void check_value(Stores& stores)
{
    const auto look = [](sql::Connection& connection) -> Result<void> {
        const Result<sql::LedgerReport> report = sql::check_ledger(connection);
        if (!report) return report.error();
        CHECK(report->sound());
        const Result<sql::Rows> events = connection.execute("SELECT id, type, time, data FROM events");
        const Result<sql::Rows> ratings = connection.execute("SELECT player FROM ratings");
        const Result<sql::Rows> balances =
            connection.execute("SELECT account, asset, amount FROM balances WHERE account LIKE 'player:%'");
        if (!events || !ratings || !balances) return Errc::unavailable;
        std::map<std::string, protocol::Holdings> stored;
        for (const sql::Row& row : *ratings) stored[row.text(0)];
        for (const sql::Row& row : *balances)
            if (row.integer(2) != 0) stored[row.text(0).substr(7)][{"player", row.text(1)}] = row.integer(2);
        for (const auto& [player, holdings] : stored) {
            protocol::PlayerFold fold{PlayerId{player}};
            for (const sql::Row& row : *events)
                if (!fold.apply(row.text(0), row.text(1), Millis{row.integer(2)}, row.text(3)))
                    return Errc::invalid_argument;
            INFO(player);
            CHECK_FALSE(fold.untold());
            CHECK(fold.holdings() == holdings);
        }
        return {};
    };
    REQUIRE(stores->database->read_now(look));
}

template <class Stores>
std::int64_t coins_of(Stores& stores, const PlayerId& player)
{
    for (const Balance& balance : *get(stores->ledger.balances(player_account(player), stores.soon())))
        if (balance.asset == "coin") return balance.amount;
    return 0;
}

} // namespace

TEMPLATE_TEST_CASE("The best of a season is kept with each match", "[seasons]", HARVEST_STORES)
{
    TestType stores;
    CHECK(get(stores->seasons.open(stores.soon())).error() == Errc::not_found);
    const Lease lease = lease_of(stores, "test");
    CHECK(get(stores->seasons.begin(lease, 0, {}, noon, stores.soon())).error() == Errc::invalid_argument);
    REQUIRE(get(stores->seasons.begin(lease, first, match::board_of(ladder), noon, stores.soon())));
    REQUIRE(get(stores->seasons.begin(lease, first + 5, {}, noon, stores.soon()))); // there is one
    CHECK(get(stores->seasons.open(stores.soon()))->number == first);
    const auto best = [&](const PlayerId& player) {
        for (const SeasonPlayer& each : *get(stores->seasons.unsettled(first, 50, stores.soon())))
            if (each.rating.player == player) return each.best.value_or(SeasonBest{-1, -1});
        return SeasonBest{-2, -2};
    };
    play(stores, player_of(1), 1'650'000);
    CHECK(rating_of(stores, player_of(1)).season == first);
    CHECK(best(player_of(1)).place == 0);
    for (const std::int64_t rating : {1'720'000, 1'710'000, 1'500'000}) play(stores, player_of(1), rating);
    CHECK(best(player_of(1)).rating == 1'720'000);
    CHECK(best(player_of(1)).place == 1);
    play(stores, player_of(2), 1'730'000);
    play(stores, player_of(3), 1'705'000); // second behind player 2
    play(stores, player_of(4), 1'701'000); // third: the board has two places
    CHECK(best(player_of(3)).place == 2);
    CHECK(best(player_of(4)).place == 0);
    CHECK(best(player_of(4)).rating == 1'701'000);
}

TEMPLATE_TEST_CASE("A season's end resets and pays each player once, wherever it is cut off", "[seasons]",
                   HARVEST_STORES)
{
    std::string whole;
    {
        TestType stores;
        SeasonClock clock(stores.clock);
        populate(stores);
        clock.at = ladder.begin_of(first + 1) - 1ms;
        const std::string before = books(stores);
        REQUIRE(roll(stores, stores->seasons, clock));
        CHECK(books(stores) == before);
        clock.at += 1ms;
        REQUIRE(roll(stores, stores->seasons, clock));
        whole = books(stores);
        REQUIRE(roll(stores, stores->seasons, clock));
        CHECK(books(stores) == whole);
        check_value(stores);
        CHECK(rating_of(stores, player_of(0)).rating == 1'450'000);
        CHECK(rating_of(stores, player_of(10)).rating == 1'700'000);
        CHECK(rating_of(stores, PlayerId{"p_early"}).rating == 1'700'000);
        CHECK(coins_of(stores, PlayerId{"p_early"}) == 0); // played no match of the season
        CHECK(coins_of(stores, player_of(3)) == 0);
        CHECK(coins_of(stores, player_of(4)) == 20); // 1600
        CHECK(coins_of(stores, player_of(10)) == 50);
        const auto seasons = get(stores->seasons.list(5, stores.soon()));
        REQUIRE(seasons->size() == 2);
        CHECK((*seasons)[0].number == first + 1);
        CHECK((*seasons)[1].players == 12);
        CHECK((*seasons)[1].closed_at == clock.at);
        CHECK(get(stores->events.read("harvest.game", "", 0, 100, stores.soon()))->size() == 12);
    }
    for (unsigned run = 0; run < 8; ++run) {
        TestType stores;
        SeasonClock clock(stores.clock);
        std::mt19937 chance(run);
        populate(stores);
        clock.at = ladder.begin_of(first + 1);
        bool ended = false;
        for (int tries = 0; !ended && tries < 200; ++tries) {
            Dying seasons(stores->seasons, chance, static_cast<int>(chance() % 9));
            ended = roll(stores, seasons, clock).has_value();
            if (tries % 5 == 4) stores.reopen();
        }
        REQUIRE(ended);
        INFO("run " << run);
        CHECK(books(stores) == whole);
        check_value(stores);
    }
}

TEMPLATE_TEST_CASE("Whoever lost the lease ends nothing, and a match under way finds the reset", "[seasons]",
                   HARVEST_STORES)
{
    TestType stores;
    SeasonClock clock(stores.clock);
    populate(stores);
    const Lease old = lease_of(stores, "one");
    const auto left = get(stores->seasons.unsettled(first, 2, stores.soon()));
    REQUIRE(left->size() == 2);
    std::vector<SeasonEnd> page;
    for (const SeasonPlayer& player : *left) page.push_back(match::end_of(ladder, first, player, "match-0", noon));
    std::this_thread::sleep_for(5ms);
    const Lease lease = lease_of(stores, "two");
    const std::string before = books(stores);
    CHECK(get(stores->seasons.settle(old, first, page, noon, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->seasons.close(old, first, {}, noon, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->seasons.settle(lease, first + 1, page, noon, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->seasons.close(lease, first, {}, noon, stores.soon())).error() == Errc::conflict); // some are left
    CHECK(books(stores) == before);

    // One of the page has played since it was read: left for the next page, with the newer rating.
    const PlayerId moved = page[1].before.player;
    play(stores, moved, 1'650'000);
    REQUIRE(get(stores->seasons.settle(lease, first, page, noon, stores.soon())));
    CHECK(rating_of(stores, moved).rating == 1'650'000);
    REQUIRE(get(stores->seasons.settle(lease, first, page, noon, stores.soon()))); // again: nothing
    CHECK(get(stores->seasons.list(1, stores.soon()))->front().players == 1);

    // A settlement that was reckoned before the reset is refused, and asks again.
    const Rating stale = rating_of(stores, moved);
    clock.at = ladder.begin_of(first + 1);
    std::this_thread::sleep_for(5ms);
    REQUIRE(roll(stores, stores->seasons, clock));
    CHECK(rating_of(stores, moved).rating == 1'575'000);
    CHECK(play(stores, stale, 1'660'000).error() == Errc::conflict);
    play(stores, moved, 1'590'000);
    CHECK(rating_of(stores, moved).season == first + 1);
    CHECK(coins_of(stores, moved) == 20);
    check_value(stores);
}

TEMPLATE_TEST_CASE("Seasons that nobody was there for end one after the other", "[seasons]", HARVEST_STORES)
{
    TestType stores;
    SeasonClock clock(stores.clock);
    populate(stores);
    clock.at = ladder.begin_of(first + 3);
    REQUIRE(roll(stores, stores->seasons, clock));
    CHECK(get(stores->seasons.open(stores.soon()))->number == first + 3);
    CHECK(rating_of(stores, player_of(10)).rating == 1'500'000 + 400'000 / 8);
    CHECK(coins_of(stores, player_of(10)) == 50); // for the one that was played
    check_value(stores);
}

TEMPLATE_TEST_CASE("The board of a season has those who played in it and stays when it has ended", "[seasons]",
                   HARVEST_STORES)
{
    TestType stores;
    SeasonClock clock(stores.clock);
    const auto board = [&](std::int64_t season) {
        std::string text;
        const auto read = get(stores->progress.leaderboard(season_board(season), {}, 50, stores.soon()));
        REQUIRE(read);
        for (const LeaderboardEntry& each : *read)
            text += fmt::format("{} {} {};", each.rank, each.name, each.score / 1'000);
        return text;
    };
    play(stores, PlayerId{"p_early"}, 1'900'000); // before there were seasons
    const Lease lease = lease_of(stores, "test");
    REQUIRE(get(stores->seasons.begin(lease, first, match::board_of(ladder), noon, stores.soon())));
    play(stores, player_of(1), 1'650'000);
    play(stores, player_of(2), 1'550'000);
    play(stores, player_of(3), 1'600'000);
    play(stores, player_of(1), 1'600'000); // the last, not the best
    const std::string final = "1 p_03 1600;1 p_01 1600;3 p_02 1550;";
    CHECK(board(first) == final);
    CHECK(get(stores->seasons.find(first, stores.soon()))->closed_at == Millis{});
    CHECK(get(stores->seasons.find(first + 1, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->seasons.find(first - 1, stores.soon())).error() == Errc::not_found);

    clock.at = ladder.begin_of(first + 1);
    std::this_thread::sleep_for(5ms);
    REQUIRE(roll(stores, stores->seasons, clock));
    CHECK(get(stores->seasons.find(first, stores.soon()))->closed_at == clock.at);
    CHECK(get(stores->seasons.find(first + 1, stores.soon()))->closed_at == Millis{});
    CHECK(board(first) == final);
    CHECK(board(first + 1).empty());
    play(stores, player_of(2), 1'700'000);
    CHECK(board(first) == final);
    CHECK(board(first + 1) == "1 p_02 1700;");
    const auto near = get(stores->progress.around(season_board(first), player_of(2), 1, 2, stores.soon()));
    REQUIRE(near);
    REQUIRE(near->size() == 2);
    CHECK(near->at(1).player == player_of(2));
    CHECK(near->at(1).rank == 3);
}
