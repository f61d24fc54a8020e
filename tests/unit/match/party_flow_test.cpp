// party.* and challenges, from live clients through to the match in the store.
#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <cctype>
#include <optional>

using namespace harvest;
using namespace harvest::test;
using protocol::PartyInfo;

namespace {

Task<void> befriend(World& world, const Player& one, const Player& other)
{
    for (const auto& [from, to] : {std::pair{&one, &other}, std::pair{&other, &one}}) {
        SocialOrder order;
        order.player = from->id;
        order.other = to->id;
        order.at = world.clock.now();
        order.event = world.id<EventId>();
        order.source = "test";
        const Result<FriendChange> asked = co_await world.social->ask(std::move(order), world.soon());
        if (!asked) throw std::runtime_error("no friendship: " + asked.error().message());
    }
}

// "" or the code of the refusal.
Task<std::string> refusal(LiveClient& live, std::string op, std::string data)
{
    const Result<std::string> reply = co_await live.call(std::move(op), std::move(data));
    co_return reply ? std::string{} : live.error_text;
}

Task<PartyInfo> create(LiveClient& live)
{
    const Result<std::string> reply = co_await live.call("party.create", "{}");
    if (!reply) throw std::runtime_error("no party: " + live.error_text);
    co_return *protocol::decode<PartyInfo>(*reply);
}

std::string by_code(const std::string& code)
{
    return R"({"code":")" + code + R"("})";
}

std::string by_id(const protocol::PartyId& party)
{
    return R"({"party":")" + party.value + R"("})";
}

std::string invite(const Player& player)
{
    return R"({"player":")" + player.id.value + R"("})";
}

// The party as it is after the next push for that reason; nothing if there is none or one is out of it.
Task<std::optional<PartyInfo>> after(LiveClient& live, std::string reason, Millis within = 2s)
{
    for (;;) {
        const Result<Push> push = co_await live.push("party.changed", within);
        if (!push) throw std::runtime_error("no party.changed: " + reason);
        const auto changed = protocol::decode<protocol::PartyChanged>(push->data);
        if (!changed) throw std::runtime_error("unreadable: " + push->data);
        if (changed->reason == reason) co_return changed->party;
    }
}

Task<std::string> ready(LiveClient& live, const Player& player)
{
    std::string data = World::queue(player, "challenge");
    return refusal(live, "match.queue", std::move(data));
}

Task<protocol::StatusReply> status(LiveClient& live)
{
    const Result<std::string> reply = co_await live.call("match.status", "{}");
    if (!reply) throw std::runtime_error("no status");
    co_return *protocol::decode<protocol::StatusReply>(*reply);
}

Task<MatchId> found(LiveClient& live)
{
    const Result<Push> push = co_await live.push("match.found", 3s);
    if (!push) co_return MatchId{};
    co_return protocol::decode<protocol::MatchFound>(push->data)->match;
}

// Presence that answers each question late.
class SlowPresence final : public Presence {
public:
    SlowPresence(Presence& inner, Clock& clock) : inner_(inner), clock_(clock) {}
    Millis find_takes{};

    AsyncResult<void> put(PlayerPresence presence, Millis ttl, Deadline by) override
    {
        return inner_.put(std::move(presence), ttl, by);
    }
    AsyncResult<void> remove(PlayerId player, SessionId session, std::string connsrv, Deadline by) override
    {
        return inner_.remove(std::move(player), std::move(session), std::move(connsrv), by);
    }
    AsyncResult<std::vector<PlayerPresence>> find(PlayerId player, Deadline by) override
    {
        if (find_takes > Millis{}) (void)co_await clock_.sleep_until(clock_.after(find_takes));
        co_return co_await inner_.find(std::move(player), by);
    }
    AsyncResult<std::int64_t> count(Deadline by) override { return inner_.count(by); }
    AsyncResult<void> announce(DaemonPresence daemon, Millis ttl, Deadline by) override
    {
        return inner_.announce(std::move(daemon), ttl, by);
    }
    AsyncResult<std::vector<DaemonPresence>> daemons(Deadline by) override { return inner_.daemons(by); }

private:
    Presence& inner_;
    Clock& clock_;
};

} // namespace

