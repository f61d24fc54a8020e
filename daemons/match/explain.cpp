#include "daemons/match/explain.hpp"

#include "common/protocol/party.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace harvest::match {
namespace {

double seconds(Millis length)
{
    return static_cast<double>(length.count()) / 1000;
}

// When the seeker's window reaches so far; none: never.
std::optional<Millis> opens_at(const Seeker& seeker, double points, const Rules& rules)
{
    if (points > rules.window_max) return std::nullopt;
    if (points <= rules.window) return seeker.since;
    if (rules.growth_per_second <= 0) return std::nullopt;
    const double waited = (points - rules.window) / rules.growth_per_second;
    return seeker.since + Millis{static_cast<std::int64_t>(std::ceil(waited * 1000))};
}

} // namespace

protocol::QueueCandidate explain_pair(const Seeker& who, const Seeker& other, const Rules& rules, Millis now)
{
    protocol::QueueCandidate out;
    out.ticket = other.ticket;
    out.player = other.player;
    out.rating = other.rating;
    if (apart(who, other)) {
        out.rule = "blocked";
        return out;
    }
    if (who.mode == protocol::challenge_mode) {
        const bool together = !who.party.empty() && who.party == other.party;
        out.rule = together ? "fits" : "party";
        if (together) out.relaxes_in_seconds = 0;
        return out;
    }
    out.points = cost(who, other, rules);
    if (!out.points) {
        out.rule = "rating_gap";
        return out;
    }
    out.limit = std::min(window(who, rules, now), window(other, rules, now));
    const Millis begun = std::max(who.since, other.since);
    const std::optional<Millis> mine = opens_at(who, *out.points, rules), theirs = opens_at(other, *out.points, rules);
    if (mine && theirs) out.relaxes_in_seconds = seconds(std::max({*mine, *theirs, begun, now}) - now);
    out.rule = begun > now ? "delayed" : *out.points > *out.limit ? "window" : "fits";
    return out;
}

protocol::QueueExplanation explain(const Seeker& who, const std::vector<const Seeker*>& waiting, const Rules& rules,
                                   Millis now, std::size_t most)
{
    protocol::QueueExplanation out;
    out.ticket = who.ticket;
    out.player = who.player;
    out.mode = who.mode;
    out.rating = who.rating;
    out.deviation = who.deviation;
    out.waiting_seconds = seconds(now - who.since);
    out.window = window(who, rules, now);
    for (const Seeker* other : waiting) {
        if (other->ticket == who.ticket || other->mode != who.mode) continue;
        ++out.candidates;
        out.items.push_back(explain_pair(who, *other, rules, now));
    }
    const auto nearness = [](const protocol::QueueCandidate& each) {
        constexpr double never = std::numeric_limits<double>::infinity();
        return std::tuple(each.relaxes_in_seconds.value_or(never), each.points.value_or(never), each.ticket.value);
    };
    const auto nearer = [&](const auto& one, const auto& other) { return nearness(one) < nearness(other); };
    const std::size_t told = std::min(most, out.items.size());
    std::partial_sort(out.items.begin(), out.items.begin() + static_cast<std::ptrdiff_t>(told), out.items.end(),
                      nearer);
    out.items.resize(told);
    return out;
}

} // namespace harvest::match
