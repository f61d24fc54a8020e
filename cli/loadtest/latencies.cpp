#include "cli/loadtest/latencies.hpp"

#include <boost/histogram/axis/regular.hpp>
#include <boost/histogram/make_histogram.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace harvest::loadtest {
namespace {

namespace bh = boost::histogram;
using Axis = bh::axis::regular<double, bh::axis::transform::log>;

constexpr unsigned bins = 2304;
constexpr double shortest_us = 1, longest_us = 1e8;

auto make()
{
    return bh::make_histogram_with(std::vector<std::uint64_t>(), Axis(bins, shortest_us, longest_us));
}

} // namespace

struct Latencies::State {
    decltype(make()) bins = make();
    std::uint64_t count = 0;
    std::chrono::microseconds max{};
};

Latencies::Latencies() : state_(std::make_unique<State>()) {}
Latencies::~Latencies() = default;
Latencies::Latencies(Latencies&&) noexcept = default;
Latencies& Latencies::operator=(Latencies&&) noexcept = default;

void Latencies::add(std::chrono::microseconds latency)
{
    state_->bins(std::clamp(static_cast<double>(latency.count()), shortest_us, longest_us * 0.999));
    ++state_->count;
    state_->max = std::max(state_->max, latency);
}

void Latencies::merge(const Latencies& other)
{
    state_->bins += other.state_->bins;
    state_->count += other.state_->count;
    state_->max = std::max(state_->max, other.state_->max);
}

std::uint64_t Latencies::count() const
{
    return state_->count;
}
std::chrono::microseconds Latencies::max() const
{
    return state_->max;
}

std::chrono::microseconds Latencies::quantile(double q) const
{
    if (state_->count == 0) return {};
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(state_->count)));
    std::uint64_t seen = 0;
    for (int i = 0; i < static_cast<int>(bins); ++i) {
        seen += state_->bins.at(i);
        if (seen < std::max<std::uint64_t>(rank, 1)) continue;
        const auto bin = state_->bins.axis().bin(i);
        const auto middle = std::chrono::microseconds(std::llround(std::sqrt(bin.lower() * bin.upper())));
        return std::min(middle, state_->max);
    }
    return state_->max;
}

} // namespace harvest::loadtest
