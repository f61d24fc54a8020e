#include "cli/admin/pace.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace harvest::cli {
namespace {

constexpr std::int64_t batches_a_second = 4;
constexpr std::chrono::seconds between_lines{10};
constexpr Millis reserve{2'000}; // for the answers

std::int64_t rate_of(const Invocation& invocation)
{
    const auto rate = invocation.value("rate");
    return rate ? std::stoll(*rate) : 0;
}

} // namespace

Pace::Pace(const Invocation& invocation) : Pace(rate_of(invocation)) {}

std::size_t Pace::batch(std::size_t most) const
{
    if (per_second_ <= 0) return most;
    const std::int64_t share = std::max<std::int64_t>(1, per_second_ / batches_a_second);
    return std::min(most, static_cast<std::size_t>(share));
}

Millis Pace::due(std::size_t sent) const
{
    if (per_second_ <= 0) return Millis{};
    return Millis{static_cast<std::int64_t>(static_cast<double>(sent) * 1'000 / static_cast<double>(per_second_))};
}

std::optional<Failure> Pace::check(std::size_t count, Millis left) const
{
    const Millis needed = due(count) + reserve;
    if (per_second_ <= 0 || needed <= left) return std::nullopt;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(needed).count() + 1;
    return usage_failure(fmt::format("{} at {} a second take longer than the command may", count, per_second_),
                         fmt::format("--timeout leaves {} s; nothing was done",
                                     std::chrono::duration_cast<std::chrono::seconds>(left).count()),
                         fmt::format("add: --timeout {}s", seconds + 10));
}

void Pace::wait(std::size_t sent, std::size_t of)
{
    const auto now = std::chrono::steady_clock::now();
    if (!start_) start_ = told_ = now;
    if (now - told_ >= between_lines) {
        write_stderr(fmt::format("{} of {}\n", sent, of));
        told_ = now;
    }
    std::this_thread::sleep_until(*start_ + due(sent));
}

} // namespace harvest::cli
