#include "cli/loadtest/run.hpp"

#include <sys/resource.h>

#include <optional>

namespace harvest::loadtest {
namespace {

constexpr Millis last_match_time = 120s; // how long the last matches and the settling up may still take

double cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Run {
public:
    Run(const Scenario& scenario, bots::World world, bots::PopulationPlan plan, Executor executor, RunHooks hooks)
        : scenario_(scenario),
          clock_(world.clock),
          hooks_(std::move(hooks)),
          tally_(std::chrono::steady_clock::now() + scenario.warmup),
          population_(std::move(world), tally_, std::move(plan), executor),
          tasks_(std::move(executor))
    {
    }

    void start()
    {
        tasks_.spawn([this] { return play(); });
        tasks_.spawn([this] { return watch(); });
    }

    Report report() const
    {
        const Millis judged_from = began_ + scenario_.warmup;
        const Millis judged_until = stopped_ > judged_from ? *stopped_ : ended_;
        Report report = make_report(scenario_, tally_, {ended_ - began_, judged_until - judged_from, cpu_, aborted_});
        add_findings(report, claims_of(tally_));
        return report;
    }
    bool over() const { return tasks_.size() == 0; }
    bool anybody_came() const { return tally_.action_count() > 0; }

private:
    Task<void> play()
    {
        began_ = clock_.monotonic();
        const double cpu_before = cpu_seconds();
        co_await population_.run();
        ended_ = clock_.monotonic();
        cpu_ = cpu_seconds() - cpu_before;
        over_ = true;
    }

    int interrupts() const { return hooks_.interrupts ? hooks_.interrupts->load() : 0; }

    // Ends the run in time, and tells how it goes.
    Task<void> watch()
    {
        const Millis start = clock_.monotonic();
        Millis next_line = start + hooks_.progress_every;
        while (!over_) {
            co_await clock_.sleep_until(clock_.after(100ms));
            const Millis elapsed = clock_.monotonic() - start;
            if (hooks_.progress && clock_.monotonic() >= next_line) {
                hooks_.progress(progress_line(scenario_, tally_, elapsed));
                next_line += hooks_.progress_every;
            }
            aborted_ = interrupts() > 0;
            if (!stopped_ && (elapsed >= scenario_.duration || aborted_)) {
                stopped_ = clock_.monotonic();
                population_.stop();
            }
            const bool late = elapsed >= scenario_.duration + last_match_time;
            if (late && !cut_ && !aborted_) // a bot that waits for ever is a fault of somebody
                for (std::size_t left = population_.here(); left > 0; --left) tally_.failed("leave", "stuck");
            cut_ = late || aborted_;
            if (cut_) population_.cut();
        }
    }

    const Scenario& scenario_;
    Clock& clock_;
    RunHooks hooks_;
    Tally tally_;
    bots::Population population_;
    Millis began_{}, ended_{};
    std::optional<Millis> stopped_; // when the bots were asked to leave
    double cpu_ = 0;
    bool over_ = false, aborted_ = false, cut_ = false;
    TaskGroup tasks_;
};

} // namespace

Result<Report> run(const Scenario& scenario, bots::World world, Executor executor,
                   const std::function<void(const std::function<bool()>& over)>& run_loop, RunHooks hooks)
{
    Result<bots::PopulationPlan> plan = make_plan(scenario);
    if (!plan) return plan.error();
    for (const std::string& threshold : scenario.thresholds)
        if (const Result<void> ok = check_threshold(threshold); !ok) return ok.error();
    Run running(scenario, std::move(world), std::move(*plan), std::move(executor), std::move(hooks));
    running.start();
    run_loop([&running] { return running.over(); });
    if (!running.anybody_came()) return Errc::unavailable;
    return running.report();
}

} // namespace harvest::loadtest
