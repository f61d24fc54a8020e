// When crops that this daemon has seen growing become ripe, so that their owners can be told. A convenience: it is lost
// with the process, and the farm itself does not depend on it. Pure.
#pragma once

#include "common/base/ids.hpp"
#include "common/game/farm/content.hpp"
#include "common/game/farm/plot.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace harvest::instance {

struct Ripened {
    PlayerId player;
    std::vector<std::int64_t> plots;
};

class Ripening {
public:
    // Players beyond `capacity` are not told.
    explicit Ripening(std::size_t capacity = 20'000) : capacity_(capacity) {}

    // The player's farm as it is now, instead of what was seen before.
    void see(const PlayerId& player, const game::farm::Content& content, const game::farm::Farm& farm, Millis now);
    // What has become ripe by `now`, each plot once.
    std::vector<Ripened> take(Millis now);
    std::size_t players() const { return farms_.size(); }

private:
    using Plots = std::multimap<Millis, std::int64_t>; // by the time they are ripe
    void forget(const std::string& player);

    std::size_t capacity_;
    std::map<std::string, Plots> farms_;
    std::set<std::pair<Millis, std::string>> next_; // of each player, the first
};

} // namespace harvest::instance
