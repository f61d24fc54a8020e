// Tournaments from entry to prize, through the match daemon; one that dies is followed by the next.
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/tournament_errc.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/flaky.hpp"
#include "tests/support/world.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::test;
using game::tournament::Format;
using game::tournament::Outcome;
using protocol::TournamentState;

namespace {

struct Cup {
    explicit Cup(World& in, std::size_t players) : world(in)
    {
        for (std::size_t i = 0; i < players; ++i)
            people.push_back(world.new_player(std::string("player") + static_cast<char>('a' + i / 26) +
                                              static_cast<char>('a' + i % 26)));
    }

    Task<TournamentId> open(Format format, std::int64_t most = 8, Millis round_length = 1min)
    {
        Tournament made;
        made.id = world.id<TournamentId>();
        made.rules = {"Cup", format, 0, round_length, 2, most, {{1, "stardust", 7}}};
        made.created_at = world.clock.now();
        TournamentId id = made.id;
        const Result<void> created = co_await world.tournaments->create(std::move(made), world.soon());
        if (!created) throw std::runtime_error("no tournament");
        co_return id;
    }
    // What the match daemon answers: the tournament, or the code of the refusal.
    Task<std::string> ask(std::string method, TournamentId id, const Player& who,
                          std::optional<DeckId> deck = std::nullopt)
    {
        const protocol::PlayerTournamentRequest asked{who.id, std::move(id), std::move(deck)};
        RpcRequest call;
        call.daemon = "match";
        call.method = std::move(method);
        call.body = protocol::encode(asked);
        call.by = world.soon();
        const Result<std::string> answer = co_await world.rpc.call(std::move(call));
        co_return answer ? *answer : std::string(wire_code(answer.error()));
    }
    Task<void> enter_all(TournamentId id)
    {
        for (const Player& each : people) {
            const std::string answer = co_await ask("tournament.enter", id, each, each.deck);
            CHECK(protocol::decode<protocol::TournamentDetail>(answer));
        }
    }
    Task<void> sign_in(std::size_t first, std::size_t count)
    {
        for (std::size_t i = first; i < first + count; ++i) {
            auto live = co_await world.signed_in(people[i]);
            lives.push_back(std::move(live));
        }
    }
    Task<void> start(TournamentId id)
    {
        const Result<void> started = co_await world.tournaments->start(std::move(id), world.clock.now(), world.soon());
        if (!started) throw std::runtime_error("not started");
    }
    Task<Tournament> look(TournamentId id)
    {
        const Result<Tournament> found = co_await world.tournaments->get(std::move(id), world.soon());
        if (!found) throw std::runtime_error("not there");
        co_return *found;
    }
    // Until it is over, or `limit` has passed.
    Task<Tournament> finished(TournamentId id, Millis limit = 5min)
    {
        const Deadline end = world.clock.after(limit);
        for (;;) {
            Tournament now = co_await look(id);
            if (now.state != TournamentState::running || world.clock.monotonic() > end.at) co_return now;
            (void)co_await world.clock.sleep_until(world.clock.after(500ms));
        }
    }
    Task<std::int64_t> stardust(PlayerId player)
    {
        const auto purse = co_await world.ledger->balances(player_account(player), world.soon());
        for (const Balance& each : *purse)
            if (each.asset == "stardust") co_return each.amount;
        co_return 0;
    }

