#include "daemons/match/errc.hpp"
#include "daemons/match/service.hpp"
#include "tests/support/catch_result.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <tuple>

using namespace harvest;
using namespace harvest::match;

namespace {

Seeker seeker(int number, double rating, Millis since = 0ms, double deviation = 50)
{
    Seeker one;
    one.ticket.value = "q_" + std::to_string(100'000 + number);
    one.player.value = "p_" + std::to_string(100'000 + number);
    one.mode = "ranked";
    one.rating = rating;
    one.deviation = deviation;
    one.since = since;
    return one;
}

std::vector<const Seeker*> in_order(std::vector<Seeker>& seekers)
{
    std::sort(seekers.begin(), seekers.end(), [](const Seeker& a, const Seeker& b) { return a.rating < b.rating; });
    std::vector<const Seeker*> pointers;
    for (const Seeker& one : seekers) pointers.push_back(&one);
    return pointers;
}

// All ways to pair a few seekers: most pairs first, then the smallest sum of costs.
struct Best {
    std::size_t pairs{};
    double cost{};
};

void search(const std::vector<const Seeker*>& seekers, std::vector<bool>& used, std::size_t from, Best now, Best& best,
            const Rules& rules, Millis at)
{
    if (now.pairs > best.pairs || (now.pairs == best.pairs && now.cost < best.cost)) best = now;
    for (std::size_t i = from; i < seekers.size(); ++i) {
        if (used[i]) continue;
        for (std::size_t j = i + 1; j < seekers.size(); ++j) {
            const auto points = cost(*seekers[i], *seekers[j], rules);
            const double limit = std::min(window(*seekers[i], rules, at), window(*seekers[j], rules, at));
            if (used[j] || !points || *points > limit) continue;
            used[i] = used[j] = true;
            search(seekers, used, i + 1, {now.pairs + 1, now.cost + *points}, best, rules, at);
            used[i] = used[j] = false;
        }
    }
}

} // namespace

TEST_CASE("Distance follows Glicko-2: uncertain ratings are closer to each other", "[match]")
{
    const Seeker low = seeker(1, 1'500), high = seeker(2, 1'700);
    CHECK(distance(low, high) == distance(high, low));
    CHECK(distance(low, high) < 200);
    CHECK(distance(low, high) > 190);
    CHECK(distance(seeker(1, 1'500, 0ms, 350), seeker(2, 1'700, 0ms, 350)) < 140);
    CHECK(distance(low, low) == 0);
}

TEST_CASE("The window widens with waiting, up to its limit, and must hold for both", "[match]")
{
    const Rules rules;
    std::vector<Seeker> seekers{seeker(1, 1'500), seeker(2, 1'900)};
    const auto pointers = in_order(seekers);
    CHECK(window(seekers[0], rules, 0ms) == 100);
    CHECK(window(seekers[0], rules, 5s) == 300);
    CHECK(window(seekers[0], rules, 1h) == 1'000);
    CHECK(pair_up(pointers, rules, 5s).empty());
    CHECK(pair_up(pointers, rules, 8s).size() == 1);
    seekers[1].since = 7s;
    CHECK(pair_up(pointers, rules, 8s).empty());
}

TEST_CASE("Blocks hold for both sides, a recent opponent is further away, latency counts", "[match]")
{
    const Rules rules;
    Seeker one = seeker(1, 1'500), two = seeker(2, 1'510);
    const double near = *cost(one, two, rules);
    two.recent = {one.player};
    CHECK(*cost(one, two, rules) == Approx(near + rules.rematch_penalty));
    two.recent.clear();
    one.latency_ms[0] = 30;
    CHECK(*cost(one, two, rules) == Approx(near));
    two.latency_ms[0] = 130;
    CHECK(*cost(one, two, rules) == Approx(near + 70));
    two.latency_ms[1] = 40, one.latency_ms[1] = 50;
    CHECK(*cost(one, two, rules) == Approx(near));
    two.blocked = {one.player};
    CHECK_FALSE(cost(one, two, rules));
    CHECK_FALSE(cost(two, one, rules));
    CHECK_FALSE(cost(one, one, rules));
}

TEST_CASE("The rating gap that one of them accepts holds for both, however long they wait", "[match]")
{
    const Rules rules;
    Seeker one = seeker(1, 1'500), two = seeker(2, 1'550);
    const double near = *cost(one, two, rules);
    for (const auto& [left, right, may] :
         std::vector<std::tuple<std::optional<double>, std::optional<double>, bool>>{{50, {}, true},
                                                                                     {{}, 50, true},
                                                                                     {50, 50, true},
                                                                                     {49, {}, false},
                                                                                     {{}, 49, false},
                                                                                     {49, 1'000, false},
                                                                                     {1'000, 49, false},
                                                                                     {0, 0, false}}) {
        one.max_rating_gap = left;
        two.max_rating_gap = right;
        CHECK(cost(one, two, rules).has_value() == may);
        CHECK(cost(two, one, rules).has_value() == may);
        if (may) CHECK(*cost(one, two, rules) == Approx(near));
        std::vector<Seeker> both{one, two};
        CHECK(pair_up(in_order(both), rules, 1h).size() == (may ? 1 : 0));
    }
    two.rating = one.rating;
    CHECK(cost(one, two, rules));
}

TEST_CASE("Pairing leaves as few alone as any way could, and is nearly as close", "[match]")
{
    std::mt19937 random(5);
    const Rules rules;
    double ours = 0, best_cost = 0;
    for (int round = 0; round < 300; ++round) {
        std::vector<Seeker> seekers;
        const std::size_t count = 2 + random() % 7;
        for (std::size_t i = 0; i < count; ++i)
            seekers.push_back(seeker(static_cast<int>(i), 1'400 + static_cast<double>(random() % 400),
                                     Millis{static_cast<std::int64_t>(random() % 5'000)}));
        const auto pointers = in_order(seekers);
        const Pairs pairs = pair_up(pointers, rules, 5s);
        std::set<std::size_t> seen;
        double total = 0;
        for (const auto& [left, right] : pairs) {
            CHECK(seen.insert(left).second);
            CHECK(seen.insert(right).second);
            const double points = *cost(*pointers[left], *pointers[right], rules);
            CHECK(points <= window(*pointers[left], rules, 5s));
            CHECK(points <= window(*pointers[right], rules, 5s));
            total += points;
        }
        Best best;
        std::vector<bool> used(count);
        search(pointers, used, 0, {}, best, rules, 5s);
        CHECK(pairs.size() + 1 >= best.pairs);
        if (pairs.size() != best.pairs) continue;
        ours += total;
        best_cost += best.cost;
    }
    CHECK(ours <= 1.1 * best_cost);
}

TEST_CASE("Two who block each other between others are paired around", "[match]")
{
    const Rules rules;
    std::vector<Seeker> seekers{seeker(1, 1'500), seeker(2, 1'501), seeker(3, 1'502), seeker(4, 1'503)};
    seekers[0].blocked = {seekers[1].player, seekers[2].player};
    const auto pointers = in_order(seekers);
    const Pairs pairs = pair_up(pointers, rules, 0ms);
    REQUIRE(pairs.size() == 2);
    for (const auto& [left, right] : pairs) CHECK(cost(*pointers[left], *pointers[right], rules));
}

TEST_CASE("T13: the queue has one ticket a player and gives each out once", "[match]")
{
    std::mt19937 random(9);
    Queue queue(Rules{});
    std::set<std::string> inside, out;
    for (int step = 0; step < 5'000; ++step) {
        Seeker one = seeker(static_cast<int>(random() % 500), 1'500, 0ms);
        one.ticket.value += "-" + std::to_string(step);
        one.mode = random() % 2 ? "ranked" : "casual";
        const std::string player = one.player.value;
        CHECK(queue.add(one) == inside.insert(player).second);
        if (random() % 10 != 0) continue;
        for (const auto& [left, right] : queue.take_pairs(1s, 3)) {
            CHECK(left.mode == right.mode);
            CHECK(inside.erase(left.player.value) == 1);
            CHECK(inside.erase(right.player.value) == 1);
            CHECK(out.insert(left.ticket.value).second);
            CHECK(out.insert(right.ticket.value).second);
        }
        CHECK(queue.size() == inside.size());
    }
}

TEST_CASE("Bots are for those who waited, want one, and only in that mode", "[match]")
{
    Queue queue(Rules{});
    Seeker proud = seeker(1, 1'500), casual = seeker(2, 1'500), late = seeker(3, 1'500, 5s), other = seeker(4, 1'500);
    proud.bots = false;
    for (Seeker* one : {&proud, &casual, &late}) one->mode = "casual";
    for (const Seeker& one : {proud, casual, late, other}) queue.add(one);
    const auto lonely = queue.take_lonely("casual", 10s, 10s, 9);
    REQUIRE(lonely.size() == 1);
    CHECK(lonely[0].ticket == casual.ticket);
    CHECK(queue.size() == 3);
}

TEST_CASE("Recent opponents are remembered within bounds", "[match]")
{
    Opponents opponents(10);
    for (int i = 0; i < 100; ++i) opponents.met({"p_" + std::to_string(i)}, {"p_" + std::to_string(i + 1)});
    CHECK(opponents.of({"p_0"}).empty());
    CHECK(opponents.of({"p_100"}) == std::vector<PlayerId>{{"p_99"}});
    for (int i = 0; i < 9; ++i) opponents.met({"p_x"}, {"p_" + std::to_string(i)});
    CHECK(opponents.of({"p_x"}).size() == 3);
}

TEST_CASE("A refusal that comes from another process is known before this one has refused anything", "[match]")
{
    CHECK(wire_code(from_wire_code("match.in_match")) == "match.in_match");
    CHECK(from_wire_code("match.no_watching") == MatchErrc::no_watching);
    CHECK(classify(from_wire_code("match.bad_deck")) == Errc::failed_precondition);
}

TEST_CASE("Who walked out of too many matches waits, longer each time, and is not paired before", "[match]")
{
    CHECK(walkout_delay(2, 3, 30s, 10min) == 0ms);
    CHECK(walkout_delay(3, 3, 30s, 10min) == 30s);
    CHECK(walkout_delay(5, 3, 30s, 10min) == 90s);
    CHECK(walkout_delay(1'000'000, 3, 30s, 10min) == 10min);
    Queue queue({});
    queue.add(seeker(1, 1'500, 60s));
    queue.add(seeker(2, 1'500, 0s));
    CHECK(queue.take_pairs(59s, 10).empty());
    CHECK(queue.take_lonely("ranked", 59s, 0s, 10).size() == 1);
    queue.add(seeker(2, 1'500, 0s));
    CHECK(queue.take_pairs(60s, 10).size() == 1);
}
