// A bot among the spectators of a match of others, for some seconds.
#pragma once

#include "cli/bots/life/activity.hpp"
#include "cli/bots/town.hpp"

namespace harvest::bots {

class Watching final : public Activity {
public:
    Watching(Client& client, const Town& town, std::string transport, std::string local_address, Chance& chance)
        : client_(client),
          town_(town),
          transport_(std::move(transport)),
          local_address_(std::move(local_address)),
          chance_(chance)
    {
    }
    AsyncResult<void> step() override;

private:
    Task<void> watch(LiveSession& gallery, const std::string& ticket);

    Client& client_;
    const Town& town_;
    std::string transport_, local_address_;
    Chance& chance_;
};

} // namespace harvest::bots
