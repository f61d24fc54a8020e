// A bot's visits to its farm: takes what is ripe, plants where nothing grows, waters what is thirsty, buys plots.
#pragma once

#include "cli/bots/deeds.hpp"
#include "cli/bots/life/activity.hpp"
#include "common/protocol/farm.hpp"

namespace harvest::bots {

class Farming final : public Activity {
public:
    Farming(Client& client, Deeds& deeds, Chance& chance) : client_(client), deeds_(deeds), chance_(chance) {}
    AsyncResult<void> step() override;

private:
    AsyncResult<void> learn_crops();
    AsyncResult<void> on_plots(std::string op, std::vector<std::int64_t> plots);
    AsyncResult<void> plant(std::vector<std::int64_t> plots);
    AsyncResult<void> expand(std::optional<protocol::Amount> price);

    Client& client_;
    Deeds& deeds_;
    Chance& chance_;
    std::vector<protocol::CropInfo> crops_; // that grow while a bot waits
};

} // namespace harvest::bots
