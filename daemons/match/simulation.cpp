#include "daemons/match/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace harvest::match {
namespace {

constexpr Millis last_wait = 60s;

struct Mode {
    QueueFigures figures;
    std::vector<double> waits, gaps;
};

// The smallest value that `share` of them do not exceed (nearest rank).
double quantile(const std::vector<double>& sorted, double share)
{
    if (sorted.empty()) return 0;
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

double seconds(Millis length)
{
    return static_cast<double>(length.count()) / 1000;
}

QueueFigures summed_up(Mode& mode)
{
    std::ranges::sort(mode.waits);
    std::ranges::sort(mode.gaps);
    QueueFigures& figures = mode.figures;
    figures.left = figures.tickets - figures.paired - figures.with_bots;
    figures.wait_p50 = quantile(mode.waits, 0.5);
    figures.wait_p95 = quantile(mode.waits, 0.95);
    figures.wait_max = quantile(mode.waits, 1);
    figures.gap_p95 = quantile(mode.gaps, 0.95);
    if (!mode.gaps.empty())
        figures.gap_mean =
            std::accumulate(mode.gaps.begin(), mode.gaps.end(), 0.0) / static_cast<double>(mode.gaps.size());
    return figures;
}

// How long a window grows.
Millis growth(const Rules& rules)
{
    if (rules.growth_per_second <= 0 || rules.window_max <= rules.window) return {};
    return Millis{std::llround((rules.window_max - rules.window) / rules.growth_per_second * 1000)};
}

} // namespace

Rules rules_of(const Config& config)
{
    return Rules{.window = static_cast<double>(config.window),
                 .growth_per_second = static_cast<double>(config.window_growth),
                 .window_max = static_cast<double>(config.window_max),
                 .rematch_penalty = static_cast<double>(config.rematch_penalty)};
}

std::vector<QueueFigures> simulate(std::vector<Seeker> tickets, const Config& config)
{
    std::ranges::stable_sort(tickets, {}, &Seeker::since);
    std::map<std::string, Mode> modes;
    Queue queue(rules_of(config));
    const std::size_t many = tickets.size();
    std::size_t next = 0;
    const Millis end = tickets.empty()
                           ? Millis{}
                           : tickets.back().since + std::max(growth(queue.rules()), config.bot_after) + last_wait;
    const Millis begin = tickets.empty() ? Millis{} : tickets.front().since;
    for (Millis now = begin; now <= end && (next < many || queue.size() > 0); now += config.cycle) {
        if (queue.size() == 0) now = std::max(now, tickets[next].since); // nothing happens until then
        for (; next < many && tickets[next].since <= now; ++next) {
            Mode& mode = modes[tickets[next].mode];
            mode.figures.mode = tickets[next].mode;
            mode.figures.tickets += queue.add(tickets[next]) ? 1 : 0;
        }
        for (const auto& [one, other] : queue.take_pairs(now, many)) {
            Mode& mode = modes[one.mode];
            mode.figures.paired += 2;
            mode.waits.push_back(seconds(now - one.since));
            mode.waits.push_back(seconds(now - other.since));
            mode.gaps.push_back(std::abs(one.rating - other.rating));
        }
        for (const std::string& name : config.bot_modes)
            for (const Seeker& lonely : queue.take_lonely(name, now, config.bot_after, many)) {
                Mode& mode = modes[name];
                ++mode.figures.with_bots;
                mode.waits.push_back(seconds(now - lonely.since));
            }
    }
    std::vector<QueueFigures> out;
    for (auto& [name, mode] : modes) out.push_back(summed_up(mode));
    return out;
}

} // namespace harvest::match