TEST_CASE("Two come together by a code, play a challenge without rating, and then another", "[match][party]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(eve);
        const PartyInfo party = co_await create(*first);
        CHECK(party.mode == "challenge");
        CHECK(party.size == 2);
        REQUIRE(party.members.size() == 1);
        CHECK(party.members[0].leader);
        CHECK_FALSE(party.members[0].ready);
        std::string typed = party.code;
        for (char& each : typed) each = static_cast<char>(std::tolower(each));
        std::erase(typed, '-');
        std::string data = by_code(typed);
        std::string why = co_await refusal(*second, "party.join", std::move(data));
        CHECK(why.empty());
        for (LiveClient* live : {first.get(), second.get()}) {
            const std::optional<PartyInfo> both = co_await after(*live, "joined");
            REQUIRE(both);
            CHECK(both->version > party.version);
            REQUIRE(both->members.size() == 2);
            CHECK(both->members[0].name == "ann");
            CHECK(both->members[1].name == "bob");
            CHECK_FALSE(both->members[1].leader);
        }
        data = by_code(party.code);
        why = co_await refusal(*third, "party.join", std::move(data));
        CHECK(why == "party.full");

        MatchId before;
        for (int round = 0; round < 2; ++round) {
            why = co_await ready(*first, ann);
            CHECK(why.empty());
            const std::optional<PartyInfo> one = co_await after(*second, "ready");
            REQUIRE(one);
            CHECK(one->members[0].ready);
            CHECK_FALSE(one->members[1].ready);
            const Result<Push> alone = co_await first->push("match.found", 20s);
            CHECK_FALSE(alone);
            why = co_await ready(*second, bob);
            CHECK(why.empty());
            const MatchId match = co_await found(*first);
            const MatchId same = co_await found(*second);
            CHECK_FALSE(match.empty());
            CHECK(match == same);
            CHECK(match != before);
            before = match;
            const Result<harvest::Match> stored = co_await world.matches->get(match, world.soon());
            REQUIRE(stored);
            CHECK(stored->mode == "challenge");
            const protocol::StatusReply now = co_await status(*second);
            CHECK(now.state == "in_match");
            REQUIRE(now.party);
            CHECK_FALSE(now.party->members[0].ready);
            why = co_await ready(*second, bob);
            CHECK(why == "match.in_match");
            (void)co_await world.clock.sleep_until(world.clock.after(25s)); // it is played
            second->pushes.clear();
        }
    });
}

TEST_CASE("Friends are invited by the leader, come in by the invitation, and nobody else does", "[match][party]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        co_await befriend(world, ann, bob);
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(eve);
        std::string data = invite(bob);
        std::string why = co_await refusal(*first, "party.invite", data);
        CHECK(why == "party.not_in_one");
        const PartyInfo party = co_await create(*first);
        why = co_await refusal(*first, "party.create", "{}");
        CHECK(why == "party.already_in_one");
        data = by_id(party.party);
        why = co_await refusal(*second, "party.join", data);
        CHECK(why == "party.no_such_party"); // not invited yet
        data = invite(eve);
        why = co_await refusal(*first, "party.invite", data);
        CHECK(why == "party.not_a_friend");
        data = invite(bob);
        why = co_await refusal(*first, "party.invite", data);
        CHECK(why.empty());
        const Result<Push> told = co_await second->push("party.invited", 2s);
        REQUIRE(told);
        const auto invited = protocol::decode<protocol::PartyInvited>(told->data);
        REQUIRE(invited);
        CHECK(invited->party == party.party);
        CHECK(invited->player == ann.id);
        CHECK(invited->name == "ann");
        data = by_id(party.party);
        why = co_await refusal(*third, "party.join", data);
        CHECK(why == "party.no_such_party");
        why = co_await refusal(*second, "party.join", data);
        CHECK(why.empty());
        why = co_await refusal(*second, "party.join", data);
        CHECK(why.empty()); // again: as it is
        data = invite(ann);
        why = co_await refusal(*second, "party.invite", data);
        CHECK(why == "party.not_leader");
        for (const char* bad : {"{}", R"({"code":"7KQM-4XPD","party":"y_01JDBQ6W5R9YN2M4T73R6W1AAA"})"}) {
            why = co_await refusal(*third, "party.join", bad);
            CHECK(why == "invalid_argument");
        }
        why = co_await refusal(*third, "party.join", R"({"code":7})");
        CHECK(why == "live.bad_message");
        why = co_await refusal(*third, "party.leave", "{}");
        CHECK(why == "party.not_in_one");
        why = co_await ready(*third, eve);
        CHECK(why == "party.not_in_one");
    });
}

