// A bot looks around: leaderboards, quests, notifications, profiles, what it owns, a match played again.
#pragma once

#include "cli/bots/life/friends.hpp"

namespace harvest::bots {

class Looking final : public Activity {
public:
    Looking(Client& client, const Friends& friends, Chance& chance)
        : client_(client),
          friends_(friends),
          chance_(chance)
    {
    }
    AsyncResult<void> step() override;

    void played(MatchId match) { last_match_ = std::move(match); }

private:
    AsyncResult<void> at(std::string_view kind, std::string path, std::string query = {});
    AsyncResult<void> at_leaderboard();
    AsyncResult<void> at_notifications();

    Client& client_;
    const Friends& friends_;
    Chance& chance_;
    MatchId last_match_; // of its own
};

} // namespace harvest::bots