    World& world;
    std::vector<Player> people;
    std::vector<std::unique_ptr<LiveClient>> lives;
};

// The store as the match daemon sees it: what happens between its calls, and what it writes.
class HookedTournaments final : public Tournaments {
public:
    explicit HookedTournaments(Tournaments& inner) : inner_(inner) {}
    AsyncResult<void> create(Tournament tournament, Deadline by) override
    {
        return inner_.create(std::move(tournament), by);
    }
    AsyncResult<Tournament> get(TournamentId tournament, Deadline by) override
    {
        if (unread && reads_left-- <= 0) co_return *unread;
        Result<Tournament> found = co_await inner_.get(std::move(tournament), by);
        if (found && after_get) co_await after_get(*found);
        if (found && damaged.contains(found->id)) { // a table at which somebody sat who never entered
            found->round = 1;
            found->pairings.resize(1);
            found->pairings[0].seats = {1, 1, {"p_nobody"}, found->entries[0].player, Outcome::second};
        }
        co_return found;
    }
    AsyncResult<std::vector<Tournament>> list(TournamentFilter filter, Deadline by) override
    {
        return inner_.list(std::move(filter), by);
    }
    AsyncResult<void> enter(TournamentId tournament, TournamentEntry entry, Deadline by) override
    {
        return inner_.enter(std::move(tournament), std::move(entry), by);
    }
    AsyncResult<void> drop(TournamentId tournament, PlayerId player, Millis now, Deadline by) override
    {
        return inner_.drop(std::move(tournament), std::move(player), now, by);
    }
    AsyncResult<void> start(TournamentId tournament, Millis now, Deadline by) override
    {
        return inner_.start(std::move(tournament), now, by);
    }
    AsyncResult<void> cancel(TournamentId tournament, bool unstarted, Millis now, Deadline by) override
    {
        return inner_.cancel(std::move(tournament), unstarted, now, by);
    }
    AsyncResult<void> rule(TournamentRuling ruling, Deadline by) override { return inner_.rule(std::move(ruling), by); }
    AsyncResult<void> advance(Lease lease, TournamentStep step, Deadline by) override
    {
        epochs.insert(lease.epoch);
        if (conflicts.contains(step.tournament)) ++step.version; // as if it had moved on
        if (step.round > 0) written.push_back(step.pairings.size());
        return inner_.advance(std::move(lease), std::move(step), by);
    }

    std::function<Task<void>(const Tournament&)> after_get;
    std::optional<Errc> unread; // what get() answers instead, once it has answered `reads_left` times
    int reads_left = 0;
    std::set<TournamentId> conflicts, damaged;
    std::set<std::int64_t> epochs; // of the leases that it was given
    std::vector<std::size_t> written;

private:
    Tournaments& inner_;
};

struct HookedWorld {
    HookedWorld() : world(options()) {}
    WorldOptions options()
    {
        WorldOptions chosen;
        chosen.tournaments_port = [this](Tournaments& inner) -> Tournaments& {
            hooked = std::make_unique<HookedTournaments>(inner);
            return *hooked;
        };
        chosen.matches_port = [this](Matches& inner) -> Matches& {
            slow.push_back(std::make_unique<SlowMatches>(inner, *this));
            return *slow.back();
        };
        return chosen;
    }
    class SlowMatches final : public FlakyMatches {
    public:
        SlowMatches(Matches& inner, HookedWorld& in) : FlakyMatches(inner, in.no_faults()), in_(in) {}
        AsyncResult<harvest::Match> get(MatchId match, Deadline by) override
        {
            if (in_.match_read > 0ms) (void)co_await in_.world.clock.sleep_until(in_.world.clock.after(in_.match_read));
            co_return co_await FlakyMatches::get(std::move(match), by);
        }

    private:
        HookedWorld& in_;
    };
    Faults& no_faults()
    {
        if (!faults) faults = std::make_unique<Faults>(1, FaultRates{0, 0, 0, 0, 0ms}, world.clock);
        return *faults;
    }

    Millis match_read{};
    std::unique_ptr<Faults> faults;
    std::unique_ptr<HookedTournaments> hooked;
    std::vector<std::unique_ptr<SlowMatches>> slow;
    World world;
};

// Every match that was ever made for it.
Task<std::size_t> matches_made(World& world)
{
    MatchFilter everything;
    const auto all = co_await world.matches->list(std::move(everything), world.soon());
    co_return all->size();
}

} // namespace

TEST_CASE("Swiss and elimination are played to their end, and the winner is paid once", "[match][tournament]")
{
    World world;
    world.start();
    Cup cup(world, 5);
    world.play([&]() -> Task<void> {
        co_await cup.sign_in(0, 5);
        for (const Format format : {Format::swiss, Format::elimination}) {
            const TournamentId id = co_await cup.open(format);
            co_await cup.enter_all(id);
            const std::size_t before = co_await matches_made(world);
            co_await cup.start(id);
            const Tournament over = co_await cup.finished(id);
            CHECK(over.state == TournamentState::ended);
            CHECK(over.round == 3);
            std::size_t played = 0;
            PlayerId winner;
            for (const TournamentPairing& each : over.pairings) {
                if (each.seats.bye()) continue;
                ++played;
                CHECK(each.decided_by == "match");
                CHECK(each.seats.outcome == Outcome::first); // seat 1 always wins here
                const Result<harvest::Match> match = co_await world.matches->get(each.match, world.soon());
                REQUIRE(match);
                CHECK(match->mode == protocol::tournament_mode);
                CHECK(match->seats[0].player == each.seats.first);
            }
            CHECK(played == (format == Format::swiss ? 6 : 4));
            const std::size_t made = co_await matches_made(world);
            CHECK(made - before == played);
            for (const TournamentEntry& entry : over.entries)
                if (entry.place == 1) winner = entry.player;
            const std::int64_t paid = co_await cup.stardust(winner);
            CHECK((paid == 7 || paid == 14)); // 14: the same one has won both
        }
    });
}

