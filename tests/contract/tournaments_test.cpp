// The Tournaments store: who may enter and leave when, rulings, and steps that happen once.
#include "common/ports/tournaments.hpp"
#include "common/protocol/tournament_errc.hpp"
#include "tests/contract/support/social.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;
using game::tournament::Format;
using game::tournament::Outcome;
using protocol::TournamentErrc;
using protocol::TournamentState;

namespace {

template <class Stores>
class Hall {
public:
    explicit Hall(Stores& stores) : stores_(stores)
    {
        const Result<Lease> lease = get(stores_->leases.acquire("tournaments", "test", 1min, stores_.soon()));
        REQUIRE(lease);
        lease_ = *lease;
    }

    TournamentId open(Format format = Format::swiss, std::int64_t least = 2, std::int64_t most = 4)
    {
        Tournament made;
        made.id = TournamentId{"k_" + make_ulid(noon + Millis{++made_}, {})}; // in order
        made.made_from = "weekly";
        made.rules = {"Weekly", format, 0, 10min, least, most, {{1, "coin", 300}, {1, "compost", 2}, {2, "coin", 100}}};
        made.seed = -5;
        made.created_at = noon;
        REQUIRE(get(stores_->tournaments.create(made, stores_.soon())));
        CHECK(get(stores_->tournaments.create(made, stores_.soon())).error() == Errc::already_exists);
        return made.id;
    }
    Result<void> enter(const TournamentId& id, const PlayerId& player, const std::string& deck = "d_1")
    {
        return get(stores_->tournaments.enter(id, {player, DeckId{deck}, 0, noon + Millis{++made_}}, stores_.soon()));
    }
    Result<void> drop(const TournamentId& id, const PlayerId& player)
    {
        return get(stores_->tournaments.drop(id, player, noon + 1h, stores_.soon()));
    }
    Result<void> start(const TournamentId& id) { return get(stores_->tournaments.start(id, noon, stores_.soon())); }
    Result<void> cancel(const TournamentId& id, bool unstarted = false)
    {
        return get(stores_->tournaments.cancel(id, unstarted, noon, stores_.soon()));
    }
    Result<void> rule(const TournamentId& id, int round, int table, Outcome outcome)
    {
        return get(stores_->tournaments.rule({id, round, table, outcome, "ada"}, stores_.soon()));
    }
    Tournament look(const TournamentId& id)
    {
        const Result<Tournament> found = get(stores_->tournaments.get(id, stores_.soon()));
        REQUIRE(found);
        return *found;
    }
    // The next round as its rules pair it.
    TournamentStep next(const TournamentId& id)
    {
        const Tournament now = look(id);
        TournamentStep step;
        step.tournament = id;
        step.version = now.version;
        step.state = TournamentState::running;
        step.round = now.round + 1;
        step.rounds = 2;
        step.round_until = noon + 10min;
        step.at = noon;
        game::tournament::Field field = field_of(now);
        field.rounds = 2;
        for (const game::tournament::Pairing& each : game::tournament::next_round(field))
            step.pairings.push_back({each});
        return step;
    }
    Result<void> advance(const TournamentStep& step) { return advance(lease_, step); }
    Result<void> advance(const Lease& lease, const TournamentStep& step)
    {
        return get(stores_->tournaments.advance(lease, step, stores_.soon()));
    }
    std::vector<TournamentId> list(std::optional<TournamentState> state, std::string after = "", std::size_t limit = 50)
    {
        std::vector<TournamentId> ids;
        for (const Tournament& each : *get(stores_->tournaments.list({state, after, limit}, stores_.soon())))
            ids.push_back(each.id);
        return ids;
    }
    const Lease& lease() const { return lease_; }

private:
    Stores& stores_;
    Lease lease_;
    int made_ = 0;
};

const PlayerId anna{"p_a"}, boris{"p_b"}, clara{"p_c"}, doris{"p_d"};

} // namespace

TEMPLATE_TEST_CASE("A tournament is kept as it was made, and found by its state, the newest first", "[tournaments]",
                   HARVEST_STORES)
{
    TestType stores;
    Hall hall(stores);
    const TournamentId one = hall.open(), two = hall.open(Format::elimination);
    stores.reopen();
    const Tournament kept = hall.look(two);
    CHECK(kept.state == TournamentState::open);
    CHECK(kept.made_from == "weekly");
    CHECK(kept.rules.name == "Weekly");
    CHECK(kept.rules.format == Format::elimination);
    CHECK(kept.rules.round_length == 10min);
    CHECK(kept.rules.max_players == 4);
    CHECK(kept.rules.prizes.size() == 3);
    CHECK(kept.seed == -5);
    CHECK(hall.list({}) == std::vector{two, one});
    CHECK(hall.list({}, two.value) == std::vector{one});
    CHECK(hall.list({}, "", 1) == std::vector{two});
    REQUIRE(hall.cancel(one, true));
    CHECK(hall.cancel(one, true).error() == Errc::conflict);
    CHECK(hall.list(TournamentState::open) == std::vector{two});
    CHECK(hall.list(TournamentState::cancelled) == std::vector{one});
    CHECK(hall.look(one).ended_at == noon);
    CHECK(get(stores->tournaments.get(TournamentId{"k_none"}, stores.soon())).error() ==
          TournamentErrc::no_such_tournament);
    CHECK(hall.enter(TournamentId{"k_none"}, anna).error() == TournamentErrc::no_such_tournament);
}

