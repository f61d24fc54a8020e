#include "common/ports/matches.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace harvest;
using namespace harvest::test;

namespace {

template <class Stores>
MatchTicket ticket_of(Stores& stores, PlayerId player)
{
    return {stores.template id<TicketId>(), std::move(player), "ranked", DeckId{"d_1"}, "{}", noon};
}

template <class Stores>
Match match_of(Stores& stores, PlayerId one, PlayerId two)
{
    Match match;
    match.id = stores.template id<MatchId>();
    match.mode = "ranked";
    match.content_hash = "5be1c07a";
    match.created_at = noon;
    match.seats[0] = {std::move(one), "kestrel", "gardener", {"wheat_sprite", "wheat_sprite", "hen"}, ""};
    match.seats[1] = {std::move(two), "moss", "tinker", {"hen"}, ""};
    return match;
}

// Two players queued and put into a match; gives its id.
template <class Stores>
MatchId begin_match(Stores& stores, const PlayerId& one, const PlayerId& two)
{
    const MatchTicket first = ticket_of(stores, one);
    const MatchTicket second = ticket_of(stores, two);
    REQUIRE(get(stores->matches.queue(first, stores.soon())));
    REQUIRE(get(stores->matches.queue(second, stores.soon())));
    const Match match = match_of(stores, one, two);
    REQUIRE(get(stores->matches.make(match, {first.id, second.id}, {}, stores.soon())));
    return match.id;
}

} // namespace