TEST_CASE("A player who is away loses by the clock, two who are away both lose", "[match][tournament]")
{
    World world;
    world.start();
    Cup cup(world, 4);
    world.play([&]() -> Task<void> {
        const TournamentId id = co_await cup.open(Format::elimination);
        co_await cup.enter_all(id);
        co_await cup.sign_in(0, 1); // seeds are equal: by id, a meets d, and b meets c
        co_await cup.start(id);
        (void)co_await world.clock.sleep_until(world.clock.after(50s));
        Tournament now = co_await cup.look(id);
        CHECK(now.round == 1);
        for (const TournamentPairing& each : now.pairings) CHECK(each.seats.outcome == Outcome::open);
        now = co_await cup.finished(id);
        CHECK(now.state == TournamentState::ended);
        for (const TournamentEntry& entry : now.entries)
            CHECK((entry.place == 1) == (entry.player == cup.people[0].id));
        const std::size_t made = co_await matches_made(world);
        CHECK(made == 0);
    });
}

TEST_CASE("A drop and a ruling decide open tables, and the match of one decides nothing any more",
          "[match][tournament]")
{
    World world;
    world.start();
    Cup cup(world, 4);
    world.play([&]() -> Task<void> {
        co_await cup.sign_in(0, 4);
        const TournamentId id = co_await cup.open(Format::swiss);
        co_await cup.enter_all(id);
        co_await cup.start(id);
        (void)co_await world.clock.sleep_until(world.clock.after(5s));
        Tournament now = co_await cup.look(id);
        REQUIRE(now.pairings.size() == 2);
        const PlayerId gone = now.pairings[0].seats.first;
        for (const Player& each : cup.people) {
            if (each.id != gone) continue;
            const std::string answer = co_await cup.ask("tournament.leave", id, each);
            CHECK(protocol::decode<protocol::TournamentDetail>(answer));
        }
        TournamentRuling ruling{id, 1, 2, Outcome::draw, "judge"};
        const Result<void> ruled = co_await world.tournaments->rule(std::move(ruling), world.soon());
        REQUIRE(ruled);
        now = co_await cup.finished(id);
        CHECK(now.state == TournamentState::ended);
        CHECK(now.pairings[0].seats.outcome == Outcome::second);
        CHECK(now.pairings[0].decided_by == "drop");
        CHECK(now.pairings[1].seats.outcome == Outcome::draw);
        int later = 0;
        for (const TournamentPairing& each : now.pairings) {
            if (each.seats.round != 2) continue;
            ++later;
            CHECK_FALSE(each.seats.has(gone));
        }
        CHECK(later > 0);
    });
}

TEST_CASE("Who wins a final and leaves before the referee has looked has won it", "[match][tournament]")
{
    for (const Millis play_time : {2'000ms, 2'300ms, 2'600ms, 2'900ms}) {
        World world;
        world.allocator->play_time = play_time;
        world.start();
        Cup cup(world, 2);
        world.play([&]() -> Task<void> {
            co_await cup.sign_in(0, 2);
            const TournamentId id = co_await cup.open(Format::elimination);
            co_await cup.enter_all(id);
            co_await cup.start(id);
            MatchFilter ended;
            ended.state = MatchState::ended;
            std::vector<harvest::Match> over;
            for (int i = 0; i < 2'000 && over.empty(); ++i) {
                (void)co_await world.clock.sleep_until(world.clock.after(5ms));
                MatchFilter asked = ended;
                auto found = co_await world.matches->list(std::move(asked), world.soon());
                over = std::move(*found);
            }
            REQUIRE(over.size() == 1);
            const auto seat = static_cast<std::size_t>(over[0].result->winner);
            for (const Player& each : cup.people) {
                if (each.id != over[0].seats[seat].player) continue;
                const std::string answer = co_await cup.ask("tournament.leave", id, each);
                const std::string expected = wire_code(protocol::TournamentErrc::over).data();
                CHECK((answer == expected || protocol::decode<protocol::TournamentDetail>(answer)));
            }
            const Tournament now = co_await cup.finished(id);
            CHECK(now.state == TournamentState::ended);
            CHECK(now.pairings[0].decided_by == "match");
            const std::int64_t paid = co_await cup.stardust(over[0].seats[seat].player);
            CHECK(paid == 7);
        });
    }
}