TEMPLATE_TEST_CASE("Players enter and leave an open tournament, and drop from a running one", "[tournaments]",
                   HARVEST_STORES)
{
    TestType stores;
    Hall hall(stores);
    const TournamentId id = hall.open(Format::swiss, 3, 3);
    REQUIRE(hall.enter(id, anna));
    REQUIRE(hall.enter(id, boris));
    REQUIRE(hall.enter(id, anna, "d_2")); // another deck
    CHECK(hall.look(id).entries.size() == 2);
    CHECK(hall.look(id).entries[0].deck == DeckId{"d_2"});
    CHECK(hall.start(id).error() == TournamentErrc::too_few);
    CHECK(hall.drop(id, clara).error() == TournamentErrc::not_entered);
    REQUIRE(hall.enter(id, clara));
    CHECK(hall.enter(id, doris).error() == TournamentErrc::full);
    REQUIRE(hall.enter(id, clara, "d_3")); // one who is in it may still
    const std::int64_t version = hall.look(id).version;
    REQUIRE(hall.enter(id, clara, "d_3"));
    CHECK(hall.look(id).version == version); // else a referee's step would be for nothing
    REQUIRE(hall.drop(id, clara));
    CHECK(hall.look(id).entries.size() == 2);
    REQUIRE(hall.enter(id, doris));
    REQUIRE(hall.start(id));
    CHECK(hall.start(id).error() == TournamentErrc::not_open);
    CHECK(hall.enter(id, clara).error() == TournamentErrc::not_open);
    REQUIRE(hall.advance(hall.next(id)));
    const Tournament now = hall.look(id);
    const game::tournament::Pairing& seats = now.pairings[0].seats;
    REQUIRE(hall.drop(id, seats.second));
    const std::int64_t dropped = hall.look(id).version;
    REQUIRE(hall.drop(id, seats.second)); // nothing changes
    const Tournament then = hall.look(id);
    CHECK(then.version == dropped);
    CHECK(then.entries.size() == 3);
    CHECK(then.pairings[0].seats.outcome == Outcome::first);
    CHECK(then.pairings[0].decided_by == "drop");
    CHECK(hall.cancel(id, true).error() == Errc::conflict); // it has begun
    REQUIRE(hall.cancel(id));
    CHECK(hall.drop(id, seats.first).error() == TournamentErrc::over);
    CHECK(hall.cancel(id).error() == TournamentErrc::over);
}

TEMPLATE_TEST_CASE("A judge's ruling stands where it can", "[tournaments]", HARVEST_STORES)
{
    TestType stores;
    Hall hall(stores);
    const TournamentId id = hall.open(Format::elimination), swiss = hall.open();
    for (const PlayerId& player : {anna, boris, clara, doris}) REQUIRE(hall.enter(id, player));
    for (const PlayerId& player : {anna, boris, clara}) REQUIRE(hall.enter(swiss, player));
    CHECK(hall.rule(id, 1, 1, Outcome::first).error() == TournamentErrc::not_running);
    REQUIRE(hall.start(id));
    REQUIRE(hall.advance(hall.next(id)));
    CHECK(hall.rule(id, 1, 3, Outcome::first).error() == TournamentErrc::no_such_pairing);
    CHECK(hall.rule(id, 1, 1, Outcome::draw).error() == TournamentErrc::no_draw);
    CHECK(hall.rule(id, 1, 1, Outcome::open).error() == Errc::invalid_argument);
    REQUIRE(hall.rule(id, 1, 1, Outcome::first));
    REQUIRE(hall.rule(id, 1, 1, Outcome::second)); // thought better of it
    REQUIRE(hall.rule(id, 1, 2, Outcome::second));
    const Tournament now = hall.look(id);
    CHECK(now.pairings[0].seats.outcome == Outcome::second);
    CHECK(now.pairings[0].decided_by == "ada");
    REQUIRE(hall.advance(hall.next(id)));
    CHECK(hall.look(id).pairings.back().seats.first == now.pairings[0].seats.second);
    CHECK(hall.rule(id, 1, 1, Outcome::first).error() == TournamentErrc::round_over);

    REQUIRE(hall.start(swiss));
    REQUIRE(hall.advance(hall.next(swiss)));
    CHECK(hall.rule(swiss, 1, 2, Outcome::first).error() == TournamentErrc::no_such_pairing); // a bye
    REQUIRE(hall.rule(swiss, 1, 1, Outcome::draw));
    REQUIRE(hall.advance(hall.next(swiss)));
    REQUIRE(hall.rule(swiss, 1, 1, Outcome::both_lost)); // of an earlier round too
    CHECK(hall.look(swiss).pairings[0].seats.outcome == Outcome::both_lost);
}

