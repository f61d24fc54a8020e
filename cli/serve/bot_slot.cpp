#include "cli/serve/bot_slot.hpp"

#include "common/base/log.hpp"

namespace harvest::cli {
namespace {

constexpr Millis farewell = 3s; // for the matches at hand, then the bots leave where they are
constexpr Millis think_median = 400ms;

class Counting final : public bots::Observer {
public:
    void done(std::string_view, bots::Instant, bots::Instant) override { ++actions; }
    void failed(std::string_view action, std::string_view code) override
    {
        ++errors;
        log::debug("a bot met an error", {{"action", action}, {"error.code", code}});
    }
    void unanswered(std::string_view, std::string_view) override {}
    void refused(std::string_view, std::string_view) override {}
    void match_began(const MatchId&) override {}
    void match_ended(const MatchId&, bool fair) override
    {
        ++matches;
        if (!fair) log::error("a bot could not prove a match fair", {{"event.action", "bot.unfair"}});
    }
    void resumed(Millis) override { ++resumes; }
    void verified(std::string_view, std::size_t, std::string_view) override {}
    void came(const PlayerId&) override {}
    void signed_in(int by) override { online += by; }
    std::int64_t actions = 0, errors = 0, matches = 0, resumes = 0, online = 0;
};

class BotSlot final : public Supervised {
public:
    BotSlot(Clients clients, bots::Doors doors, const GameContents& contents, std::size_t count, std::uint64_t seed,
            const Executor& executor)
        : clients_(std::move(clients)),
          population_({std::move(doors), *clients_.http, *clients_.links, *clients_.clock,
                       [&contents] { return contents.now()->battle; }},
                      counting_, plan_of(count, seed), executor),
          tasks_(executor)
    {
    }

    std::string_view name() const override { return "bots"; }
    bool ready() const override { return true; }
    Task<void> run() override
    {
        co_await population_.run();
        tasks_.cancel();
        co_await tasks_.join();
    }
    void stop() override
    {
        population_.stop();
        auto later = [this]() -> Task<void> {
            const Result<void> slept = co_await clients_.clock->sleep_until(clients_.clock->after(farewell));
            if (slept) population_.cut();
        };
        tasks_.spawn(later);
    }
    std::map<std::string, std::int64_t> load() const override
    {
        return {{"bots", counting_.online}, {"matches_played", counting_.matches / 2}, {"errors", counting_.errors}};
    }

private:
    static bots::PopulationPlan plan_of(std::size_t count, std::uint64_t seed)
    {
        bots::PopulationPlan plan;
        plan.bots = count;
        plan.seed = seed;
        plan.habits.think_median = think_median;
        plan.habits.cut = 0;
        plan.habits.marked = true;
        return plan;
    }

    Clients clients_;
    Counting counting_;
    bots::Population population_;
    TaskGroup tasks_;
};

} // namespace

std::unique_ptr<Supervised> make_bot_slot(Clients clients, bots::Doors doors, const GameContents& contents,
                                          std::size_t count, std::uint64_t seed, const Executor& executor)
{
    return std::make_unique<BotSlot>(std::move(clients), std::move(doors), contents, count, seed, executor);
}

} // namespace harvest::cli
