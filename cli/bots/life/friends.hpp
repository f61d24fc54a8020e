// Whom a bot knows: it asks others of its town to be friends, accepts those who ask, and parts with one now and then.
#pragma once

#include "cli/bots/life/activity.hpp"
#include "cli/bots/town.hpp"
#include "common/protocol/social.hpp"

namespace harvest::bots {

class Friends final : public Activity {
public:
    Friends(Client& client, const Town& town, std::size_t number, Chance& chance)
        : client_(client),
          town_(town),
          number_(number),
          chance_(chance)
    {
    }
    AsyncResult<void> step() override;

    const std::vector<PlayerId>& known() const { return known_; } // friends, as last read

private:
    AsyncResult<void> ask_somebody();
    AsyncResult<protocol::FriendList> read(std::string_view state);
    AsyncResult<void> accept_all();
    AsyncResult<void> part();

    Client& client_;
    const Town& town_;
    std::size_t number_;
    Chance& chance_;
    std::vector<PlayerId> known_;
};

} // namespace harvest::bots
