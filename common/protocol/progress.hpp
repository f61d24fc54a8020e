// Bodies of /v1/leaderboards, /v1/achievements and /v1/quests (harvest-game(7) §6).
#pragma once

#include "common/protocol/events.hpp"
#include "common/protocol/json.hpp"

namespace harvest::protocol {

struct LeaderboardItem {
    std::int64_t rank{}; // equal scores share one
    PlayerId player;
    std::string name;
    std::int64_t score{};                // of the rating: in thousandths
    std::optional<std::string> league{}; // of the rating
};
BOOST_DESCRIBE_STRUCT(LeaderboardItem, (), (rank, player, name, score, league))

struct LeaderboardSeason {
    std::int64_t number{};
    std::string begins_at, ends_at;
    bool final{}; // it is over, and the board stays as it is
};
BOOST_DESCRIBE_STRUCT(LeaderboardSeason, (), (number, begins_at, ends_at, final))

struct Leaderboard {
    std::string id;
    std::vector<LeaderboardItem> items;        // the best first
    std::optional<LeaderboardSeason> season{}; // if one was asked for
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(Leaderboard, (), (id, items, season, next_cursor))

struct GoalInfo {
    std::string id, text;
    std::int64_t count{}, target{};
    std::vector<AssetAmount> reward;
    std::optional<std::string> reached_at; // and paid
};
BOOST_DESCRIBE_STRUCT(GoalInfo, (), (id, text, count, target, reward, reached_at))

struct AchievementList {
    std::vector<GoalInfo> items;
};
BOOST_DESCRIBE_STRUCT(AchievementList, (), (items))

struct QuestList {
    std::string day, ends_at;
    std::vector<GoalInfo> items;
};
BOOST_DESCRIBE_STRUCT(QuestList, (), (day, ends_at, items))

} // namespace harvest::protocol
