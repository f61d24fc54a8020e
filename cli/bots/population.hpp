// A number of bots on one single-threaded loop.
#pragma once

#include "cli/bots/player.hpp"
#include "common/runtime/supervised.hpp"
#include "common/runtime/task_group.hpp"

#include <functional>
#include <vector>

namespace harvest::bots {

struct PopulationPlan {
    std::size_t bots{};
    std::size_t first_number{}; // numbers tell the accounts of one seed apart
    std::uint64_t seed{1};
    int enet_percent{50}; // the rest comes by WebSocket
    Millis join_over{2s}; // the bots come in spread over this time
    Habits habits;
};

// For the supervisor (`serve all --bots N`) and for load tests.
class Population final : public Supervised {
public:
    Population(World world, Observer& observer, PopulationPlan plan, Executor executor);
    ~Population() override;

    std::string_view name() const override { return "bots"; }
    Task<void> run() override; // until every bot has left
    void stop() override;      // each ends the match at hand
    void cut();                // ends them at once, wherever they are
    bool ready() const override { return true; }
    std::size_t here() const { return tasks_.size(); } // bots that have come and not left

private:
    World world_;
    Observer& observer_;
    PopulationPlan plan_;
    Town town_;
    std::vector<std::unique_ptr<Player>> players_;
    bool stopping_ = false;
    TaskGroup tasks_;
};

} // namespace harvest::bots