TEST_CASE("Entering is refused with its reason", "[match][tournament]")
{
    World world;
    world.start();
    Cup cup(world, 3);
    world.play([&]() -> Task<void> {
        const TournamentId id = co_await cup.open(Format::swiss, 2);
        const Player &ann = cup.people[0], &bob = cup.people[1], &eve = cup.people[2];
        std::string answer = co_await cup.ask("tournament.enter", world.id<TournamentId>(), ann, ann.deck);
        CHECK(answer == "tournament.no_such_tournament");
        answer = co_await cup.ask("tournament.enter", id, ann, bob.deck);
        CHECK(answer == "match.no_such_deck");
        answer = co_await cup.ask("tournament.leave", id, ann);
        CHECK(answer == "tournament.not_entered");
        for (const Player& each : {ann, bob}) (void)co_await cup.ask("tournament.enter", id, each, each.deck);
        answer = co_await cup.ask("tournament.enter", id, eve, eve.deck);
        CHECK(answer == "tournament.full");
        co_await cup.start(id);
        answer = co_await cup.ask("tournament.enter", id, ann, ann.deck);
        CHECK(answer == "tournament.not_open");
        answer = co_await cup.ask("tournament.get", id, ann);
        const auto shown = protocol::decode<protocol::TournamentDetail>(answer);
        REQUIRE(shown);
        CHECK(shown->tournament.entered);
        CHECK(shown->deck == ann.deck);
        CHECK(shown->standings.size() == 2);
        CHECK(shown->standings[0].name.starts_with("player"));
        REQUIRE(shown->prizes.size() == 1);
        CHECK(shown->prizes[0].reward.size() == 1);
        const Result<void> cancelled = co_await world.tournaments->cancel(id, false, world.clock.now(), world.soon());
        REQUIRE(cancelled);
        answer = co_await cup.ask("tournament.leave", id, ann);
        CHECK(answer == "tournament.over");
    });
}

TEST_CASE("Who cannot be shown the tournament after entering or leaving is in doubt, not refused",
          "[match][tournament]")
{
    HookedWorld in;
    World& world = in.world;
    world.start();
    Cup cup(world, 1);
    world.play([&]() -> Task<void> {
        const TournamentId id = co_await cup.open(Format::swiss);
        const Player& ann = cup.people[0];
        in.hooked->unread = Errc::resource_exhausted;
        std::string answer = co_await cup.ask("tournament.enter", id, ann, ann.deck);
        CHECK(answer == "in_doubt");
        answer = co_await cup.ask("tournament.leave", id, ann);
        CHECK(answer == "resource_exhausted"); // it looks before it leaves
        in.hooked->reads_left = 1;
        answer = co_await cup.ask("tournament.leave", id, ann);
        CHECK(answer == "in_doubt");
        in.hooked->reads_left = 1;
        answer = co_await cup.ask("tournament.leave", id, ann);
        CHECK(answer == "tournament.not_entered");
        answer = co_await cup.ask("tournament.get", id, ann);
        CHECK(answer == "resource_exhausted"); // nothing was to be changed
        in.hooked->unread.reset();
    });
}

