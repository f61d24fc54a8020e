#include "cli/bots/population.hpp"

namespace harvest::bots {

Population::Population(World world, Observer& observer, PopulationPlan plan, Executor executor)
    : world_(std::move(world)),
      observer_(observer),
      plan_(std::move(plan)),
      town_{plan_.seed, plan_.first_number, plan_.bots, {}},
      tasks_(std::move(executor))
{
    for (std::size_t i = 0; i < plan_.bots; ++i) {
        Habits habits = plan_.habits;
        habits.transport = static_cast<int>(i * 100 / plan_.bots) < plan_.enet_percent ? "enet" : "wss";
        players_.push_back(
            std::make_unique<Player>(world_, observer_, std::move(habits), town_, plan_.first_number + i));
    }
}

Population::~Population() = default;

Task<void> Population::run()
{
    const Millis start = world_.clock.monotonic();
    for (std::size_t i = 0; i < players_.size() && !stopping_; ++i) {
        const Millis due = plan_.join_over * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(players_.size());
        const Result<void> slept = co_await world_.clock.sleep_until(Deadline{start + due});
        if (!slept) break;
        tasks_.spawn([player = players_[i].get()] { return player->live(); });
    }
    co_await tasks_.join();
}

void Population::stop()
{
    stopping_ = true;
    for (const std::unique_ptr<Player>& player : players_) player->stop();
}

void Population::cut()
{
    stop();
    tasks_.cancel();
}

} // namespace harvest::bots