TEMPLATE_TEST_CASE("T13: a player has one ticket or one match, never two", "[matches]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId one{"p_1"}, two{"p_2"}, three{"p_3"};
    const MatchTicket first = ticket_of(stores, one);
    const MatchTicket second = ticket_of(stores, two);
    REQUIRE(get(stores->matches.queue(first, stores.soon())));
    REQUIRE(get(stores->matches.queue(second, stores.soon())));
    CHECK(get(stores->matches.queue(ticket_of(stores, one), stores.soon())).error() == Errc::already_exists);

    const Match match = match_of(stores, one, two);
    REQUIRE(get(stores->matches.make(match, {first.id, second.id}, {}, stores.soon())));
    CHECK(get(stores->matches.queued(stores.soon()))->empty());
    CHECK(get(stores->matches.queue(ticket_of(stores, two), stores.soon())).error() == Errc::already_exists);
    CHECK(get(stores->matches.current(one, stores.soon()))->id == match.id);
    CHECK(get(stores->matches.current(three, stores.soon())).error() == Errc::not_found);

    // The tickets are used up, with new matches or old ones.
    const Match again = match_of(stores, one, two);
    CHECK(get(stores->matches.make(again, {first.id, second.id}, {}, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->matches.get(again.id, stores.soon())).error() == Errc::not_found);
    const Match direct = match_of(stores, three, one);
    CHECK(get(stores->matches.make(direct, {TicketId{}, TicketId{}}, {}, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->matches.current(three, stores.soon())).error() == Errc::not_found);
    const Match alone = match_of(stores, three, three);
    CHECK(get(stores->matches.make(alone, {TicketId{}, TicketId{}}, {}, stores.soon())).error() ==
          Errc::invalid_argument);

    REQUIRE(get(stores->matches.abort(match.id, 0, "test", {}, noon, stores.soon())));
    CHECK(get(stores->matches.queue(ticket_of(stores, one), stores.soon())));
}

TEMPLATE_TEST_CASE("A seat played by a bot binds nobody", "[matches]", HARVEST_STORES)
{
    TestType stores;
    for (int i = 0; i < 2; ++i) {
        const PlayerId human{fmt::format("p_{}", i)};
        const MatchTicket ticket = ticket_of(stores, human);
        REQUIRE(get(stores->matches.queue(ticket, stores.soon())));
        Match match = match_of(stores, human, PlayerId{"p_bot"});
        match.seats[1].bot = "greedy";
        REQUIRE(get(stores->matches.make(match, {ticket.id, TicketId{}}, {}, stores.soon())));
        CHECK(get(stores->matches.get(match.id, stores.soon()))->seats[1].bot == "greedy");
    }
}

TEMPLATE_TEST_CASE("A ticket is taken back once", "[matches]", HARVEST_STORES)
{
    TestType stores;
    const MatchTicket ticket = ticket_of(stores, PlayerId{"p_1"});
    REQUIRE(get(stores->matches.queue(ticket, stores.soon())));
    const auto queued = get(stores->matches.queued(stores.soon()));
    REQUIRE(queued->size() == 1);
    CHECK(queued->front().id == ticket.id);
    CHECK(queued->front().deck == ticket.deck);
    CHECK(queued->front().queued_at == noon);
    CHECK(get(stores->matches.ticket(PlayerId{"p_1"}, stores.soon()))->id == ticket.id);
    CHECK(get(stores->matches.ticket(PlayerId{"p_2"}, stores.soon())).error() == Errc::not_found);
    REQUIRE(get(stores->matches.unqueue(ticket.id, stores.soon())));
    CHECK(get(stores->matches.unqueue(ticket.id, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->matches.queue(ticket_of(stores, PlayerId{"p_1"}), stores.soon())));
}

TEMPLATE_TEST_CASE("T11: nothing is written under an old epoch", "[matches]", HARVEST_STORES)
{
    TestType stores;
    const MatchId id = begin_match(stores, PlayerId{"p_1"}, PlayerId{"p_2"});
    CHECK(get(stores->matches.ownerless(noon, 10, stores.soon()))->size() == 1);
    const auto old = get(stores->matches.claim(id, "instance-0", noon, noon + 10s, stores.soon()));
    REQUIRE(old);
    CHECK(old->epoch == 1);
    CHECK(old->state == MatchState::playing);
    CHECK(get(stores->matches.ownerless(noon + 9'999ms, 10, stores.soon()))->empty());
    CHECK(get(stores->matches.ownerless(noon + 10s, 10, stores.soon()))->size() == 1);
    CHECK(get(stores->matches.claim(id, "instance-1", noon + 9'999ms, noon + 20s, stores.soon())).error() ==
          Errc::conflict);
    REQUIRE(get(stores->matches.commit_seed(id, 1, "sealed", "commitment", stores.soon())));
    const auto taken = get(stores->matches.claim(id, "instance-1", noon + 10s, noon + 20s, stores.soon()));
    REQUIRE(taken);
    CHECK(taken->epoch == 2);
    CHECK(taken->sealed_seed == "sealed");

    const auto stale = [&](const Result<void>& outcome) { CHECK(outcome.error() == Errc::conflict); };
    stale(get(stores->matches.commit_seed(id, 1, "other", "other", stores.soon())));
    stale(get(stores->matches.commit_seed(id, 2, "other", "other", stores.soon())));
    stale(get(stores->matches.set_nonces(id, 1, {"aa", "bb"}, stores.soon())));
    stale(get(stores->matches.append_battle(id, 1, {0, 1, "[]"}, event_of(stores, "harvest.battle", id.value, "{}"),
                                            stores.soon())));
    Settlement settlement;
    settlement.match = id;
    settlement.epoch = 1;
    settlement.at = noon + 11s;
    stale(get(stores->matches.settle(settlement, stores.soon())));
    const auto lost = get(stores->matches.renew("instance-0", {{id, 1}}, noon + 30s, stores.soon()));
    REQUIRE(lost->size() == 1);
    CHECK(lost->front() == id);
    CHECK(get(stores->matches.renew("instance-1", {{id, 2}}, noon + 30s, stores.soon()))->empty());
    CHECK(get(stores->matches.get(id, stores.soon()))->lease_until == noon + 30s);
    CHECK(get(stores->events.read("harvest.battle", "", 0, 10, stores.soon()))->empty());
    // Its own lease may be taken again before it runs out: an instance that restarted under its name.
    CHECK(get(stores->matches.claim(id, "instance-1", noon + 12s, noon + 40s, stores.soon()))->epoch == 3);
}

TEMPLATE_TEST_CASE("A battle log grows without gaps and outlives its process", "[matches]", HARVEST_STORES)
{
    TestType stores;
    const MatchId id = begin_match(stores, PlayerId{"p_1"}, PlayerId{"p_2"});
    REQUIRE(get(stores->matches.claim(id, "instance-0", noon, noon + 10s, stores.soon())));
    const auto append = [&](std::int64_t from, std::int64_t count, const std::string& data) {
        return get(stores->matches.append_battle(id, 1, {from, count, data},
                                                 event_of(stores, "harvest.battle", id.value, data), stores.soon()));
    };
    REQUIRE(append(0, 3, "[0,1,2]"));
    REQUIRE(append(3, 1, "[3]"));
    CHECK(append(3, 1, "[9]").error() == Errc::conflict);
    CHECK(append(5, 1, "[5]").error() == Errc::conflict);
    CHECK(append(4, 0, "[]").error() == Errc::invalid_argument);
    stores.reopen();
    REQUIRE(append(4, 2, "[4,5]"));
    const auto chunks = get(stores->matches.battle_log(id, stores.soon()));
    REQUIRE(chunks->size() == 3);
    CHECK((*chunks)[2].from == 4);
    CHECK((*chunks)[2].data == "[4,5]");
    const auto events = get(stores->events.read("harvest.battle", id.value, 0, 10, stores.soon()));
    REQUIRE(events->size() == 3);
    CHECK((*events)[1].event.data == "[3]");
    CHECK(get(stores->matches.battle_log(MatchId{"m_none"}, stores.soon()))->empty());
}

TEMPLATE_TEST_CASE("A match is settled whole, once", "[matches]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId one{"p_1"}, two{"p_2"};
    const MatchId id = begin_match(stores, one, two);
    REQUIRE(get(stores->matches.claim(id, "instance-0", noon, noon + 10s, stores.soon())));
    REQUIRE(get(stores->matches.commit_seed(id, 1, "sealed", "commitment", stores.soon())));
    REQUIRE(get(stores->matches.set_nonces(id, 1, {"aa", "bb"}, stores.soon())));
    REQUIRE(get(stores->matches.set_nonces(id, 1, {"aa", "bb"}, stores.soon()))); // a lost reply, asked again
    CHECK(get(stores->matches.set_nonces(id, 1, {"aa", "cc"}, stores.soon())).error() == Errc::conflict);
    const auto before = get(stores->matches.rating(one, "ranked", stores.soon()));
    CHECK(before->rating == 1'500'000);
    CHECK(before->games == 0);

    Settlement settlement;
    settlement.match = id;
    settlement.epoch = 1;
    settlement.result = {1, "health", 12, 61, "0123456789abcdef"};
    settlement.server_seed = "5eed";
    settlement.at = noon + 5s;
    settlement.ratings = {{one, "ranked", 1'490'000, 300'000, 59'000, 1, 0, 1, 0, noon}};
    settlement.rewards = {{stores.template id<TransferId>(), "coin", "mint", "player:p_2", 20, "match.reward"}};
    settlement.days = {{PlayerId{"p_2"}, 20'000, 1, 1, 1, 0}};
    settlement.events = {event_of(stores, "harvest.game", id.value, "{}")};
    Settlement ahead = settlement; // the day was changed by somebody else meanwhile
    ahead.days[0].games = 2;
    CHECK(get(stores->matches.settle(ahead, stores.soon())).error() == Errc::conflict);
    REQUIRE(get(stores->matches.settle(settlement, stores.soon())));
    REQUIRE(get(stores->matches.settle(settlement, stores.soon())));
    const DailyPlay today = get(stores->matches.daily(PlayerId{"p_2"}, 20'000, stores.soon())).value();
    CHECK(today.games == 1);
    CHECK(today.paid == 1);
    CHECK(today.wins == 1);
    CHECK(today.left == 0);
    CHECK(get(stores->matches.daily(PlayerId{"p_2"}, 20'001, stores.soon())).value().games == 0);

    const auto ended = get(stores->matches.get(id, stores.soon()));
    CHECK(ended->state == MatchState::ended);
    REQUIRE(ended->result);
    CHECK(ended->result->winner == 1);
    CHECK(ended->result->final_hash == "0123456789abcdef");
    CHECK(ended->server_seed == "5eed");
    CHECK(ended->nonces[1] == "bb");
    CHECK(ended->seats[0].cards.size() == 3);
    CHECK(get(stores->matches.rating(one, "ranked", stores.soon()))->games == 1);
    CHECK(get(stores->ledger.balances("player:p_2", stores.soon()))->front().amount == 20);
    CHECK(get(stores->events.read("harvest.game", "", 0, 10, stores.soon()))->size() == 1);
    CHECK(get(stores->matches.current(one, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->matches.abort(id, 1, "late", {}, noon, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->matches.claim(id, "instance-0", noon, noon + 1s, stores.soon())).error() == Errc::conflict);

    // A rating that moved on meanwhile refuses everything.
    const MatchId next = begin_match(stores, one, two);
    REQUIRE(get(stores->matches.claim(next, "instance-0", noon, noon + 10s, stores.soon())));
    Settlement stale = settlement;
    stale.match = next;
    stale.rewards[0].id = stores.template id<TransferId>();
    stale.events = {event_of(stores, "harvest.game", next.value, "{}")};
    CHECK(get(stores->matches.settle(stale, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->matches.get(next, stores.soon()))->state == MatchState::playing);
    CHECK(get(stores->ledger.balances("player:p_2", stores.soon()))->front().amount == 20);
    CHECK(get(stores->events.read("harvest.game", "", 0, 10, stores.soon()))->size() == 1);
}

TEMPLATE_TEST_CASE("The statistics of a match are of its settlement, and its event counts nothing again", "[matches]",
                   HARVEST_STORES)
{
    TestType stores;
    const PlayerId one{"p_1"}, two{"p_2"};
    const std::string projection(projection::statistics);
    const auto wins = [&] {
        const auto all = get(stores->progress.statistics(two, stores.soon()));
        return all->empty() ? 0 : all->front().value;
    };
    const auto settlement_of = [&](std::int64_t epoch) {
        const MatchId id = begin_match(stores, one, two);
        REQUIRE(get(stores->matches.claim(id, "instance-0", noon, noon + 10s, stores.soon())));
        Settlement settlement;
        settlement.match = id;
        settlement.epoch = epoch;
        settlement.result = {1, "health", 12, 61, "0123456789abcdef"};
        settlement.at = noon + 5s;
        settlement.events = {event_of(stores, "harvest.game", id.value, "{}")};
        settlement.counted = {settlement.events[0].event.id, {{two, "wins", 1}}, {}};
        return settlement;
    };
    const auto read = [&](const Settlement& settlement, std::int64_t epoch) {
        std::vector<ProjectedEvent> events{settlement.counted};
        return get(stores->progress.apply(projection, epoch, std::move(events), noon, stores.soon())).value();
    };
    const Settlement first = settlement_of(1);
    REQUIRE(get(stores->matches.settle(first, stores.soon())));
    CHECK(wins() == 1);
    REQUIRE(get(stores->matches.settle(first, stores.soon()))); // a lost reply, asked again
    CHECK(read(first, 1).fresh == 0);
    CHECK(wins() == 1);

    Settlement second = settlement_of(2); // of an owner that was never
    CHECK(get(stores->matches.settle(second, stores.soon())).error() == Errc::conflict);
    CHECK(wins() == 1);
    second.epoch = 1;
    second.counted.statistics[0].amount = -1; // what cannot be counted settles nothing
    CHECK(get(stores->matches.settle(second, stores.soon())).error() == Errc::invalid_argument);
    CHECK(get(stores->matches.get(second.match, stores.soon()))->state == MatchState::playing);
    second.counted.statistics[0].amount = 1;
    CHECK(read(second, 1).fresh == 1); // as if the log were ahead
    REQUIRE(get(stores->matches.settle(second, stores.soon())));
    CHECK(wins() == 2);
    CHECK(get(stores->progress.projections(stores.soon()))->back().events == 2);

    // While the rows are dropped, what is settled waits for the log to be read again.
    const auto mark = [&](const char* statement) {
        sql::Job change = [statement](sql::Connection& connection) -> Result<void> {
            const Result<sql::Rows> done = connection.execute(statement);
            if (!done) return done.error();
            return {};
        };
        const Result<void> changed = get(stores->database->write(std::move(change), stores.soon()));
        REQUIRE(changed);
    };
    mark("UPDATE projections SET caught_up = -1");
    const Settlement third = settlement_of(1);
    REQUIRE(get(stores->matches.settle(third, stores.soon())));
    CHECK(wins() == 2);
    mark("UPDATE projections SET caught_up = 1");
    CHECK(read(third, 1).fresh == 1);
    CHECK(wins() == 3);
}

TEMPLATE_TEST_CASE("T11: an abort under an old epoch is refused", "[matches]", HARVEST_STORES)
{
    TestType stores;
    const MatchId id = begin_match(stores, PlayerId{"p_1"}, PlayerId{"p_2"});
    REQUIRE(get(stores->matches.claim(id, "instance-0", noon, noon + 10s, stores.soon())));
    REQUIRE(get(stores->matches.claim(id, "instance-1", noon + 11s, noon + 21s, stores.soon())));
    const std::vector<OutboxEvent> events{event_of(stores, "harvest.game", id.value, "{}")};
    for (const std::int64_t epoch : {0, 1, 3})
        CHECK(get(stores->matches.abort(id, epoch, "late", events, noon, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->matches.get(id, stores.soon()))->state == MatchState::playing);
    CHECK(get(stores->matches.current(PlayerId{"p_1"}, stores.soon()))->id == id);
    CHECK(get(stores->events.read("harvest.game", "", 0, 10, stores.soon()))->empty());
    REQUIRE(get(stores->matches.abort(id, 2, "test", events, noon, stores.soon())));
    CHECK(get(stores->matches.get(id, stores.soon()))->state == MatchState::aborted);
    CHECK(get(stores->matches.get(id, stores.soon()))->aborted_for == "test");
    CHECK(get(stores->events.read("harvest.game", "", 0, 10, stores.soon()))->size() == 1);
}

TEMPLATE_TEST_CASE("Matches are listed newest first, by state and player, in pages", "[matches]", HARVEST_STORES)
{
    TestType stores;
    std::vector<MatchId> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(begin_match(stores, PlayerId{fmt::format("p_a{}", i)}, PlayerId{fmt::format("p_b{}", i)}));
    std::sort(ids.begin(), ids.end());
    REQUIRE(get(stores->matches.abort(ids[0], 0, "test", {}, noon, stores.soon())));
    MatchFilter filter;
    filter.limit = 2;
    auto page = get(stores->matches.list(filter, stores.soon()));
    REQUIRE(page->size() == 2);
    CHECK((*page)[0].id == ids[4]);
    filter.after = (*page)[1].id.value;
    filter.limit = 50;
    page = get(stores->matches.list(filter, stores.soon()));
    CHECK(page->size() == 3);
    filter = {};
    filter.state = MatchState::aborted;
    CHECK(get(stores->matches.list(filter, stores.soon()))->size() == 1);
    filter = {};
    filter.player = PlayerId{"p_b3"};
    CHECK(get(stores->matches.list(filter, stores.soon()))->size() == 1);
    filter.state = MatchState::aborted;
    CHECK(get(stores->matches.list(filter, stores.soon()))->empty());
}
