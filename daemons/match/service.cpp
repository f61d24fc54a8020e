#include "daemons/match/service.hpp"

#include "common/protocol/party.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace harvest::match {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double good_latency_ms = 60, no_common_region = 300;
constexpr std::size_t recent_kept = 3;

bool contains(const std::vector<PlayerId>& players, const PlayerId& player)
{
    return std::find(players.begin(), players.end(), player) != players.end();
}

// Points for the best region of the two: one a millisecond that the worse off has above what is good.
double latency_cost(const Seeker& left, const Seeker& right)
{
    bool left_told = false, right_told = false;
    double best = never;
    for (std::size_t i = 0; i < max_regions; ++i) {
        left_told |= left.latency_ms[i] != 0;
        right_told |= right.latency_ms[i] != 0;
        if (left.latency_ms[i] == 0 || right.latency_ms[i] == 0) continue;
        best = std::min<double>(best, std::max(left.latency_ms[i], right.latency_ms[i]));
    }
    if (!left_told || !right_told) return 0;
    return best == never ? no_common_region : std::max(0.0, best - good_latency_ms);
}

bool near_enough(const Seeker& who, const Seeker& other)
{
    return !who.max_rating_gap || std::abs(who.rating - other.rating) <= *who.max_rating_gap;
}

// One way to treat the last few seekers: pairs by their distance from the end, and how many seekers it covers.
struct Pattern {
    int length;
    int pairs;
    std::array<std::pair<int, int>, 2> pair;
    int single; // left alone among them; -1: none
};

constexpr std::array patterns{
    Pattern{1, 0, {}, 0},
    Pattern{2, 1, {{{0, 1}}}, -1},
    Pattern{3, 1, {{{0, 2}}}, 1},
    Pattern{4, 2, {{{0, 3}, {1, 2}}}, -1},
    Pattern{4, 2, {{{0, 2}, {1, 3}}}, -1},
};

// Glickman's g of the variance, on the scale of ratings.
double damped(double gap, double variance)
{
    constexpr double q = std::numbers::ln10 / 400;
    return std::abs(gap) / std::sqrt(1 + 3 * q * q * variance / (std::numbers::pi * std::numbers::pi));
}

struct Near {
    double rating{}, variance{}, window{}, alone{};
    bool plain{}; // without blocks, recent opponents, wishes or latencies: the distance says it all
};

Near near_of(const Seeker& seeker, const Rules& rules, Millis now)
{
    Near near;
    near.rating = seeker.rating;
    near.variance = seeker.deviation * seeker.deviation;
    near.window = window(seeker, rules, now);
    near.alone = rules.window_max * 2 + near.window;
    const auto told = [](std::uint16_t latency) { return latency != 0; };
    near.plain = seeker.blocked.empty() && seeker.recent.empty() && !seeker.max_rating_gap &&
                 std::none_of(seeker.latency_ms.begin(), seeker.latency_ms.end(), told);
    return near;
}

} // namespace

double distance(const Seeker& left, const Seeker& right)
{
    return damped(left.rating - right.rating, left.deviation * left.deviation + right.deviation * right.deviation);
}

double window(const Seeker& seeker, const Rules& rules, Millis now)
{
    const double waited = std::max(0.0, static_cast<double>((now - seeker.since).count()) / 1000);
    return std::min(rules.window_max, rules.window + rules.growth_per_second * waited);
}

bool apart(const Seeker& left, const Seeker& right)
{
    return left.player == right.player || contains(left.blocked, right.player) || contains(right.blocked, left.player);
}

std::optional<double> cost(const Seeker& left, const Seeker& right, const Rules& rules)
{
    if (apart(left, right)) return std::nullopt;
    if (!near_enough(left, right) || !near_enough(right, left)) return std::nullopt;
    double points = distance(left, right) + latency_cost(left, right);
    if (contains(left.recent, right.player) || contains(right.recent, left.player)) points += rules.rematch_penalty;
    return points;
}

