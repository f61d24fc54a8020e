#include "daemons/instance/ripening.hpp"

#include "common/game/farm/growth.hpp"

namespace harvest::instance {

void Ripening::forget(const std::string& player)
{
    const auto found = farms_.find(player);
    if (found == farms_.end()) return;
    next_.erase({found->second.begin()->first, player});
    farms_.erase(found);
}

void Ripening::see(const PlayerId& player, const game::farm::Content& content, const game::farm::Farm& farm, Millis now)
{
    forget(player.value);
    Plots plots;
    for (const game::farm::Plot& plot : farm.plots) {
        const game::farm::Crop* crop = content.find(plot.crop);
        if (crop == nullptr) continue;
        const Millis ripe_at = game::farm::state_of(content, *crop, plot, now).ripe_at;
        if (ripe_at > now) plots.emplace(ripe_at, plot.number);
    }
    if (plots.empty() || farms_.size() >= capacity_) return;
    next_.emplace(plots.begin()->first, player.value);
    farms_.emplace(player.value, std::move(plots));
}

std::vector<Ripened> Ripening::take(Millis now)
{
    std::vector<Ripened> out;
    while (!next_.empty() && next_.begin()->first <= now) {
        const std::string player = next_.begin()->second;
        next_.erase(next_.begin());
        Plots& plots = farms_[player];
        Ripened ripe{PlayerId{player}, {}};
        for (; !plots.empty() && plots.begin()->first <= now; plots.erase(plots.begin()))
            ripe.plots.push_back(plots.begin()->second);
        if (plots.empty())
            farms_.erase(player);
        else
            next_.emplace(plots.begin()->first, player);
        out.push_back(std::move(ripe));
    }
    return out;
}

} // namespace harvest::instance
