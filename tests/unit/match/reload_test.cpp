// What a running match daemon does once its configuration has changed.
#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/reloadable.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

const std::string no_match = R"({"match":"m_01JDC8Z5K7QMBW2X9T4R6V0HNG"})";

// ann and bob before a match daemon whose configuration changes.
class Seeking {
public:
    explicit Seeking(World& world) : world_(world), ann_(world.new_player("ann")), bob_(world.new_player("bob")) {}

    const Player& ann() const { return ann_; }
    Task<void> sign_in()
    {
        first_ = co_await world_.signed_in(ann_);
        second_ = co_await world_.signed_in(bob_);
    }
    void change(const std::function<void(match::Config&)>& how)
    {
        match::Config config = world_.options.match;
        how(config);
        world_.match_daemons.front()->configure(config);
    }
    // ann's wait before she is looked for, in ms; -1 if she is refused.
    Task<std::int64_t> queue_ann(std::string mode = "ranked") { return queue(*first_, ann_, std::move(mode)); }
    Task<std::int64_t> queue_bob(std::string mode = "ranked") { return queue(*second_, bob_, std::move(mode)); }
    Task<bool> found(Millis within)
    {
        const Result<Push> push = co_await first_->push("match.found", within);
        co_return push.has_value();
    }
    Task<void> wait(Millis length) { (void)co_await world_.clock.sleep_until(world_.clock.after(length)); }
    Task<std::string> watched()
    {
        std::string data = no_match;
        const Result<std::string> reply = co_await first_->call("match.watch", std::move(data));
        co_return reply ? "" : first_->error_text;
    }
    // They queue and meet, or not, under a change that comes while they wait.
    Task<void> meet(const std::function<void(match::Config&)>& apart,
                    const std::function<void(match::Config&)>& together)
    {
        change(apart);
        (void)co_await queue_ann();
        (void)co_await queue_bob();
        bool met = co_await found(4s);
        CHECK_FALSE(met);
        change(together);
        met = co_await found(1s);
        CHECK(met);
    }
    Task<void> store(std::string statement, std::vector<sql::Param> values)
    {
        sql::Job job = [&](sql::Connection& connection) -> Result<void> {
            const Result<sql::Rows> rows = connection.execute(statement, values);
            if (!rows) return rows.error();
            return {};
        };
        const Result<void> done = co_await world_.database->write(std::move(job), world_.soon());
        REQUIRE(done);
    }
    // Rating points of a player whose rating is sure.
    Task<void> rate(const Player& player, std::int64_t points)
    {
        std::vector<sql::Param> values{player.id.value, points * 1'000};
        return store("INSERT INTO ratings (player, mode, rating, deviation, volatility, games, wins, losses, draws, "
                     "rated_at) VALUES ($1, 'ranked', $2, 50000, 60000, 1, 0, 0, 1, 0)",
                     std::move(values));
    }
    Task<void> rate_apart()
    {
        co_await rate(ann_, 1'500);
        co_await rate(bob_, 1'800);
    }
    Task<void> walked_out(std::int64_t times)
    {
        const std::int64_t day = world_.clock.now() / Millis{std::chrono::hours{24}};
        std::vector<sql::Param> values{ann_.id.value, day, times};
        return store("INSERT INTO daily_play VALUES ($1, $2, 3, 0, 0, $3)", std::move(values));
    }

private:
    Task<std::int64_t> queue(LiveClient& live, const Player& player, std::string mode)
    {
        live.pushes.clear();
        std::string data = World::queue(player, mode);
        const Result<std::string> reply = co_await live.call("match.queue", std::move(data));
        if (!reply) co_return -1;
        co_return protocol::decode<protocol::QueueReply>(*reply)->delay_ms.value_or(0);
    }

    World& world_;
    Player ann_, bob_;
    std::unique_ptr<LiveClient> first_, second_;
};

Task<void> changes_bot_after(Seeking& both)
{
    both.change([](match::Config& config) { config.bot_after = 1h; });
    (void)co_await both.queue_ann("casual");
    bool found = co_await both.found(20s);
    CHECK_FALSE(found);
    both.change([](match::Config& config) { config.bot_after = 1s; });
    found = co_await both.found(2s);
    CHECK(found);
}

Task<void> changes_bot_modes(Seeking& both)
{
    both.change([](match::Config& config) { config.bot_modes = {}; });
    (void)co_await both.queue_ann("casual");
    bool found = co_await both.found(20s);
    CHECK_FALSE(found);
    both.change([](match::Config& config) { config.bot_modes = {"ranked", "casual"}; });
    found = co_await both.found(2s);
    CHECK(found);
}

Task<void> changes_window(Seeking& both)
{
    co_await both.rate_apart();
    co_await both.meet([](match::Config& config) { config.window_growth = 0; },
                       [](match::Config& config) { config.window = 500, config.window_growth = 0; });
}

Task<void> changes_window_growth(Seeking& both)
{
    co_await both.rate_apart();
    co_await both.meet([](match::Config& config) { config.window_growth = 0; },
                       [](match::Config& config) { config.window_growth = 200; });
}

Task<void> changes_window_max(Seeking& both)
{
    co_await both.rate_apart();
    co_await both.meet([](match::Config& config) { config.window_growth = 200, config.window_max = 120; },
                       [](match::Config& config) { config.window_growth = 200; });
}

Task<void> changes_rematch_penalty(Seeking& both)
{
    (void)co_await both.queue_ann();
    (void)co_await both.queue_bob();
    const bool strangers = co_await both.found(1s);
    CHECK(strangers);
    co_await both.wait(30s); // until that match is over
    co_await both.meet([](match::Config& config) { config.rematch_penalty = 5'000; },
                       [](match::Config& config) { config.rematch_penalty = 0; });
}

Task<void> changes_walkouts(Seeking& both)
{
    co_await both.walked_out(3);
    both.change([](match::Config& config) { config.walkouts = 4; });
    const std::int64_t delay = co_await both.queue_ann();
    CHECK(delay == 0);
}

Task<void> changes_walkout_delay(Seeking& both)
{
    co_await both.walked_out(3);
    both.change([](match::Config& config) { config.walkout_delay = 7s; });
    const std::int64_t delay = co_await both.queue_ann();
    CHECK(delay == 7'000);
}

Task<void> changes_walkout_delay_max(Seeking& both)
{
    co_await both.walked_out(9);
    both.change([](match::Config& config) { config.walkout_delay_max = 8s; });
    const std::int64_t delay = co_await both.queue_ann();
    CHECK(delay == 8'000);
}

Task<void> changes_max_tickets(Seeking& both)
{
    both.change([](match::Config& config) { config.max_tickets = 1; });
    std::int64_t delay = co_await both.queue_ann("casual");
    CHECK(delay == 0);
    delay = co_await both.queue_bob();
    CHECK(delay == -1);
    both.change([](match::Config& config) { config.max_tickets = 2; });
    delay = co_await both.queue_bob();
    CHECK(delay == 0);
}

Task<void> changes_watching(Seeking& both)
{
    std::string why = co_await both.watched();
    CHECK(why == "not_found");
    both.change([](match::Config& config) { config.watching = false; });
    why = co_await both.watched();
    CHECK(why == "match.no_watching");
}

Task<void> changes_judges(Seeking& both)
{
    both.change([](match::Config& config) { config.watching = false; });
    std::string why = co_await both.watched();
    CHECK(why == "match.no_watching");
    both.change([&both](match::Config& config) {
        config.watching = false;
        config.judges = {both.ann().id.value};
    });
    why = co_await both.watched();
    CHECK(why == "not_found");
}

} // namespace

TEST_CASE("What a reload may change of the match daemon holds for those who wait and who come", "[match][reload]")
{
    const auto script = [](Task<void> (*run)(Seeking&)) {
        return [run] {
            World world;
            world.start();
            Seeking both(world);
            world.play([&]() -> Task<void> {
                co_await both.sign_in();
                co_await run(both);
            });
        };
    };
    check_reload_effects<match::Config>({{"bot_after", script(changes_bot_after)},
                                         {"bot_modes", script(changes_bot_modes)},
                                         {"window", script(changes_window)},
                                         {"window_growth", script(changes_window_growth)},
                                         {"window_max", script(changes_window_max)},
                                         {"rematch_penalty", script(changes_rematch_penalty)},
                                         {"walkouts", script(changes_walkouts)},
                                         {"walkout_delay", script(changes_walkout_delay)},
                                         {"walkout_delay_max", script(changes_walkout_delay_max)},
                                         {"max_tickets", script(changes_max_tickets)},
                                         {"watching", script(changes_watching)},
                                         {"judges", script(changes_judges)}});
}
