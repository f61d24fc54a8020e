// The pure rules of rematches.
#include "daemons/match/rematches.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::match;
using Step = Rematches::Step;

namespace {

const PlayerId ann{"p_1"}, bob{"p_2"}, eve{"p_3"};
const MatchId over{"m_1"}, another{"m_2"};

RematchOffer offer(const MatchId& match, const PlayerId& asker, const PlayerId& other, Millis until = 60s)
{
    return {match, asker, other, "somebody", until, 0s};
}

} // namespace

TEST_CASE("Both have to ask, and a second asking by the same changes nothing", "[match][rematch]")
{
    Rematches rematches;
    CHECK(rematches.ask(offer(over, ann, bob), 1s) == Step::asked);
    CHECK(rematches.ask(offer(over, ann, bob), 2s) == Step::again);
    CHECK(rematches.ask(offer(another, ann, eve), 2s) == Step::asked);
    CHECK(rematches.ask(offer(over, bob, ann), 3s) == Step::agreed);
    CHECK(rematches.of(over) == nullptr);
    CHECK(rematches.size() == 1);
    CHECK(rematches.ask(offer(over, bob, ann), 4s) == Step::asked); // anew
}

TEST_CASE("An offer ends with its time, whether it is swept or not", "[match][rematch]")
{
    Rematches rematches;
    rematches.ask(offer(over, ann, bob), 1s);
    CHECK(rematches.expire(59s).empty());
    CHECK(rematches.ask(offer(over, bob, ann, 120s), 60s) == Step::asked);
    CHECK(rematches.of(over)->asker == bob);
    CHECK(rematches.expire(119s).empty());
    const auto gone = rematches.expire(120s);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].match == over);
    CHECK(rematches.size() == 0);
}

TEST_CASE("An offer is taken out by either party, and by nobody else", "[match][rematch]")
{
    for (const PlayerId& by : {ann, bob}) {
        Rematches rematches;
        rematches.ask(offer(over, ann, bob), 1s);
        CHECK_FALSE(rematches.take(over, eve));
        CHECK_FALSE(rematches.take(another, by));
        const auto taken = rematches.take(over, by);
        REQUIRE(taken);
        CHECK(taken->asker == ann);
        CHECK_FALSE(rematches.take(over, by));
    }
}

TEST_CASE("Who has something else to do leaves all offers, made and received", "[match][rematch]")
{
    Rematches rematches;
    const MatchId third{"m_3"};
    rematches.ask(offer(over, ann, bob), 1s);
    rematches.ask(offer(another, eve, ann), 1s);
    rematches.ask(offer(third, bob, eve), 1s);
    CHECK(rematches.take_all(ann).size() == 2);
    CHECK(rematches.of(third) != nullptr);
    CHECK(rematches.size() == 1);
}

TEST_CASE("An asker who is gone for too long is given up, one who was seen is not", "[match][rematch]")
{
    Rematches rematches;
    rematches.ask(offer(over, ann, bob), 0s);
    rematches.ask(offer(another, bob, eve), 0s);
    CHECK(rematches.askers() == std::vector{ann, bob});
    rematches.seen(ann, 20s);
    const auto gone = rematches.abandon(30s, 30s);
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].asker == bob);
    CHECK(rematches.abandon(50s, 30s).size() == 1);
}
