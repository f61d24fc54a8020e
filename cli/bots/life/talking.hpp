// A bot talks: in the lobby, with its friends, and by what it shows of itself.
#pragma once

#include "cli/bots/life/friends.hpp"

namespace harvest::bots {

class Talking final : public Activity {
public:
    Talking(Client& client, const Friends& friends, Chance& chance)
        : client_(client),
          friends_(friends),
          chance_(chance)
    {
    }
    AsyncResult<void> step() override;

    // After session.hello: takes part in the lobby's talk.
    AsyncResult<void> join_lobby();
    AsyncResult<void> say(std::string text);

private:
    AsyncResult<void> say_to_friend();
    AsyncResult<void> be_seen();

    Client& client_;
    const Friends& friends_;
    Chance& chance_;
};

} // namespace harvest::bots