TEMPLATE_TEST_CASE("A step happens once, and only of the tournament as it was", "[tournaments]", HARVEST_STORES)
{
    TestType stores;
    Hall hall(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const TournamentId id = hall.open();
    REQUIRE(hall.enter(id, ada));
    REQUIRE(hall.enter(id, bob));
    CHECK(hall.advance(hall.next(id)).error() == Errc::conflict); // it is not running
    REQUIRE(hall.start(id));
    TournamentStep step = hall.next(id);
    step.ratings = {{ada, 1'700'000}, {bob, 1'400'000}};
    Lease lost = hall.lease();
    lost.epoch -= 1;
    CHECK(hall.advance(lost, step).error() == Errc::conflict);
    REQUIRE(hall.advance(step));
    CHECK(hall.advance(step).error() == Errc::conflict);
    Tournament now = hall.look(id);
    CHECK(now.round == 1);
    CHECK(now.round_until == noon + 10min);
    CHECK(now.entries[0].rating == 1'700'000);
    CHECK(now.entries[0].name == "Ada");
    CHECK(now.entries[1].name == "Bob");
    REQUIRE(now.pairings.size() == 1);

    TournamentStep end;
    end.tournament = id;
    end.version = now.version;
    end.state = TournamentState::ended;
    end.round = end.rounds = 1;
    end.at = noon + 1h;
    end.pairings = now.pairings;
    end.pairings[0].seats.outcome = Outcome::first;
    end.pairings[0].match = MatchId{"m_1"};
    end.pairings[0].attempts = 2;
    end.places = {{ada, 1}, {bob, 2}};
    end.prizes = {{TransferId{"t_prize"}, "coin", "mint", player_account(ada), 300, "tournament.prize"}};
    end.events = {event_of(stores, "harvest.game", ada.value, "{}")};
    REQUIRE(hall.rule(id, 1, 1, Outcome::second)); // comes before it
    CHECK(hall.advance(end).error() == Errc::conflict);
    end.version = hall.look(id).version;
    REQUIRE(hall.advance(end));
    end.version = hall.look(id).version;
    CHECK(hall.advance(end).error() == Errc::conflict); // it is over
    stores.reopen();
    now = hall.look(id);
    CHECK(now.state == TournamentState::ended);
    CHECK(now.ended_at == noon + 1h);
    CHECK(now.entries[1].place == 2);
    CHECK(now.pairings[0].match == MatchId{"m_1"});
    CHECK(now.pairings[0].attempts == 2);
    CHECK(hall.rule(id, 1, 1, Outcome::first).error() == TournamentErrc::not_running);
    const auto purse = get(stores->ledger.balances(player_account(ada), stores.soon()));
    REQUIRE(purse);
    REQUIRE(purse->size() == 1);
    CHECK(purse->front().amount == 300);
    step.tournament = TournamentId{"k_none"};
    CHECK(hall.advance(step).error() == TournamentErrc::no_such_tournament);
}

TEMPLATE_TEST_CASE("An account that is deleted leaves every tournament that is not over", "[tournaments][personal]",
                   HARVEST_STORES)
{
    TestType stores;
    Hall hall(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const TournamentId open = hall.open(), running = hall.open(), over = hall.open();
    for (const TournamentId& id : {open, running, over})
        for (const PlayerId& player : {ada, bob}) REQUIRE(hall.enter(id, player));
    REQUIRE(hall.start(running));
    REQUIRE(hall.advance(hall.next(running)));
    REQUIRE(hall.cancel(over));
    Erasure erasure;
    erasure.player = ada;
    erasure.at = noon + 1h;
    erasure.first_event = stores.template id<EventId>();
    erasure.first_transfer = stores.template id<TransferId>();
    erasure.source = "test";
    REQUIRE(get(stores->personal.erase(erasure, stores.soon())));
    CHECK(hall.look(open).entries.size() == 1);
    CHECK(hall.look(over).entries.size() == 2);
    const Tournament now = hall.look(running);
    CHECK(now.pairings[0].seats.outcome == (now.pairings[0].seats.first == bob ? Outcome::first : Outcome::second));
}
