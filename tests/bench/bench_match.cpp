// Matchmaking against its budget: a cycle over 100,000 tickets, time to match at 1,000 tickets a second, and how close
// the pairs are, beside greedy oldest-first on the same trace and the offline optimum of the same pools.
#include "daemons/match/service.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <map>
#include <random>
#include <set>

using namespace harvest;
using namespace harvest::match;

namespace {

double cpu_ms()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Seeker make(std::int64_t number, std::mt19937_64& random, Millis since)
{
    std::normal_distribution<double> ratings(1'500, 250);
    char id[32];
    std::snprintf(id, sizeof id, "01HZZZZZZZZZZZZZ%010lld", static_cast<long long>(number));
    Seeker seeker;
    seeker.ticket.value = std::string("q_") + id;
    seeker.player.value = std::string("p_") + id;
    seeker.mode = "ranked";
    seeker.rating = ratings(random);
    seeker.deviation = 50 + static_cast<double>(random() % 100);
    seeker.since = since;
    return seeker;
}

// One cycle over `count` tickets: sorting, pairing and taking out, in CPU milliseconds (the best of three). The daemon
// takes out at most `max` pairs a cycle.
double cycle(std::int64_t count, std::size_t max)
{
    double best = 1e18;
    for (int round = 0; round < 3; ++round) {
        std::mt19937_64 random(42);
        Queue queue(Rules{});
        for (std::int64_t i = 0; i < count; ++i)
            queue.add(make(i, random, Millis{static_cast<std::int64_t>(random() % 5'000)}));
        const double begun = cpu_ms();
        const auto pairs = queue.take_pairs(5s, max);
        const double took = cpu_ms() - begun;
        if (pairs.size() < std::min(max, static_cast<std::size_t>(count) / 3)) std::abort();
        best = std::min(best, took);
    }
    return best;
}

// A bound below every way to make `pairs` pairs of these ratings: Lagrange's dual over adjacent pairs, which are
// optimal on a line.
double optimum(std::vector<double> ratings, std::size_t pairs)
{
    std::sort(ratings.begin(), ratings.end());
    const std::size_t count = ratings.size();
    double low = 0, high = 4'000, best = 0;
    for (int step = 0; step < 40; ++step) {
        const double alone = (low + high) / 2;
        std::vector<double> total(count + 1, 0);
        std::vector<std::size_t> made(count + 1, 0);
        for (std::size_t i = 1; i <= count; ++i) {
            total[i] = total[i - 1] + alone;
            made[i] = made[i - 1];
            if (i < 2) continue;
            const double paired = total[i - 2] + ratings[i - 1] - ratings[i - 2];
            if (paired < total[i]) {
                total[i] = paired;
                made[i] = made[i - 2] + 1;
            }
        }
        best = std::max(best, total[count] - alone * static_cast<double>(count - 2 * pairs));
        if (made[count] < pairs)
            low = alone;
        else
            high = alone;
    }
    return best;
}

// The yardstick: the oldest ticket first, with the closest that both windows allow.
std::vector<std::pair<Seeker, Seeker>> greedy(std::map<TicketId, Seeker>& pool, const Rules& rules, Millis now)
{
    std::vector<const Seeker*> by_age;
    std::set<std::pair<double, TicketId>> by_rating;
    for (const auto& [ticket, seeker] : pool) {
        by_age.push_back(&seeker);
        by_rating.insert({seeker.rating, ticket});
    }
    std::sort(by_age.begin(), by_age.end(), [](const Seeker* a, const Seeker* b) { return a->since < b->since; });
    std::vector<std::pair<TicketId, TicketId>> chosen;
    for (const Seeker* seeker : by_age) {
        const auto me = by_rating.find({seeker->rating, seeker->ticket});
        if (me == by_rating.end()) continue;
        const Seeker* best = nullptr;
        double best_points = 1e18;
        const auto look = [&](const TicketId& ticket) {
            const Seeker& other = pool.at(ticket);
            const auto points = cost(*seeker, other, rules);
            const double limit = std::min(window(*seeker, rules, now), window(other, rules, now));
            if (!points || *points > limit || *points >= best_points) return;
            best = &other;
            best_points = *points;
        };
        if (me != by_rating.begin()) look(std::prev(me)->second);
        if (std::next(me) != by_rating.end()) look(std::next(me)->second);
        if (!best) continue;
        chosen.emplace_back(seeker->ticket, best->ticket);
        by_rating.erase({best->rating, best->ticket});
        by_rating.erase(me);
    }
    std::vector<std::pair<Seeker, Seeker>> pairs;
    for (const auto& [left, right] : chosen) {
        pairs.emplace_back(pool.at(left), pool.at(right));
        pool.erase(left);
        pool.erase(right);
    }
    return pairs;
}

struct Trace {
    double mean_gap{}, p50_ms{}, p95_ms{}, ratio{}, cpu{};
    std::size_t matched{}, left{};
};

Trace measure(double gaps, double optimal, std::vector<double> waits, std::size_t left, double cpu)
{
    std::sort(waits.begin(), waits.end());
    Trace trace;
    trace.matched = waits.size();
    trace.left = left;
    trace.mean_gap = gaps / static_cast<double>(waits.size() / 2);
    trace.ratio = gaps / optimal;
    trace.p50_ms = waits[waits.size() / 2];
    trace.p95_ms = waits[waits.size() * 95 / 100];
    trace.cpu = cpu;
    return trace;
}

// `per_second` tickets arrive for a minute; pairs are made each 250 ms.
template <class Take>
Trace run(int per_second, Queue* queue, std::map<TicketId, Seeker>* pool, Take take)
{
    std::mt19937_64 random(7);
    double gaps = 0, optimal = 0, cpu = 0;
    std::vector<double> waits;
    std::int64_t number = 0;
    for (Millis now{0}; now < 60s; now += 250ms) {
        for (int i = 0; i < per_second / 4; ++i) {
            Seeker seeker = make(number++, random, now - Millis{static_cast<std::int64_t>(random() % 250)});
            if (queue)
                queue->add(std::move(seeker));
            else
                pool->emplace(seeker.ticket, seeker);
        }
        std::vector<double> ratings;
        if (queue)
            for (const Seeker* seeker : queue->all()) ratings.push_back(seeker->rating);
        else
            for (const auto& [ticket, seeker] : *pool) ratings.push_back(seeker.rating);
        const double begun = cpu_ms();
        const auto pairs = take(now);
        cpu += cpu_ms() - begun;
        for (const auto& [left, right] : pairs) {
            gaps += std::abs(left.rating - right.rating);
            waits.push_back(static_cast<double>((now - left.since).count()));
            waits.push_back(static_cast<double>((now - right.since).count()));
        }
        optimal += optimum(ratings, pairs.size());
    }
    return measure(gaps, optimal, std::move(waits), queue ? queue->size() : pool->size(), cpu);
}

void print(int per_second, const Trace& ours, const Trace& yardstick)
{
    std::printf("{\"row\":\"matchmaking_gap_%d\",\"unit\":\"times the optimum\",\"ours\":%.3f,\"yardstick\":1,"
                "\"ratio\":%.3f,\"greedy\":%.3f,\"matched\":%zu,\"left\":%zu,\"cpu_ms\":%.0f,\"greedy_cpu_ms\":%.0f}\n",
                per_second, ours.ratio, ours.ratio, yardstick.ratio, ours.matched, ours.left, ours.cpu, yardstick.cpu);
    if (per_second != 1'000) return;
    std::printf("{\"row\":\"matchmaking_p50_ms\",\"unit\":\"ms\",\"ours\":%.0f,\"yardstick\":%.0f,\"p95_ms\":%.0f}\n",
                ours.p50_ms, yardstick.p50_ms, ours.p95_ms);
}

} // namespace

int main()
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::vector<double> each; // what a ticket costs
    for (const std::int64_t count : {10'000, 100'000, 1'000'000}) {
        const double took = cycle(count, 256);
        std::printf("{\"row\":\"matchmaking_cycle_%lld\",\"unit\":\"ms\",\"ours\":%.1f}\n",
                    static_cast<long long>(count), took);
        each.push_back(took / static_cast<double>(count));
    }
    std::printf("{\"growth\":\"matchmaking_cycle_100000\",\"by\":\"tickets\",\"costs\":{\"10000\":%g,\"100000\":%g,"
                "\"1000000\":%g}}\n",
                each[0], each[1], each[2]);
    std::printf("{\"row\":\"matchmaking_cycle_100000_all_out\",\"unit\":\"ms\",\"ours\":%.1f}\n",
                cycle(100'000, 100'000));
    const Rules rules;
    each.clear();
    for (const int per_second : {100, 1'000, 10'000}) {
        Queue queue(rules);
        const Trace ours =
            run(per_second, &queue, nullptr, [&](Millis now) { return queue.take_pairs(now, 1'000'000); });
        std::map<TicketId, Seeker> pool;
        const Trace yardstick = run(per_second, nullptr, &pool, [&](Millis now) { return greedy(pool, rules, now); });
        print(per_second, ours, yardstick);
        each.push_back(ours.cpu / per_second);
    }
    std::printf("{\"growth\":\"matchmaking_gap_1000\",\"by\":\"tickets a "
                "second\",\"costs\":{\"100\":%g,\"1000\":%g,\"10000\":%g}}\n",
                each[0], each[1], each[2]);
}
