#include "cli/api/dependencies.hpp"

#include "common/base/log.hpp"

#include <fmt/format.h>

namespace harvest::cli::api {
namespace {

constexpr Millis between{1'000}, patience{1'000};

} // namespace

Dependencies::Dependencies(std::vector<Dependency> asked, Clock& clock, Executor executor)
    : clock_(clock),
      tasks_(std::move(executor))
{
    for (Dependency& each : asked) watched_.push_back({std::move(each), {}, {}});
}

void Dependencies::start()
{
    for (Watched& each : watched_)
        tasks_.keep(clock_, "dependency " + each.dependency.name, [this, &each] { return watch(each); });
}

Task<void> Dependencies::stop()
{
    tasks_.cancel();
    co_await tasks_.join();
}

Task<void> Dependencies::watch(Watched& watched)
{
    for (;;) {
        const Result<void> answer = co_await watched.dependency.ask(clock_.after(patience));
        if (!answer && answer.error() == Errc::canceled) co_return;
        const bool was_away = watched.away();
        watched.failed <<= 1;
        watched.failed[0] = !answer;
        if (!answer) watched.why = answer.error().message();
        if (watched.away() && !was_away)
            log::warn(fmt::format("{} does not answer", watched.dependency.name),
                      {{"event.action", "dependency.away"}, {"error.message", watched.why}});
        if (!watched.away() && was_away)
            log::info(fmt::format("{} answers again", watched.dependency.name), {{"event.action", "dependency.back"}});
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(between));
        if (!slept) co_return;
    }
}

std::vector<Dependencies::Verdict> Dependencies::verdicts() const
{
    std::vector<Verdict> out;
    out.reserve(watched_.size());
    for (const Watched& each : watched_)
        out.push_back({each.dependency.name, each.dependency.needed, each.away(), each.why});
    return out;
}

} // namespace harvest::cli::api