TEST_CASE("A leader invites no more than so many", "[match][party]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann");
    std::vector<Player> friends;
    for (int i = 0; i < 11; ++i) friends.push_back(world.new_player("friend" + std::to_string(i)));
    world.play([&]() -> Task<void> {
        for (const Player& each : friends) co_await befriend(world, ann, each);
        auto live = co_await world.signed_in(ann);
        (void)co_await create(*live);
        for (std::size_t i = 0; i < friends.size(); ++i) {
            std::string data = invite(friends[i]);
            const std::string why = co_await refusal(*live, "party.invite", std::move(data));
            CHECK(why == (i < 10 ? "" : "party.too_many_invitations"));
            (void)co_await world.clock.sleep_until(world.clock.after(3s));
        }
    });
}

TEST_CASE("No party comes about across a block, whoever made it, and none stays", "[match][party]")
{
    for (const bool by_leader : {true, false}) {
        World world;
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob");
        world.play([&]() -> Task<void> {
            co_await befriend(world, ann, bob);
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            const PartyInfo party = co_await create(*first);
            std::string data = invite(bob);
            std::string why = co_await refusal(*first, "party.invite", data);
            CHECK(why.empty());
            const Result<void> blocked = co_await world.block(by_leader ? ann.id : bob.id, by_leader ? bob.id : ann.id);
            REQUIRE(blocked);
            data = by_id(party.party);
            why = co_await refusal(*second, "party.join", data);
            CHECK(why == "party.no_such_party");
            data = by_code(party.code);
            why = co_await refusal(*second, "party.join", data);
            CHECK(why == "party.no_such_party");
            data = invite(bob);
            why = co_await refusal(*first, "party.invite", data);
            CHECK(why == "party.not_a_friend");
        });
        // A block made while both are in it parts them before they play.
        const Player eve = world.new_player("eve"), fay = world.new_player("fay");
        world.play([&]() -> Task<void> {
            auto first = co_await world.signed_in(eve);
            auto second = co_await world.signed_in(fay);
            const PartyInfo party = co_await create(*first);
            std::string data = by_code(party.code);
            std::string why = co_await refusal(*second, "party.join", std::move(data));
            CHECK(why.empty());
            const Result<void> blocked = co_await world.block(by_leader ? eve.id : fay.id, by_leader ? fay.id : eve.id);
            REQUIRE(blocked);
            why = co_await ready(*first, eve);
            CHECK(why.empty());
            why = co_await ready(*second, fay);
            CHECK(why.empty());
            const std::optional<PartyInfo> out = co_await after(*second, "left");
            CHECK_FALSE(out);
            for (LiveClient* live : {first.get(), second.get()}) {
                const Result<Push> cancelled = co_await live->push("match.cancelled", 2s);
                REQUIRE(cancelled);
                CHECK(protocol::decode<protocol::QueueCancelled>(cancelled->data)->reason == "party_changed");
                const MatchId match = co_await found(*live);
                CHECK(match.empty());
            }
            const protocol::StatusReply now = co_await status(*first);
            CHECK(now.state == "idle");
            REQUIRE(now.party);
            CHECK(now.party->members.size() == 1);
        });
    }
}

TEST_CASE("Whoever was ready for one friend does not play another who comes instead", "[match][party]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(eve);
        const PartyInfo party = co_await create(*first);
        std::string data = by_code(party.code);
        std::string why = co_await refusal(*second, "party.join", data);
        CHECK(why.empty());
        why = co_await ready(*second, bob);
        CHECK(why.empty());
        why = co_await refusal(*first, "party.leave", "{}");
        CHECK(why.empty());
        why = co_await refusal(*third, "party.join", data);
        CHECK(why.empty());
        const std::optional<PartyInfo> joined = co_await after(*third, "joined");
        REQUIRE(joined);
        CHECK(joined->members[0].player == bob.id); // leads now
        CHECK(joined->members[0].leader);
        CHECK_FALSE(joined->members[0].ready);
        const Result<Push> cancelled = co_await second->push("match.cancelled", 2s);
        REQUIRE(cancelled);
        why = co_await ready(*third, eve);
        CHECK(why.empty());
        MatchId match = co_await found(*third);
        CHECK(match.empty());
        // Readiness is taken back by its player, too.
        why = co_await refusal(*third, "match.cancel", "{}");
        CHECK(why.empty());
        const std::optional<PartyInfo> nobody = co_await after(*second, "not_ready");
        REQUIRE(nobody);
        CHECK_FALSE(nobody->members[1].ready);
        why = co_await ready(*second, bob);
        CHECK(why.empty());
        match = co_await found(*second);
        CHECK(match.empty());
        why = co_await ready(*third, eve);
        CHECK(why.empty());
        match = co_await found(*second);
        CHECK_FALSE(match.empty());
    });
}