Millis walkout_delay(std::int64_t walkouts, std::int64_t free, Millis step, Millis most)
{
    if (walkouts < free) return Millis{0};
    return std::min(most, step * std::min<std::int64_t>(walkouts - free + 1, 1'000));
}

Pairs pair_up(std::span<const Seeker* const> seekers, const Rules& rules, Millis now)
{
    const std::size_t count = seekers.size();
    // What the inner loop reads, side by side in memory: seekers themselves lie all over the heap.
    std::vector<Near> near(count);
    for (std::size_t i = 0; i < count; ++i) near[i] = near_of(*seekers[i], rules, now);
    // Leaving one alone costs more than any pair does, and more the longer it has waited.
    std::vector<double> best(count + 1, never);
    std::vector<std::array<float, 3>> between(count); // cost with the next one, two, three
    std::vector<std::uint8_t> chosen(count + 1);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t step = 1; step <= 3; ++step) {
            between[i][step - 1] = std::numeric_limits<float>::infinity();
            if (i + step >= count) continue;
            const Near& left = near[i];
            const Near& right = near[i + step];
            const double limit = std::min(left.window, right.window);
            std::optional<double> points;
            if (left.plain && right.plain)
                points = damped(left.rating - right.rating, left.variance + right.variance);
            else
                points = cost(*seekers[i], *seekers[i + step], rules);
            if (points && *points <= limit) between[i][step - 1] = static_cast<float>(*points);
        }
    best[0] = 0;
    for (std::size_t end = 1; end <= count; ++end)
        for (std::size_t kind = 0; kind < patterns.size(); ++kind) {
            const Pattern& pattern = patterns[kind];
            if (static_cast<std::size_t>(pattern.length) > end) continue;
            const std::size_t from = end - static_cast<std::size_t>(pattern.length);
            double total = best[from];
            for (int i = 0; i < pattern.pairs; ++i) {
                const auto [lower, upper] = pattern.pair[static_cast<std::size_t>(i)];
                total += between[from + static_cast<std::size_t>(lower)][static_cast<std::size_t>(upper - lower - 1)];
            }
            if (pattern.single >= 0) total += near[from + static_cast<std::size_t>(pattern.single)].alone;
            if (total >= best[end]) continue;
            best[end] = total;
            chosen[end] = static_cast<std::uint8_t>(kind);
        }
    Pairs pairs;
    pairs.reserve(count / 2);
    for (std::size_t end = count; end > 0;) {
        const Pattern& pattern = patterns[chosen[end]];
        end -= static_cast<std::size_t>(pattern.length);
        for (int i = 0; i < pattern.pairs; ++i) {
            const auto [lower, upper] = pattern.pair[static_cast<std::size_t>(i)];
            pairs.emplace_back(end + static_cast<std::size_t>(lower), end + static_cast<std::size_t>(upper));
        }
    }
    return pairs;
}

bool Queue::add(Seeker seeker)
{
    if (players_.contains(seeker.player.value) || tickets_.contains(seeker.ticket.value)) return false;
    players_[seeker.player.value] = seeker.ticket.value;
    if (seeker.mode == protocol::challenge_mode) challengers_.insert(seeker.ticket.value);
    std::string key = seeker.ticket.value;
    tickets_.emplace(std::move(key), std::move(seeker));
    return true;
}

std::optional<Seeker> Queue::remove(const TicketId& ticket)
{
    const auto found = tickets_.find(ticket.value);
    if (found == tickets_.end()) return std::nullopt;
    Seeker seeker = std::move(found->second);
    tickets_.erase(found);
    players_.erase(seeker.player.value);
    challengers_.erase(ticket.value);
    return seeker;
}

const Seeker* Queue::find(const TicketId& ticket) const
{
    const auto found = tickets_.find(ticket.value);
    return found == tickets_.end() ? nullptr : &found->second;
}

const Seeker* Queue::of(const PlayerId& player) const
{
    const auto found = players_.find(player.value);
    return found == players_.end() ? nullptr : &tickets_.at(found->second);
}

std::vector<const Seeker*> Queue::all() const
{
    std::vector<std::pair<double, const Seeker*>> by_rating;
    by_rating.reserve(tickets_.size());
    for (const auto& [ticket, seeker] : tickets_) by_rating.emplace_back(seeker.rating, &seeker);
    std::sort(by_rating.begin(), by_rating.end(), [](const auto& left, const auto& right) {
        if (left.first != right.first) return left.first < right.first;
        return left.second->ticket < right.second->ticket;
    });
    std::vector<const Seeker*> seekers;
    seekers.reserve(by_rating.size());
    for (const auto& [rating, seeker] : by_rating) seekers.push_back(seeker);
    return seekers;
}

std::vector<std::pair<Seeker, Seeker>> Queue::take_pairs(Millis now, std::size_t max)
{
    std::map<std::string_view, std::vector<const Seeker*>> modes;
    for (const Seeker* seeker : all())
        if (seeker->since <= now) modes[seeker->mode].push_back(seeker);
    modes.erase(protocol::challenge_mode);
    struct Chosen {
        Millis since; // of the older one
        const Seeker *left, *right;
    };
    std::vector<Chosen> chosen;
    for (const auto& [mode, seekers] : modes)
        for (const auto& [left, right] : pair_up(seekers, rules_, now))
            chosen.push_back({std::min(seekers[left]->since, seekers[right]->since), seekers[left], seekers[right]});
    if (chosen.size() > max) { // those who wait longest first; the others are paired again next time
        std::stable_sort(chosen.begin(), chosen.end(),
                         [](const Chosen& one, const Chosen& other) { return one.since < other.since; });
        chosen.resize(max);
    }
    std::vector<std::pair<Seeker, Seeker>> pairs;
    pairs.reserve(chosen.size());
    for (const Chosen& one : chosen) {
        const TicketId left = one.left->ticket, right = one.right->ticket;
        pairs.emplace_back(*remove(left), *remove(right));
    }
    return pairs;
}

std::vector<const Seeker*> Queue::challengers() const
{
    std::vector<const Seeker*> seekers;
    seekers.reserve(challengers_.size());
    for (const std::string& ticket : challengers_) seekers.push_back(&tickets_.at(ticket));
    return seekers;
}

std::vector<std::pair<Seeker, Seeker>> Queue::take_challenges(std::size_t max)
{
    std::map<std::string_view, const Seeker*> first; // of each line-up
    std::vector<std::pair<TicketId, TicketId>> chosen;
    for (const Seeker* seeker : challengers()) {
        if (seeker->party.empty() || chosen.size() == max) continue;
        const auto [at, alone] = first.try_emplace(seeker->party, seeker);
        if (alone) continue;
        chosen.emplace_back(at->second->ticket, seeker->ticket);
        first.erase(at);
    }
    std::vector<std::pair<Seeker, Seeker>> pairs;
    pairs.reserve(chosen.size());
    for (const auto& [left, right] : chosen) pairs.emplace_back(*remove(left), *remove(right));
    return pairs;
}

std::vector<Seeker> Queue::take_lonely(std::string_view mode, Millis now, Millis bot_after, std::size_t max)
{
    std::vector<TicketId> chosen;
    if (mode == protocol::challenge_mode) return {}; // friends, or nobody
    for (const Seeker* seeker : all()) {
        if (chosen.size() == max) break;
        if (seeker->mode == mode && seeker->bots && now - seeker->since >= bot_after) chosen.push_back(seeker->ticket);
    }
    std::vector<Seeker> lonely;
    lonely.reserve(chosen.size());
    for (const TicketId& ticket : chosen) lonely.push_back(*remove(ticket));
    return lonely;
}

void Opponents::met(const PlayerId& one, const PlayerId& other)
{
    add(one, other);
    add(other, one);
}

void Opponents::add(const PlayerId& player, const PlayerId& opponent)
{
    Entry& entry = entries_[player.value];
    by_age_.erase(entry.age);
    entry.age = ++clock_;
    by_age_[entry.age] = player.value;
    std::erase(entry.last, opponent);
    entry.last.push_back(opponent);
    if (entry.last.size() > recent_kept) entry.last.erase(entry.last.begin());
    while (entries_.size() > capacity_) {
        entries_.erase(by_age_.begin()->second);
        by_age_.erase(by_age_.begin());
    }
}

std::vector<PlayerId> Opponents::of(const PlayerId& player) const
{
    const auto found = entries_.find(player.value);
    return found == entries_.end() ? std::vector<PlayerId>{} : found->second.last;
}

} // namespace harvest::match