TEST_CASE("A match daemon that is killed at any moment is followed by one that goes on", "[match][tournament]")
{
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        WorldOptions options;
        options.seed = seed;
        World world(options);
        world.allocator->play_time = 3s;
        world.start();
        Cup cup(world, 4);
        TournamentId id;
        world.play([&]() -> Task<void> {
            co_await cup.sign_in(0, 4);
            id = co_await cup.open(Format::elimination);
            co_await cup.enter_all(id);
            co_await cup.start(id);
        });
        world.run_for(Millis{seed * 430});
        world.kill_match(0);
        world.start_match(0);
        world.run_for(Millis{10'000 + seed * 310});
        world.kill_match(0);
        world.start_match(0);
        world.play([&]() -> Task<void> {
            const Tournament over = co_await cup.finished(id);
            CHECK(over.state == TournamentState::ended);
            const std::size_t made = co_await matches_made(world);
            CHECK(made == 3);
            std::int64_t paid = 0;
            for (const Player& each : cup.people) {
                const std::int64_t own = co_await cup.stardust(each.id);
                paid += own;
            }
            CHECK(paid == 7);
        });
    }
}

TEST_CASE("Who is lost from sight as presence begins anew is not lost by the clock", "[match][tournament]")
{
    for (const bool restart : {false, true}) {
        World world;
        world.start();
        Cup cup(world, 2);
        world.play([&]() -> Task<void> {
            co_await cup.sign_in(0, 1);
            const TournamentId id = co_await cup.open(Format::elimination);
            co_await cup.enter_all(id);
            co_await cup.start(id);
            (void)co_await world.clock.sleep_until(world.clock.after(58s)); // the round ends at a minute
            if (restart) world.kill_match(0);
            const Player ann = cup.people[0];
            const Result<void> gone = co_await world.presence.remove(ann.id, ann.session, "connsrv-0", world.soon());
            REQUIRE(gone);
            if (restart) world.start_match(0);
            (void)co_await world.clock.sleep_until(world.clock.after(8s));
            Tournament now = co_await cup.look(id);
            CHECK(now.pairings.at(0).seats.outcome == Outcome::open);
            now = co_await cup.finished(id);
            CHECK(now.state == TournamentState::ended);
            const auto winner = std::ranges::find(now.entries, 1, &TournamentEntry::place);
            REQUIRE(winner != now.entries.end());
            CHECK(winner->player == ann.id); // she was here all the time
            CHECK(now.pairings.at(0).decided_by == "clock");
        });
    }
}

TEST_CASE("A tournament that moves on under the referee costs the others nothing", "[match][tournament]")
{
    HookedWorld in;
    World& world = in.world;
    world.start();
    Cup cup(world, 2);
    world.play([&]() -> Task<void> {
        co_await cup.sign_in(0, 2);
        const TournamentId other = co_await cup.open(Format::swiss);
        (void)co_await world.clock.sleep_until(world.clock.after(5ms)); // ids are in order of time
        const TournamentId moved = co_await cup.open(Format::swiss);
        in.hooked->conflicts.insert(moved); // the newest: it is looked at first
        for (const TournamentId& id : {other, moved}) {
            co_await cup.enter_all(id);
            co_await cup.start(id);
        }
        const Tournament over = co_await cup.finished(other);
        CHECK(over.state == TournamentState::ended);
        const Tournament waits = co_await cup.look(moved);
        CHECK(waits.round == 0);
        CHECK(in.hooked->epochs.size() == 1); // one lease all the time
    });
}

TEST_CASE("A round of many tables that answer late is kept in parts, under one lease", "[match][tournament]")
{
    HookedWorld in;
    World& world = in.world;
    world.start();
    Cup cup(world, 64);
    world.play([&]() -> Task<void> {
        const TournamentId id = co_await cup.open(Format::elimination, 64);
        co_await cup.enter_all(id);
        co_await cup.start(id);
        (void)co_await world.clock.sleep_until(world.clock.after(5s));
        in.hooked->written.clear();
        in.match_read = 1s; // of 32 tables: a pass is longer than a lease
        std::size_t taken = 0;
        Tournament now = co_await cup.look(id);
        while (now.state == TournamentState::running) {
            const Result<Lease> free = co_await world.leases->acquire("tournaments", "another", 1s, world.soon());
            taken += free ? 1 : 0;
            (void)co_await world.clock.sleep_until(world.clock.after(500ms));
            now = co_await cup.look(id);
        }
        CHECK(taken == 0);
        CHECK(now.state == TournamentState::ended);
        for (const TournamentEntry& entry : now.entries) CHECK(entry.place == 33);
        const std::vector<std::size_t>& written = in.hooked->written;
        REQUIRE_FALSE(written.empty());
        CHECK(*std::ranges::max_element(written) <= 16);
        CHECK(in.hooked->epochs.size() == 1);
    });
}

TEST_CASE("No match is made for a tournament that has moved on meanwhile", "[match][tournament]")
{
    HookedWorld in;
    World& world = in.world;
    world.start();
    Cup cup(world, 2);
    world.play([&]() -> Task<void> {
        co_await cup.sign_in(0, 2);
        for (const bool cancelled : {true, false}) {
            const TournamentId id = co_await cup.open(Format::swiss);
            co_await cup.enter_all(id);
            co_await cup.start(id);
            bool done = false;
            in.hooked->after_get = [&](const Tournament& read) -> Task<void> {
                if (done || read.id != id || read.round == 0) co_return;
                done = true; // what the referee has read is old now
                if (cancelled) {
                    const Result<void> ended =
                        co_await world.tournaments->cancel(id, false, world.clock.now(), world.soon());
                    CHECK(ended);
                    co_return;
                }
                TournamentRuling ruling{id, 1, 1, Outcome::first, "judge"};
                const Result<void> ruled = co_await world.tournaments->rule(std::move(ruling), world.soon());
                CHECK(ruled);
            };
            (void)co_await cup.finished(id);
            (void)co_await world.clock.sleep_until(world.clock.after(5s));
            in.hooked->after_get = nullptr;
            CHECK(done);
            const std::size_t made = co_await matches_made(world);
            CHECK(made == 0);
        }
    });
}

TEST_CASE("A tournament whose row contradicts itself costs the others nothing", "[match][tournament]")
{
    HookedWorld in;
    World& world = in.world;
    world.start();
    Cup cup(world, 2);
    world.play([&]() -> Task<void> {
        co_await cup.sign_in(0, 2);
        const TournamentId other = co_await cup.open(Format::swiss);
        (void)co_await world.clock.sleep_until(world.clock.after(5ms)); // ids are in order of time
        const TournamentId damaged = co_await cup.open(Format::swiss);
        for (const TournamentId& id : {other, damaged}) {
            co_await cup.enter_all(id);
            co_await cup.start(id);
        }
        in.hooked->damaged.insert(damaged); // the newest: it is looked at first
        const Tournament over = co_await cup.finished(other);
        CHECK(over.state == TournamentState::ended);
    });
}

TEST_CASE("Every running tournament is looked after, however many there are", "[match][tournament]")
{
    World world;
    world.start();
    Cup cup(world, 2);
    world.play([&]() -> Task<void> {
        const TournamentId oldest = co_await cup.open(Format::elimination, 2, 1s);
        co_await cup.enter_all(oldest);
        co_await cup.start(oldest);
        (void)co_await world.clock.sleep_until(world.clock.after(5ms)); // ids are in order of time
        for (int i = 0; i < 100; ++i) {
            const TournamentId id = co_await cup.open(Format::elimination, 2, 1h);
            co_await cup.enter_all(id);
            co_await cup.start(id);
        }
        const Tournament over = co_await cup.finished(oldest, 45s);
        CHECK(over.state == TournamentState::ended);
    });
}

TEST_CASE("A match that finds no instance is tried again as long as the round lasts", "[match][tournament]")
{
    WorldOptions options;
    options.match.place_within = 1s;
    World world(options);
    world.allocator->broken = true;
    world.start();
    Cup cup(world, 2);
    world.play([&]() -> Task<void> {
        co_await cup.sign_in(0, 2);
        const TournamentId id = co_await cup.open(Format::elimination, 8, 5min);
        co_await cup.enter_all(id);
        co_await cup.start(id);
        Tournament now = co_await cup.look(id);
        const Deadline end = world.clock.after(4min);
        while (world.clock.monotonic() < end.at && now.state == TournamentState::running &&
               (now.pairings.empty() || now.pairings[0].attempts <= match::most_attempts)) {
            (void)co_await world.clock.sleep_until(world.clock.after(1s));
            now = co_await cup.look(id);
        }
        REQUIRE(now.pairings.size() == 1);
        CHECK(now.pairings[0].attempts > match::most_attempts);
        CHECK(now.pairings[0].seats.outcome == Outcome::open);
        world.allocator->broken = false;
        now = co_await cup.finished(id);
        CHECK(now.state == TournamentState::ended);
        CHECK(now.pairings[0].decided_by == "match");
    });
}
