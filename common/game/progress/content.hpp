// Achievements and daily quests: an event type, a filter, a count, a reward, from config/game/quests.yaml
// (harvest-game(7) §6).
#pragma once

#include "common/base/time.hpp"
#include "common/game/farm/actions.hpp"
#include "common/game/progress/facts.hpp"

namespace harvest::game::progress {

using farm::Item;

inline constexpr std::int64_t count_at_most = 1'000'000'000;

struct Goal {
    std::string id, text;
    std::string event;                                         // facts of this event count …
    std::map<std::string, std::string, std::less<>> where;     // … in which these words are so
    std::map<std::string, std::int64_t, std::less<>> at_least; // … and these numbers so great
    std::string sum;                                           // the number that counts; empty: each fact counts one
    std::int64_t count{};                                      // until then
    std::vector<Item> reward;
};

class Content {
public:
    // Checks nothing: the loader has.
    static Content finish(std::string version, std::int64_t quests_a_day, std::vector<Goal> achievements,
                          std::vector<Goal> quests);

    const std::string& version() const { return version_; }
    const std::string& hash() const { return hash_; } // SHA-256 in hex
    std::int64_t quests_a_day() const { return quests_a_day_; }
    const std::vector<Goal>& achievements() const { return achievements_; }
    const std::vector<Goal>& quests() const { return quests_; }

private:
    std::string version_, hash_;
    std::int64_t quests_a_day_{};
    std::vector<Goal> achievements_, quests_;
};

// How far a fact brings a goal; 0: not at all.
std::int64_t advance(const Goal& goal, const Fact& fact);

// UTC days since 1970-01-01.
std::int64_t day_of(Millis at);
// The quests of a day, the same for everybody: drawn from the world's seed, all different.
std::vector<const Goal*> quests_of(const Content& content, std::uint64_t world_seed, std::int64_t day);

} // namespace harvest::game::progress