TEST_CASE("A challenge and the queue do not take one player twice", "[match][party]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(eve);
        const PartyInfo party = co_await create(*first);
        std::string data = by_code(party.code);
        std::string why = co_await refusal(*second, "party.join", std::move(data));
        CHECK(why.empty());
        data = World::queue(ann);
        why = co_await refusal(*first, "match.queue", std::move(data));
        CHECK(why.empty());
        why = co_await ready(*first, ann);
        CHECK(why == "match.already_queued");
        why = co_await ready(*second, bob);
        CHECK(why.empty());
        data = World::queue(eve);
        why = co_await refusal(*third, "match.queue", std::move(data));
        CHECK(why.empty());
        const MatchId match = co_await found(*first);
        const MatchId theirs = co_await found(*third);
        CHECK_FALSE(match.empty());
        CHECK(match == theirs);
        const MatchId none = co_await found(*second);
        CHECK(none.empty());
    });
}

TEST_CASE("Who is cut off for long leaves the party, not who comes back; an idle party ends", "[match][party]")
{
    WorldOptions options;
    options.match.party_idle = 5min;
    World world(options);
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const PartyInfo party = co_await create(*first);
        std::string data = by_code(party.code);
        std::string why = co_await refusal(*second, "party.join", data);
        CHECK(why.empty());
        second->close();
        (void)co_await world.clock.sleep_until(world.clock.after(40s));
        second = co_await world.signed_in(bob);
        (void)co_await world.clock.sleep_until(world.clock.after(60s));
        protocol::StatusReply now = co_await status(*second);
        REQUIRE(now.party);
        CHECK(now.party->members.size() == 2);

        first->close();
        const std::optional<PartyInfo> alone = co_await after(*second, "away", 100s);
        REQUIRE(alone);
        REQUIRE(alone->members.size() == 1);
        CHECK(alone->members[0].player == bob.id);
        CHECK(alone->members[0].leader);
        const std::optional<PartyInfo> over = co_await after(*second, "expired", 6min);
        CHECK_FALSE(over);
        why = co_await refusal(*second, "party.join", data);
        CHECK(why == "party.no_such_party");
        now = co_await status(*second);
        CHECK_FALSE(now.party);
    });
}

TEST_CASE("Nobody leaves a party because presence answers slowly", "[match][party]")
{
    std::optional<SlowPresence> slow;
    World* self = nullptr;
    WorldOptions options;
    options.match.party_away = 2s;
    options.presence_port = [&](Presence& inner) -> Presence& {
        if (!slow) slow.emplace(inner, self->clock);
        return *slow;
    };
    World world(options);
    self = &world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const PartyInfo party = co_await create(*first);
        std::string data = by_code(party.code);
        const std::string why = co_await refusal(*second, "party.join", std::move(data));
        CHECK(why.empty());
        slow->find_takes = 2'500ms; // one by one: a pass is longer than anybody may be away
        (void)co_await world.clock.sleep_until(world.clock.after(60s));
        slow->find_takes = {};
        const protocol::StatusReply now = co_await status(*second);
        REQUIRE(now.party);
        CHECK(now.party->members.size() == 2);
    });
}

TEST_CASE("Parties end with the match daemon; who was ready is told, and a match that was made goes on",
          "[match][party]")
{
    World world;
    world.start();
    world.allocator->play_time = 10min;
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto third = co_await world.signed_in(eve);
        const PartyInfo party = co_await create(*first);
        std::string data = by_code(party.code);
        std::string why = co_await refusal(*second, "party.join", std::move(data));
        CHECK(why.empty());
        (void)co_await create(*third);
        why = co_await ready(*third, eve);
        CHECK(why.empty());
        why = co_await ready(*first, ann);
        CHECK(why.empty());
        why = co_await ready(*second, bob);
        CHECK(why.empty());
        const MatchId match = co_await found(*first);
        CHECK_FALSE(match.empty());

        world.kill_match(0);
        world.start_match(0);
        const Result<Push> cancelled = co_await third->push("match.cancelled", 10s);
        REQUIRE(cancelled);
        CHECK(protocol::decode<protocol::QueueCancelled>(cancelled->data)->reason == "party_changed");
        protocol::StatusReply now = co_await status(*third);
        CHECK(now.state == "idle");
        CHECK_FALSE(now.party);
        now = co_await status(*second);
        CHECK(now.state == "in_match");
        CHECK_FALSE(now.party);
        why = co_await refusal(*second, "party.leave", "{}");
        CHECK(why == "party.not_in_one");
        (void)co_await create(*second); // at once, while the match goes on
    });
}
