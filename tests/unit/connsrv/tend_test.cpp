// What is renewed and looked at again for each session, while a store is slow or silent.
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::test;

namespace {

// Sessions whose rows cannot be read while it is silent.
class SilentSessions final : public Sessions {
public:
    SilentSessions(Sessions& inner, Clock& clock) : inner_(inner), clock_(clock) {}
    bool silent{};
    int asked{}, waiting{}, most_waiting{};

    AsyncResult<Session> get(SessionId id, Deadline by) override
    {
        if (!silent) co_return co_await inner_.get(std::move(id), by);
        ++asked;
        most_waiting = std::max(most_waiting, ++waiting);
        (void)co_await clock_.sleep_until(by);
        --waiting;
        co_return Errc::timed_out;
    }
    AsyncResult<void> create(Session session, SignInGrounds grounds, std::vector<OutboxEvent> events,
                             Deadline by) override
    {
        return inner_.create(std::move(session), std::move(grounds), std::move(events), by);
    }
    AsyncResult<Session> find(TokenHash token, Deadline by) override { return inner_.find(token, by); }
    AsyncResult<void> rotate(SessionId id, std::int64_t generation, TokenHash next, Millis now, Deadline by) override
    {
        return inner_.rotate(std::move(id), generation, next, now, by);
    }
    AsyncResult<void> revoke(SessionId id, std::vector<OutboxEvent> events, Deadline by) override
    {
        return inner_.revoke(std::move(id), std::move(events), by);
    }
    AsyncResult<std::vector<SessionId>> revoke_all(PlayerId player, std::vector<OutboxEvent> events,
                                                   Deadline by) override
    {
        return inner_.revoke_all(std::move(player), std::move(events), by);
    }
    AsyncResult<std::vector<Session>> list(PlayerId player, Millis now, Deadline by) override
    {
        return inner_.list(std::move(player), now, by);
    }
    AsyncResult<std::size_t> drop_expired(SessionId made_before, Millis until, std::size_t limit, Deadline by) override
    {
        return inner_.drop_expired(std::move(made_before), until, limit, by);
    }

private:
    Sessions& inner_;
    Clock& clock_;
};

// Presence that takes its time for what is asked of a player.
class SlowPresence final : public Presence {
public:
    SlowPresence(Presence& inner, Clock& clock) : inner_(inner), clock_(clock) {}
    Millis late{};
    int waiting{}, most_waiting{};

    AsyncResult<void> put(PlayerPresence presence, Millis ttl, Deadline by) override
    {
        co_await pause();
        co_return co_await inner_.put(std::move(presence), ttl, by);
    }
    AsyncResult<std::vector<PlayerPresence>> find(PlayerId player, Deadline by) override
    {
        co_await pause();
        co_return co_await inner_.find(std::move(player), by);
    }
    AsyncResult<void> remove(PlayerId player, SessionId session, std::string connsrv, Deadline by) override
    {
        return inner_.remove(std::move(player), std::move(session), std::move(connsrv), by);
    }
    AsyncResult<std::int64_t> count(Deadline by) override { return inner_.count(by); }
    AsyncResult<void> announce(DaemonPresence daemon, Millis ttl, Deadline by) override
    {
        return inner_.announce(std::move(daemon), ttl, by);
    }
    AsyncResult<std::vector<DaemonPresence>> daemons(Deadline by) override { return inner_.daemons(by); }

private:
    Task<void> pause()
    {
        if (late == Millis{0}) co_return;
        most_waiting = std::max(most_waiting, ++waiting);
        (void)co_await clock_.sleep_until(clock_.after(late));
        --waiting;
    }
    Presence& inner_;
    Clock& clock_;
};

struct LaggingWorld {
    std::unique_ptr<SilentSessions> sessions;
    std::unique_ptr<SlowPresence> presence;
    std::vector<std::unique_ptr<LiveClient>> clients;
    World world{[this] {
        WorldOptions options;
        options.sessions_port = [this](Sessions& inner) -> Sessions& {
            if (!sessions) sessions = std::make_unique<SilentSessions>(inner, world.clock);
            return *sessions;
        };
        options.presence_port = [this](Presence& inner) -> Presence& {
            if (!presence) presence = std::make_unique<SlowPresence>(inner, world.clock);
            return *presence;
        };
        return options;
    }()};

    void come(int players)
    {
        world.start();
        for (int i = 0; i < players; ++i) {
            const Player player = world.new_player("p" + std::to_string(i));
            world.play([&]() -> Task<void> { clients.push_back(co_await world.signed_in(player)); });
        }
    }
    std::int64_t present()
    {
        std::int64_t count = 0;
        world.play([&]() -> Task<void> {
            const Result<std::int64_t> counted = co_await world.presence.count(world.soon());
            count = counted ? *counted : -1;
        });
        return count;
    }
};

} // namespace

TEST_CASE("Presence is renewed in time while no session's row can be read", "[connsrv]")
{
    constexpr int players = 70;
    LaggingWorld lagging;
    lagging.come(players);
    lagging.world.run_for(2s);
    lagging.sessions->silent = true;
    for (int i = 0; i < 30; ++i) {
        lagging.world.run_for(5s);
        CHECK(lagging.present() == players);
    }
    CHECK(lagging.sessions->asked > 0);
    lagging.sessions->silent = false;
    lagging.world.run_for(5s);
    for (const auto& client : lagging.clients) CHECK_FALSE(client->ended());
}

TEST_CASE("Presence is renewed in time for many sessions though each takes long, and for 32 at once", "[connsrv]")
{
    constexpr int players = 120;
    LaggingWorld lagging;
    lagging.come(players);
    lagging.presence->late = 400ms;
    for (int i = 0; i < 30; ++i) {
        lagging.world.run_for(5s);
        CHECK(lagging.present() == players);
    }
    CHECK(lagging.presence->most_waiting == 32);
}

TEST_CASE("Rows are read 32 at once, and no more of them once one was not answered", "[connsrv]")
{
    LaggingWorld lagging;
    lagging.come(100);
    lagging.world.run_for(2s);
    lagging.sessions->silent = true;
    REQUIRE(lagging.world.run_until([&] { return lagging.sessions->waiting == 32; }, 120s));
    const int before = lagging.sessions->asked;
    REQUIRE(lagging.world.run_until([&] { return lagging.sessions->waiting == 0; }, 3s));
    CHECK(lagging.sessions->asked == before);
    lagging.world.run_for(60s);
    CHECK(lagging.sessions->most_waiting == 32);
}
