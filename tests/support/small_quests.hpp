// Goals for tests: two achievements, and five quests of which two a day.
#pragma once

#include "common/game/progress/content.hpp"

namespace harvest::test {

inline game::progress::Goal small_goal(std::string id, std::string event, std::int64_t count)
{
    game::progress::Goal goal;
    goal.id = std::move(id);
    goal.text = "Do it.";
    goal.event = std::move(event);
    goal.count = count;
    goal.reward = {{"coin", 5}, {"stardust", 2}};
    return goal;
}

inline game::progress::Content small_quests()
{
    const std::string ended = "game.match.ended", harvested = "game.farm.harvested";
    std::vector<game::progress::Goal> achievements{small_goal("winner", ended, 2), small_goal("farmer", harvested, 10)};
    achievements[0].where["outcome"] = "won";
    achievements[1].sum = "units";
    std::vector<game::progress::Goal> quests;
    for (const char* id : {"one", "two", "three", "four", "five"}) quests.push_back(small_goal(id, ended, 1));
    return game::progress::Content::finish("test", 2, std::move(achievements), std::move(quests));
}

} // namespace harvest::test
